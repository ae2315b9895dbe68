"""A vendor's bucket, as far as landing looks at it: any key at all, where a folder would refuse some."""

import io
from collections.abc import Mapping
from typing import BinaryIO

from rampart.delivery.errors import MissingObjectError
from rampart.delivery.store import ObjectInfo, checked_key


class Bucket:
    """The reading half of an `ObjectStore`, over objects in memory: nobody writes into a vendor's bucket."""

    def __init__(self, objects: Mapping[str, bytes]) -> None:
        self._objects = objects

    def get(self, key: str) -> bytes:
        """All bytes of an object."""
        if checked_key(key) not in self._objects:
            raise MissingObjectError("there is no such object", self.uri(key), fix="deliver it")
        return self._objects[key]

    def open(self, key: str, checked: bool = True) -> BinaryIO:  # noqa: ARG002 (nothing is damaged here)
        """A stream over an object."""
        return io.BytesIO(self.get(key))

    def list(self, prefix: str) -> tuple[ObjectInfo, ...]:
        """The objects below a prefix."""
        found = (ObjectInfo(key, len(data)) for key, data in self._objects.items() if key.startswith(prefix))
        return tuple(sorted(found, key=lambda o: o.key))

    def uri(self, key: str) -> str:
        """An address to show."""
        return f"s3://vendor/{key}"
