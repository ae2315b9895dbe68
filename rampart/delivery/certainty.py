"""A delivery is refused for what the vendor sent, never for what became of its bytes on the way to us.

A connection or a disk may hand over other bytes once. So before a refusal, what it rests on is read again.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from rampart.delivery.errors import (
    DamagedReadError,
    DeliveryError,
    MissingObjectError,
    NotReadyError,
    StoreTroubleError,
)
from rampart.delivery.landed_stream import open_landed
from rampart.delivery.landing import LandedFile
from rampart.delivery.store import ObjectStore

_CHUNK = 1 << 20  # bytes

Found = TypeVar("Found")


def certain(read: Callable[[], Found], files: Iterable[LandedFile], store: ObjectStore) -> Found:
    """What `read` makes of landed files; its errors are held against their bytes before they are believed.

    Raises what `read` raises, and `DamagedReadError` where a landed copy is not what was landed.
    """
    try:
        return read()
    except DeliveryError as error:
        own = isinstance(error, StoreTroubleError | NotReadyError)
        if own and not isinstance(error, DamagedReadError):
            raise
        _must_be_whole(files, store)
    return read()


def _must_be_whole(files: Iterable[LandedFile], store: ObjectStore) -> None:
    for file in files:
        try:
            with open_landed(store, file) as stream:
                while stream.read(_CHUNK):
                    pass
        except MissingObjectError as error:
            problem, fix = f"the landed copy of {file.name} is gone", "restore the object from a backup"
            raise DamagedReadError(problem, store.uri(file.key), fix=fix) from error
