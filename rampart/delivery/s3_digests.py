"""What a store knows of an object's bytes, from the best witness to the poorest.

Our own SHA-256 stands in the metadata of whatever we wrote. A vendor's upload has what its program sent: a
checksum over the whole object, or an ETag that is the MD5. A checksum of checksums (``…-16``, of an upload in
parts) says nothing about the bytes as such, and CRC-32C and CRC-64 would need a library of their own.
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

DIGEST = "rampart-sha256"  # name of the metadata entry


class _Running(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def hexdigest(self) -> str:
        return f"{self._value:08x}"


@dataclass(frozen=True)
class Witness:
    """A digest somebody gave, in hex, how to compute it anew, and what to do where it does not hold."""

    name: str
    value: str
    start: Callable[[], _Running]
    fix: str = "have the vendor upload the file again"


class Known:
    """A digest that runs along while the bytes are read."""

    def __init__(self, witness: Witness) -> None:
        self._witness, self._running = witness, witness.start()

    def again(self) -> "Known":
        """The same from the first byte."""
        return Known(self._witness)

    def update(self, data: bytes) -> None:
        """Take in the bytes that follow."""
        self._running.update(data)

    def mismatch(self) -> str | None:
        """What is wrong with the bytes read, as a phrase; None when they are those that were written."""
        seen, about = self._running.hexdigest(), self._witness
        if seen == about.value:
            return None
        return f"the stored bytes have the {about.name} {seen}; written was {about.value}"

    @property
    def fix(self) -> str:
        """What to do about a mismatch."""
        return self._witness.fix


def known_digest(found: Mapping[str, Any]) -> Known | None:
    """The best digest in an answer to GetObject, for the whole object; None when it has none."""
    witness = _ours(found) or _checksum(found) or _etag(found)
    return Known(witness) if witness else None


def _ours(found: Mapping[str, Any]) -> Witness | None:
    value = found.get("Metadata", {}).get(DIGEST)
    fix = "restore the object from a backup or an older version"
    return Witness("SHA-256", value, hashlib.sha256, fix) if value else None


def _checksum(found: Mapping[str, Any]) -> Witness | None:
    kinds: tuple[tuple[str, str, Callable[[], _Running]], ...] = (
        ("ChecksumSHA256", "SHA-256", hashlib.sha256),
        ("ChecksumCRC32", "CRC-32", _Crc32),
    )
    for field, name, start in kinds:
        value = found.get(field)
        if value and "-" not in value:
            return Witness(name, base64.b64decode(value).hex(), start)
    return None


def _etag(found: Mapping[str, Any]) -> Witness | None:
    value = found.get("ETag", "").strip('"')
    # With a key of KMS or of the customer the ETag is no MD5.
    encrypted = (
        str(found.get("ServerSideEncryption", "")).startswith("aws:") or "SSECustomerAlgorithm" in found
    )
    plain = re.fullmatch(r"[0-9a-f]{32}", value) and not encrypted
    fix = "have the vendor upload the file again; a server whose plain ETags are no MD5 cannot be a drop"
    return Witness("MD5", value, lambda: hashlib.md5(usedforsecurity=False), fix) if plain else None
