"""CSV with a header line (RFC 4180, in the contract's dialect and encoding)."""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from contracts.terms.sources import DETECT, Csv
from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.limits import LONGEST_ROW, READ_AGAIN
from rampart.delivery.readers.encodings import SAMPLE, rejoined, told
from rampart.delivery.readers.row import Row, Unread, check_blank, require_columns, unreadable

_LINE = 64  # what a line costs beside its characters, in characters: memory and time of a text of its own
Note = Callable[[str], None]
BOM = "\ufeff"


def csv_rows(
    stream: BinaryIO, file: str, dialect: Csv, needed: frozenset[str], note: Note
) -> Iterator[Row | Unread]:
    """Every row below the header, as {column: text}; a row's line is the one it starts on.

    Where the contract leaves the encoding to the file, what was found is told to `note`.

    Bytes outside the encoding, and rows with more or fewer cells than the header, are unreadable rows. A row
    that is no CSV, for example because a quote is never closed, costs only its first line: reading goes on
    with the next one. Raises `UnreadableFileError` for a missing column, one named twice, a file without a
    header, a file that is not in its encoding at all, or one with so many rows that break off far below their
    start that reading it would not end.
    """
    csv.field_size_limit(LONGEST_ROW)
    if dialect.encoding == DETECT:
        head = stream.read(SAMPLE)
        found = told(head, len(head) < SAMPLE, file)
        note(found.said)
        stream, dialect = rejoined(head, stream), dialect.model_copy(update={"encoding": found.codec})
    lines = _Lines(io.TextIOWrapper(stream, dialect.encoding, errors="surrogateescape", newline=""), file)
    reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)
    try:
        header = _header(reader, lines, file)
        require_columns(header, needed, file)
        yield from _rows(reader, lines, header, dialect, file)
    except UnicodeError as error:  # a codec that cannot step over bad bytes would raise here for ever
        fix = f"save the file as {dialect.encoding}, or name its encoding in the contract"
        problem = f"not {dialect.encoding}: {error}"
        raise UnreadableFileError(problem, file=file, line=lines.number + 1, fix=fix) from error


class _Lines:
    """The file's lines, which can be given back when a row turns out to be none."""

    def __init__(self, text: io.TextIOWrapper, file: str) -> None:
        self.number = 0  # of the line given last, from 1
        self.taken: list[str] = []  # lines of the row being read
        self._text, self._file = text, file
        self._again: deque[str] = deque()
        self._cost = self._given_back = 0  # of the row; of the lines read again

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        self.taken.append(line)
        self.number += 1
        self._cost += len(line) + _LINE * (len(self.taken) > 1)
        if self._cost > LONGEST_ROW:
            what = "line" if len(self.taken) == 1 else "row"
            raise csv.Error(f"the {what} is longer than {LONGEST_ROW >> 20} Mi characters")
        return line

    def next_row(self) -> int:
        """Forget the lines of the row before; gives the line the next row starts on."""
        self.taken.clear()
        self._cost = 0
        return self.number + 1

    def give_back(self) -> None:
        """Give back all lines of the row but its first; `UnreadableFileError` once that has cost too much."""
        self._given_back += sum(len(line) + _LINE for line in self.taken[1:])
        if self._given_back > READ_AGAIN:
            problem = (
                "again and again a quote is opened and never closed, and lines far below belong to no row"
            )
            fix = "write the file with a CSV library, which doubles the quotes inside a cell"
            raise UnreadableFileError(problem, self._file, self.number - len(self.taken) + 1, fix)
        self._again.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1

    def _read(self) -> str:
        line = tail = self._text.readline(LONGEST_ROW + 1)
        while len(tail) > LONGEST_ROW and not tail.endswith(("\n", "\r")):
            tail = self._text.readline(LONGEST_ROW + 1)
        if not line:
            raise StopIteration
        return line.removeprefix(BOM) if self.number == 0 else line


def _header(reader: Any, lines: _Lines, file: str) -> list[str]:
    fix = "put the column names on the first line, in the contract's dialect"
    line = 1
    try:
        while not (header := next(reader, None)) and header is not None:
            check_blank(line, 0, file)
            line = lines.next_row()
    except csv.Error as error:
        problem = f"the header cannot be read: {error}"
        raise UnreadableFileError(problem, file=file, line=line, fix=fix) from error
    if header is None:
        raise UnreadableFileError("the file is empty", file=file, line=1, fix=fix)
    return [name.strip() for name in header]


def _rows(reader: Any, lines: _Lines, header: list[str], dialect: Csv, file: str) -> Iterator[Row | Unread]:
    blank = 0
    while True:
        line = lines.next_row()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield unreadable(line, _not_csv(error, len(lines.taken)), _as_stood(lines.taken[0]))
            lines.give_back()
            continue
        if cells is None:
            return
        if cells:
            yield _row(line, cells, header, lines.taken, dialect)
        else:
            blank += 1
            check_blank(blank, line - blank, file)


def _not_csv(error: csv.Error, lines: int) -> str:
    return f"not CSV: {error}" + (
        f"; a quote opened here was still open {lines - 1} lines on" if lines > 1 else ""
    )


def _row(line: int, cells: list[str], header: list[str], taken: list[str], dialect: Csv) -> Row | Unread:
    if len(cells) != len(header):
        problem = f"{len(cells)} cells where the header has {len(header)}"
        return unreadable(line, problem, _as_stood("".join(taken)))
    for text in taken:
        if not text.isascii() and _escaped(text):
            return unreadable(line, f"bytes that are not {dialect.encoding}", _as_stood("".join(taken)))
    return Row(line, dict(zip(header, cells, strict=True)))


def _escaped(text: str) -> bool:
    """Does `text` hold what `surrogateescape` made of undecodable bytes?"""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _as_stood(text: str) -> str:
    return text.encode("utf-8", "replace").decode().rstrip("\r\n")
