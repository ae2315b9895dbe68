"""One spelling for every value that is hashed or exported: the same facts always give the same bytes."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

FLOAT_DIGITS = 9  # below this, sums differ with the order of addition and would break equal books apart

Json = str | int | float | bool | None | list["Json"] | tuple["Json", ...] | Mapping[str, "Json"]


def rounded(value: Json) -> Json:
    """`value` with every float in it rounded to `FLOAT_DIGITS` decimals; tuples become lists."""
    if isinstance(value, float):
        return round(value, FLOAT_DIGITS) + 0.0  # adding zero turns -0.0 into 0.0
    if isinstance(value, Mapping):
        return {name: rounded(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return value


def canonical_json(value: Json) -> str:
    """Sorted keys, no blanks, UTF-8 kept, floats rounded; `ValueError` for NaN and infinities."""
    return json.dumps(
        rounded(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(value: Json) -> str:
    """SHA-256 (hex) of `value`'s canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def moment(when: datetime) -> str:
    """`when` in UTC, always with microseconds: ``2026-01-05T09:00:00.000000Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
