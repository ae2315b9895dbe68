"""Contract files as clumsy and hostile hands leave them: seeded mutations of good ones."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from contracts.load import parse_contract
from contracts.model import Contract
from contracts.reading.document import read_document
from contracts.sheets.export import contract_json, odcs_yaml
from contracts.sheets.term_sheet import term_sheet
from contracts.versions.diff import diff

_SPECIALS = (
    "*x", "&a", "<<: *a", "!!python/object/apply:os.system [ls]", "!!binary x", "---\n", "...\n", "{",
    "[[[[[", "]}", ": ", "- ", "? ", "| \n", "\t", "\0", "\u202e", "\ud800", "\ufeff", "'", '"', "#",
    "%YAML 9.9\n", "1e999", "0x" + "f" * 5000, "9" * 5000, "~", "no", ".nan", "${HOME}", "{{7*7}}",
    "../../etc/passwd", "file:///etc/passwd", "(" * 300, "a||b" * 200, "(a+)+$", "\x1b[31m",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**400, 2**63, 0.5, 1e308, "", " ", "x" * 10_000, "\u202eevil", "a\0b", "1",
    "NaN", [], {}, [[]], [None], {"": None}, {"kind": "arena"}, {"kind": ["a"]}, list(range(300)),
    {"1": 1, "01": 2}, "match(@, '(a+)+$')", "*.*.*.*", "2026-02-30", "0001-01-01", "9999-12-31",
    "../x", "week-{week!r:>99999}", "{week.__class__}", "Europe/../UTC",
    1e30, 10**30, 5e-324, 10**9, 0.123456789, "w-{week:0200000000d}", "w-{week!s:.1}", "2600-01-01",
)  # fmt: skip


def mangled(good: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """Endlessly many broken copies of the files `good`; the same for the same `seed`."""
    chance = random.Random(seed)  # noqa: S311 (repeatable noise, no secret)
    while True:
        data = chance.choice(good)
        for _ in range(chance.choice((1, 1, 2, 5))):
            data = _mangle_values(data, chance) if chance.random() < 0.5 else _mangle_bytes(data, chance)
        yield data


def used(contract: Contract, other: Contract) -> None:
    """Show, export, read back and compare `contract` with `other`; `ValueError` where it comes back changed.

    What is accepted must serve everyone who only reads the terms; anything raised here is a fault.
    """
    term_sheet(contract)
    contract_json(contract)
    again = parse_contract(odcs_yaml(contract).encode(), "exported")
    if again.model_copy(update={"digest": contract.digest}) != contract:
        raise ValueError(f"{contract.contract_id} is exported as another contract")
    for old, new in ((contract, other), (other, contract)):
        diff(old, new, datetime(2026, 1, 5, tzinfo=UTC))


def _mangle_bytes(data: bytes, chance: random.Random) -> bytes:
    at, span = chance.randrange(len(data) + 1), chance.randrange(1, 40)
    lines = data.splitlines(keepends=True) or [b""]
    line, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    special = chance.choice(_SPECIALS).encode("utf-8", "surrogatepass")
    match chance.randrange(8):
        case 0:
            return data[:at] + data[at + span :]
        case 1:
            return data[:at] + special + data[at:]
        case 2:
            return data[:at] + bytes(chance.randrange(256) for _ in range(span)) + data[at + span :]
        case 3:
            return data[:at]
        case 4:
            lines[line], lines[other] = lines[other], lines[line]
        case 5:
            lines.insert(other, lines[line])
        case 6:
            lines[line] = b" " * chance.randrange(20) + lines[line].lstrip()
        case _:
            lines[line] = lines[line].rstrip(b"\n") + b" " + special + b"\n"
    return b"".join(lines)


def _mangle_values(data: bytes, chance: random.Random) -> bytes:
    """One value replaced, removed, renamed or repeated; the file is JSON afterwards, which is YAML too."""
    try:
        root = read_document(data, "").values
    except Exception:  # broken before: the bytes are mangled instead
        return _mangle_bytes(data, chance)
    places = list(_places(root))
    if not places:
        return _mangle_bytes(data, chance)
    group, key = chance.choice(places)
    value = chance.choice(_VALUES)
    match chance.randrange(4):
        case 0 | 1:
            group[key] = value
        case 2:
            del group[key]
        case _ if isinstance(group, dict):
            group[f"{key}s" if chance.random() < 0.5 else str(value)[:50]] = group.pop(key)
        case _:
            group.append(group[key])
    return json.dumps(root, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (group or list, key or index) below `value`."""
    items = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, below in items:
        yield value, key
        if isinstance(below, dict | list):
            yield from _places(below)
