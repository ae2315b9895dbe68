"""A landed file as it is read again: held to the digest it was landed with."""

import hashlib
import io
from typing import BinaryIO, cast

from rampart.delivery.errors import DamagedReadError
from rampart.delivery.landing import LandedFile
from rampart.delivery.store import ObjectStore

_BUFFER = 1 << 20  # bytes


def open_landed(store: ObjectStore, file: LandedFile) -> BinaryIO:
    """A stream over a landed file, in bounded memory; one that was never landed is taken as it is.

    The read that reaches its end raises `DamagedReadError` where the bytes are not those that were landed.
    """
    return cast("BinaryIO", io.BufferedReader(_Landed(store, file), _BUFFER))


class _Landed(io.RawIOBase):
    def __init__(self, store: ObjectStore, file: LandedFile) -> None:
        self._file, self._where = file, store.uri(file.key)
        # Checked here, in any store. Read into the buffer it is for: a copy cost as much as the hash.
        self._source = cast("io.BufferedIOBase", store.open(file.key, checked=False))
        self._digest, self._left = hashlib.sha256(), file.bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        size = self._source.readinto(buffer[:_BUFFER])  # what is in the processor's cache is hashed sooner
        self._digest.update(buffer[:size])
        self._left -= size
        at_end = not size or self._left <= 0
        whole = not self._left and self._digest.hexdigest() == self._file.sha256
        if at_end and self._file.sha256 and not whole:
            raise DamagedReadError(
                f"the landed copy of {self._file.name} is not what was landed",
                self._where,
                fix="run again; if it repeats, restore the object from a backup",
            )
        return size

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()
