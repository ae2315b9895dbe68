"""CSV with a header line (RFC 4180, in the contract's dialect and encoding)."""

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from contracts.mapping import Csv
from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.readers.row import Row, Unread, require_columns, unreadable

LONGEST_CELL = 64 << 20  # characters


def csv_rows(stream: BinaryIO, file: str, dialect: Csv, needed: frozenset[str]) -> Iterator[Row | Unread]:
    """Every row below the header, as {column: text}; a row's line is the one it starts on.

    Bytes outside the encoding, and rows with more or fewer cells than the header, are unreadable rows. Raises
    `UnreadableFileError` for a missing column, a column named twice, or an unknown encoding.
    """
    csv.field_size_limit(LONGEST_CELL)
    try:
        text = io.TextIOWrapper(stream, dialect.encoding, errors="surrogateescape", newline="")
    except LookupError as error:
        fix = "name a Python codec in the contract's delivery.rows.csv.encoding"
        raise UnreadableFileError(str(error), file=file, line=None, fix=fix) from error
    reader = csv.reader(text, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)
    header = _header(reader, file, needed)
    yield from _rows(reader, header, dialect, file)


def _header(reader: Any, file: str, needed: frozenset[str]) -> list[str]:
    try:
        header = [name.removeprefix("\ufeff").strip() for name in next(reader, [])]
    except (csv.Error, UnicodeError) as error:
        fix = "save the file in the contract's encoding, with its column names on the first line"
        raise UnreadableFileError(
            f"the header cannot be read: {error}", file=file, line=1, fix=fix
        ) from error
    if twice := sorted({name for name in header if header.count(name) > 1}):
        problem = f"column {twice[0]!r} stands in the header twice"
        raise UnreadableFileError(problem, file=file, line=1, fix="give every column its own name")
    require_columns(header, needed, file)
    return header


def _rows(reader: Any, header: list[str], dialect: Csv, file: str) -> Iterator[Row | Unread]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            problem = f"not CSV: {error}; a quote may be open since this line"
            yield unreadable(line, problem, "")
            continue
        except UnicodeError as error:  # a codec that cannot step over bad bytes would raise here for ever
            fix = f"save the file as {dialect.encoding}, or name its encoding in the contract"
            raise UnreadableFileError(
                f"not {dialect.encoding}: {error}", file=file, line=line, fix=fix
            ) from error
        if cells is None:
            return
        if cells:
            yield _row(line, cells, header, dialect)


def _row(line: int, cells: list[str], header: list[str], dialect: Csv) -> Row | Unread:
    shown = dialect.delimiter.join(cells)
    if len(cells) != len(header):
        return unreadable(line, f"{len(cells)} cells where the header has {len(header)}", _printable(shown))
    if any("\udc80" <= character <= "\udcff" for character in shown):
        return unreadable(line, f"bytes that are not {dialect.encoding}", _printable(shown))
    return Row(line, dict(zip(header, cells, strict=True)))


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
