"""One spelling of a value as bytes, and its SHA-256: what makes a run's identity reproducible."""

import dataclasses
import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """`value` as UTF-8 JSON with sorted keys and no spare blanks; dataclasses become objects.

    Floats are written in their shortest exact form, so equal numbers give equal bytes.

    Raises:
        ValueError: for NaN or an infinity, which JSON cannot say.
        TypeError: for a value JSON has no form for.
    """
    return json.dumps(
        value, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"a {type(value).__name__} has no canonical JSON form; give plain values or a dataclass")


def sha256(data: bytes) -> str:
    """SHA-256 of `data` in hexadecimal (64 characters)."""
    return hashlib.sha256(data).hexdigest()


def seed_of(digest: str) -> int:
    """A random seed (64 bits) fixed by `digest`: the same content always draws the same numbers."""
    return int(digest[:16], 16)
