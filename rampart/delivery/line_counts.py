"""How many lines a file has and what became of them; files with absurdly many are refused before it."""

from collections.abc import Iterator
from dataclasses import dataclass

from rampart.delivery.chunk_read import Told
from rampart.delivery.compression import LESS_REPETITION
from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.limits import MAX_ROWS_PER_BYTE, ROWS_FROM
from rampart.delivery.parts import Part
from rampart.delivery.readers import Row, Unread
from rampart.delivery.readers.jsonl import Chunk
from rampart.delivery.readers.row import check_blank

_MANY_LINES = 100_000  # of a chunk: below 170 bytes each, and worth a look before they are read


@dataclass
class LineCounts:
    """Lines of a file, and what became of them."""

    rows: int = 0
    blank: int = 0
    unread: int = 0
    records: int = 0
    quarantined: int = 0

    @property
    def counts(self) -> tuple[int, int, int]:
        """Rows, records, entries of the quarantine."""
        return self.rows, self.records, self.quarantined

    def foresee(self, chunk: Chunk, most: int, part: Part) -> None:
        """Raise `UnreadableFileError` before a chunk is read that holds too many rows, or blank lines."""
        rows, blank = chunk.ends + 1, 0
        if rows > _MANY_LINES or self.rows + rows > most:
            said = sum(bool(line.strip()) for line in bytes(chunk.data).split(b"\n"))
            rows, blank = said, rows - said
        self.rows += rows
        self.blank += blank
        check_blank(self.blank, self.rows, part.file.name)
        _check_rows(self.rows, most, part)

    def add(self, read: Told) -> None:
        """What became of some more of them."""
        self.rows += read.lines
        self.blank += read.blank
        self.unread += read.unread
        self.records += read.records
        self.quarantined += read.quarantine.num_rows


def most_rows(part: Part) -> int:
    """How many rows the file has bytes for; see `limits.MAX_ROWS_PER_BYTE`."""
    return max(ROWS_FROM, MAX_ROWS_PER_BYTE * part.file.bytes)


def _check_rows(rows: int, most: int, part: Part) -> None:
    if rows > most:
        problem = f"more than {most:,} rows in the {part.file.bytes:,} bytes delivered"
        raise UnreadableFileError(problem, part.file.name, None, LESS_REPETITION)


def not_too_many(rows: Iterator[Row | Unread], part: Part) -> Iterator[Row | Unread]:
    """`rows`, until they are more than the file has bytes for: then `UnreadableFileError`."""
    most = most_rows(part)
    for number, row in enumerate(rows, start=1):
        _check_rows(number, most, part)
        yield row
