"""What a reader gives: a row, or the place and the reason of what was not one."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rampart.delivery.errors import UnreadableFileError

EXCERPT = 200  # characters of an unreadable line kept as evidence


@dataclass(frozen=True)
class Row:
    """One object as the vendor wrote it. `line` counts from 1 (rows, where the format has no lines)."""

    line: int
    value: dict[str, Any]


@dataclass(frozen=True)
class Unread:
    """One line, or one judgement of it (`item` from 0; -1 for the whole line), that is not a record."""

    line: int
    code: str
    problem: str
    excerpt: str
    item: int = -1


def unreadable(line: int, problem: str, raw: bytes | str) -> Unread:
    """An unreadable line with the start of what stood there."""
    text = raw[: EXCERPT * 4].decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return Unread(line, "unreadable_line", problem, text[:EXCERPT])


def require_columns(header: Iterable[str], needed: frozenset[str], file: str) -> None:
    """Raise `UnreadableFileError` naming the columns the contract reads and `header` lacks."""
    columns = list(header)
    missing = sorted(needed - set(columns))
    if not missing:
        return
    near = difflib.get_close_matches(missing[0], columns, n=1, cutoff=0.5)
    guess = f" (did you mean {near[0]!r}?)" if near else ""
    raise UnreadableFileError(
        f"the contract reads column {missing[0]!r}{guess}, the header has: {', '.join(map(repr, columns))}"
        + (f"; also missing: {', '.join(map(repr, missing[1:]))}" if missing[1:] else ""),
        file=file,
        line=1,
        fix="mend the header, or the expressions in the contract's delivery section",
    )
