"""Stored objects by name, size and digest: what a backup and a deletion write down of them."""

import re
from dataclasses import dataclass

from rampart.delivery.store import ObjectStore, sha256_of

# landed/sha256/ab/<digest> and contracts/<digest>.odcs.yaml carry it whole, what is published
# (batches/…/fates-<digest>.parquet) its start.
_WHOLE = re.compile(r"(?:^landed/sha256/../|^contracts/)([0-9a-f]{64})(?:\.odcs\.yaml)?$")
_START = re.compile(r"-([0-9a-f]{16})\.[a-z]+$")


@dataclass(frozen=True, order=True)
class HashedObject:
    """One object: its key, its size in bytes, and the SHA-256 (hex) of its bytes."""

    key: str
    bytes: int
    sha256: str

    @property
    def as_named(self) -> bool:
        """Does the object hold the bytes its own name promises? True where the name promises none."""
        promised = promised_digest(self.key)
        return promised is None or self.sha256.startswith(promised)


def promised_digest(key: str) -> str | None:
    """The SHA-256, or the start of it, that a key carries; None for a key that carries none."""
    found = _WHOLE.search(key) or _START.search(key)
    return found.group(1) if found else None


def hashed(store: ObjectStore, key: str, size: int) -> HashedObject:
    """The object under `key`, read once in bounded memory."""
    with store.open(key) as stream:
        return HashedObject(key, size, sha256_of(stream))
