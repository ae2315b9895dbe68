"""One JSON document holding an array of objects, at the top or where the contract's `rows_at` says."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from contracts.language.expressions import ExpressionError, compiled
from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.limits import LONGEST_DOCUMENT, MAX_VALUES
from rampart.delivery.readers.row import Row, Unread, holds_too_many_values, kind_of, not_json, unreadable

_SMALLER = "deliver JSON lines instead, or several smaller files"
BOM = b"\xef\xbb\xbf"


def json_array_rows(stream: BinaryIO, file: str, rows_at: str | None) -> Iterator[Row | Unread]:
    """Every element of the array, numbered from 1. The document is read whole, as the format asks.

    Of a key that stands twice in one object the last value counts, as in most JSON readers. Raises
    `UnreadableFileError` when it is not one JSON document, with the line where reading stopped, holds no
    array there, or is larger than `LONGEST_DOCUMENT` or `MAX_VALUES`.
    """
    data = stream.read(LONGEST_DOCUMENT + 1)
    if len(data) > LONGEST_DOCUMENT:
        problem = (
            f"the JSON document is larger than {LONGEST_DOCUMENT >> 20} MiB, and it can only be read whole"
        )
        raise UnreadableFileError(problem, file, fix=_SMALLER)
    if holds_too_many_values(data):
        problem = f"the JSON document holds more than {MAX_VALUES:,} values, and it can only be read whole"
        raise UnreadableFileError(problem, file, fix=_SMALLER)
    rows = _array(_document(data.removeprefix(BOM), file), file, rows_at)
    for number, value in enumerate(rows, start=1):
        if isinstance(value, dict):
            yield Row(number, value)
        else:
            yield unreadable(number, f"expected a JSON object, found {kind_of(value)}", value)


def _document(data: bytes, file: str) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        place = re.search(r"byte (\d+)", str(error))
        line = data[: int(place.group(1))].count(b"\n") + 1 if place else data.count(b"\n") + 1
        fix = "deliver the whole document again; if it holds an object a line, the contract's format is jsonl"
        raise UnreadableFileError(not_json(error, data), file=file, line=line, fix=fix) from error


def _array(document: Any, file: str, rows_at: str | None) -> list[Any]:
    try:
        rows = compiled(rows_at)(document) if rows_at else document
    except ExpressionError as error:
        rows, rows_at = None, f"{rows_at} ({error})"
    if isinstance(rows, list):
        return rows
    where = f"at delivery.rows.rows_at = {rows_at}" if rows_at else "at the top"
    keys = f"; its keys: {', '.join(map(repr, list(document)[:20]))}" if isinstance(document, dict) else ""
    fix = "say where the array is with `rows_at`"
    problem = f"expected an array of objects {where}, found {kind_of(rows)}{keys}"
    raise UnreadableFileError(problem, file=file, line=1, fix=fix)
