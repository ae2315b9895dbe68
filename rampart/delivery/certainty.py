"""A delivery is refused for what the vendor sent, never for what became of its bytes on the way to us.

A connection or a disk may hand over other bytes once. So before a refusal, what it rests on is read again.
"""

from collections.abc import Iterable

from contracts.model import Contract
from rampart.delivery.canonicalise import Canonical, canonicalise
from rampart.delivery.errors import DamagedReadError, DeliveryError, MissingObjectError, StoreTroubleError
from rampart.delivery.landed_stream import open_landed
from rampart.delivery.landing import Landed, LandedFile
from rampart.delivery.store import ObjectStore

_CHUNK = 1 << 20  # bytes


def read_delivery(landed: Landed, contract: Contract, store: ObjectStore, pseudonym_key: bytes) -> Canonical:
    """`canonicalise`, whose errors are held against the landed bytes before they are believed.

    Raises what `canonicalise` raises, and `DamagedReadError` where the landed copy is not what was landed.
    """
    try:
        return canonicalise(landed, contract, store, pseudonym_key)
    except DeliveryError as error:
        if isinstance(error, StoreTroubleError) and not isinstance(error, DamagedReadError):
            raise
        _must_be_whole(landed.files, store)
    return canonicalise(landed, contract, store, pseudonym_key)


def _must_be_whole(files: Iterable[LandedFile], store: ObjectStore) -> None:
    for file in files:
        try:
            with open_landed(store, file) as stream:
                while stream.read(_CHUNK):
                    pass
        except MissingObjectError as error:
            problem, fix = f"the landed copy of {file.name} is gone", "restore the object from a backup"
            raise DamagedReadError(problem, store.uri(file.key), fix=fix) from error
