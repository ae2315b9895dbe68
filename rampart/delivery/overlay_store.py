"""A store that reads through to another and keeps every write to itself: what a dry run works on."""

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from rampart.delivery.errors import DeliveryError
from rampart.delivery.store import Content, KeyFor, ObjectInfo, ObjectStore


class OverlayStore:
    """Writes go to `scratch`; reads find them there first, then in `base`, which never changes."""

    def __init__(self, scratch: ObjectStore, base: ObjectStore) -> None:
        self._scratch, self._base = scratch, base

    def put_once(self, key: str, data: bytes) -> None:
        """Publish in the scratch store."""
        self._scratch.put_once(key, data)

    def put_file_once(self, key: str, path: Path) -> None:
        """Publish a file in the scratch store."""
        self._scratch.put_file_once(key, path)

    def put_stream_once(self, source: BinaryIO, key_for: KeyFor, expected: Content | None = None) -> Content:
        """Publish a stream in the scratch store."""
        return self._scratch.put_stream_once(source, key_for, expected)

    def get(self, key: str) -> bytes:
        """All bytes of an object of either store."""
        return self._holding(key).get(key)

    def open(self, key: str, checked: bool = True) -> BinaryIO:
        """A stream over an object of either store."""
        return self._holding(key).open(key, checked)

    def exists(self, key: str) -> bool:
        """Is something published under `key` in either store?"""
        return self._scratch.exists(key) or self._base.exists(key)

    def list(self, prefix: str) -> tuple[ObjectInfo, ...]:
        """The objects of both stores, sorted by key."""
        found = {info.key: info for store in (self._base, self._scratch) for info in store.list(prefix)}
        return tuple(found[key] for key in sorted(found))

    def uri(self, key: str) -> str:
        """The object's address where it lies."""
        return self._holding(key).uri(key)

    def locked_until(self, key: str) -> datetime | None:
        """Until when the object is locked where it lies."""
        return self._holding(key).locked_until(key)

    def delete(self, key: str) -> bool:
        """Refused: what is below never changes."""
        raise DeliveryError("a dry run deletes nothing", key, fix="run it without --dry-run")

    def _holding(self, key: str) -> ObjectStore:
        return self._scratch if self._scratch.exists(key) else self._base
