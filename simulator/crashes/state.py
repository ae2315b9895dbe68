"""What two homes are compared by: every stored object, the whole ledger, and what `verify` finds."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class State:
    """`objects`: key → SHA-256, without unfinished writes; `books`: the export; `violations`: sentences."""

    objects: dict[str, str]
    books: dict[str, Any]
    violations: tuple[str, ...]


def differences(calm: State, shaken: State) -> tuple[str, ...]:
    """What is otherwise in `shaken`, a sentence each; empty when nothing is."""
    return (*_objects(calm.objects, shaken.objects), *_books(calm.books, shaken.books), *shaken.violations)


def _objects(calm: dict[str, str], shaken: dict[str, str]) -> Iterator[str]:
    for key in sorted(calm.keys() | shaken.keys()):
        if key not in shaken:
            yield f"object {key} is missing"
        elif key not in calm:
            yield f"object {key} should not be there"
        elif calm[key] != shaken[key]:
            yield f"object {key} holds other bytes"


def _books(calm: dict[str, Any], shaken: dict[str, Any]) -> Iterator[str]:
    for table in sorted(calm.keys() | shaken.keys()):
        before = [json.dumps(row, sort_keys=True) for row in calm.get(table, [])]
        after = [json.dumps(row, sort_keys=True) for row in shaken.get(table, [])]
        yield from (f"{table}: missing {row[:400]}" for row in before if row not in after)
        yield from (f"{table}: too much {row[:400]}" for row in after if row not in before)
        if set(before) == set(after) and before != after:
            same_number = len(before) == len(after)
            found = "the rows stand in another order" if same_number else f"{len(after)} rows"
            yield f"{table}: {found}" + ("" if same_number else f" instead of {len(before)}")
