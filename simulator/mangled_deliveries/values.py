"""Values nobody expects in a row: of wrong types, far too large, or with a meaning of their own somewhere."""

import json
from random import Random
from typing import Any

_DEEP: Any = []
for _ in range(200):
    _DEEP = [_DEEP]

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**400, 2**63, 2**64, -(2**63), 1e308, -1e308, 5e-324, 1e16, "", " ",
    "x" * 10_000, "\u202eevil", "a\0b", "\ud800", "\x1b[31m", "\ufeff", "1e999", "NaN", "9" * 5000, "1_000",
    [], {}, [[]], [None], {"": None}, ["a", "b"], {"a": 1}, {"role": "user"}, _DEEP, list(range(300)),
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59", "2026-02-30", "2026-01-05", "T", "25:61:99",
    "0000-00-00T00:00:00Z", "=cmd|' /C calc'!A0", "../../etc/passwd", "<script>alert(1)</script>", "a", "A",
    [{"role": "user", "content": "x"}], [{"role": "x", "content": 1}], {"content": None}, "٣", "²", "١٢",
    "e\u0301", "\u00e9", "\u2028", "\x85", "line\nbreak", "cell\r", '"', "'", ",", ";", "\t",
)  # fmt: skip


def strange(chance: Random, row: dict[str, Any]) -> dict[str, Any]:
    """`row` with a value, a name or a field that is not as agreed."""
    spoilt = dict(row)
    name = chance.choice(list(row))
    match chance.randrange(6):
        case 0:
            del spoilt[name]
        case 1:
            spoilt[str(chance.choice(VALUES))[:40]] = spoilt.pop(name)
        case 2:
            spoilt[chance.choice(("item", "_", "", "id ", "ID", "__class__"))] = chance.choice(VALUES)
        case _:
            spoilt[name] = chance.choice(VALUES)
    return spoilt


def as_json(value: Any, chance: Random) -> bytes:
    """`value` as JSON in one of the ways writers have, lone surrogates included."""
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5)
    return text.encode("utf-8", "surrogatepass")
