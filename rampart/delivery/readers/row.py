"""What a reader gives: a row, or the place and the reason of what was not one."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from rampart.delivery.errors import UnreadableFileError, printable
from rampart.delivery.limits import MAX_BLANK_LINES, MAX_VALUES

EXCERPT = 200  # characters of what could not be read, kept as evidence
_KINDS = {
    "dict": "an object",
    "list": "a list",
    "str": "text",
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "NoneType": "null",
}
# Python's own JSON and other lenient writers produce these; what they lead to is not obvious from the error.
_HINTS = {
    b"NaN": "NaN is not JSON, write null",
    b"Infinity": "Infinity is not JSON, write null",
    b"\\ud": "a \\ud8… escape may lack its other half",
    b"\\uD": "a \\uD8… escape may lack its other half",
}


@dataclass(frozen=True)
class Row:
    """One object as the vendor wrote it. `line` counts from 1 (rows, where the format has no lines)."""

    line: int
    value: dict[str, Any]


@dataclass(frozen=True)
class Unread:
    """One line, or one judgement of it (`item` from 0; -1 for the whole line), that is not a record.

    `problem` and `excerpt` hold no character a terminal could act on.
    """

    line: int
    code: str
    problem: str
    excerpt: str
    item: int = -1

    def entry(self, file: str, byte: int | None = None) -> dict[str, Any]:
        """The row of the quarantine (`QUARANTINE`); `byte` is where the line starts in `file`."""
        return {
            "source_file": file,
            "source_line": self.line,
            "source_item": self.item,
            "source_byte": byte,
            "code": self.code,
            "problem": self.problem,
            "excerpt": self.excerpt,
        }


def unreadable(line: int, problem: str, raw: object, code: str = "unreadable_line", item: int = -1) -> Unread:
    """What could not be read, with the start of what stood there."""
    return Unread(line, code, printable(problem), excerpt(raw), item)


def excerpt(value: object, length: int = EXCERPT) -> str:
    """The start of `value`, as JSON where it is no text, in at most `length` printable characters."""
    if isinstance(value, bytes):
        text = value[: length * 4].decode("utf-8", "replace")
    elif isinstance(value, str):
        text = value
    else:
        try:
            text = msgspec.json.encode(value, enc_hook=str)[: length * 4].decode("utf-8", "replace")
        except (TypeError, ValueError, OverflowError, RecursionError):  # a vendor's value can be anything
            text = f"({kind_of(value)})"
    return printable(text[:length])[:length]


def shown(value: object) -> str:
    """The start of `value` as an error repeats it, text in quotes."""
    return repr(excerpt(value, 60)) if isinstance(value, str) else excerpt(value, 60)


def kind_of(value: object) -> str:
    """What sort of value it is, in JSON's words."""
    return _KINDS.get(type(value).__name__, f"a {type(value).__name__}")


def not_json(error: Exception, data: bytes) -> str:
    """Why `data` is not JSON, with a hint where lenient writers are known to go wrong."""
    hint = next((f"; {say}" for mark, say in _HINTS.items() if mark in data), "")
    return f"not JSON: {error}{hint}"


def holds_too_many_values(text: bytes) -> bool:
    """Would `text`, as JSON, take far more memory than it has bytes? Counted as `MAX_VALUES` says."""
    if len(text) <= MAX_VALUES:
        return False
    return text.count(b",") + text.count(b"{") + text.count(b"[") > MAX_VALUES


def check_blank(lines: int, rows: int, file: str) -> None:
    """Raise `UnreadableFileError` where a file of `rows` has so many blank `lines`; see `MAX_BLANK_LINES`."""
    if lines > MAX_BLANK_LINES and lines > 2 * rows:
        problem = f"{lines:,} blank lines, but {rows:,} rows"
        raise UnreadableFileError(problem, file, fix="write the file without blank lines")


def require_columns(header: Iterable[str], needed: frozenset[str], file: str) -> None:
    """Raise `UnreadableFileError` naming a column given twice, or those the contract reads and misses."""
    columns = list(header)
    if len(set(columns)) < len(columns):
        twice = sorted(name for name in columns if columns.count(name) > 1)[0]
        problem = f"column {twice!r} stands in the header twice"
        raise UnreadableFileError(problem, file=file, line=1, fix="give every column its own name")
    missing = sorted(needed - set(columns))
    if not missing:
        return
    near = difflib.get_close_matches(missing[0], columns, n=1, cutoff=0.5)
    guess = f" (did you mean {near[0]!r}?)" if near else ""
    more = f"; also missing: {', '.join(map(repr, missing[1:10]))}" if missing[1:] else ""
    there = ", ".join(map(repr, columns[:30]))
    raise UnreadableFileError(
        f"the contract reads column {missing[0]!r}{guess}, which is missing{more}; the header has: {there}",
        file=file,
        line=1,
        fix="mend the header, or the expressions in the contract's delivery section",
    )
