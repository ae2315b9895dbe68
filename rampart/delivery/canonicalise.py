"""Landed files → canonical records and a quarantine, with every line accounted for.

Rows are read one file at a time and become Arrow in chunks, so memory holds the columns, not the objects.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from contracts.model import Contract
from contracts.terms.mapping import Source
from rampart.delivery.columnar.chunk import ChunkRead, ChunkReader
from rampart.delivery.compression import LESS_REPETITION
from rampart.delivery.errors import LandingError, UnreadableFileError, printable
from rampart.delivery.joins import JoinRead, JoinTable
from rampart.delivery.landing import Landed, LandedFile
from rampart.delivery.limits import MAX_ROWS_PER_BYTE, ROWS_FROM
from rampart.delivery.parts import Part, parts_of
from rampart.delivery.readers import Row, Unread, read_rows
from rampart.delivery.readers.jsonl import Chunk, jsonl_chunks
from rampart.delivery.readers.row import check_blank, unreadable
from rampart.delivery.rows import RowReader
from rampart.delivery.scope import columns_read
from rampart.delivery.store import ObjectStore
from rampart.records.canonical import QUARANTINE, RECORD
from rampart.records.identity import with_item_ids

CHUNK = 20_000  # rows turned into Arrow at a time
_MANY_LINES = 100_000  # of a chunk: below 170 bytes each, and worth a look before they are read


@dataclass(frozen=True)
class FileRead:
    """What became of one file's lines.

    For a file of rows: `lines` hold data, `records` were read from them and `quarantined` entries (lines, or
    judgements of a line) could not be. For a joined file: `records` counts its rows used by some record, the
    rest of `lines` were unused or are quarantined. A file that holds the rows and is joined to them as well
    counts as a file of rows. A member of an archive counts as a file, with the archive's bytes and digest.
    """

    file: LandedFile
    role: str
    lines: int
    records: int
    quarantined: int


@dataclass(frozen=True)
class Canonical:
    """A delivery as records (`RECORD`), what could not be read (`QUARANTINE`), counts by file and by join.

    `notes` are sentences on how files were read, where the contract leaves that to the file.
    """

    records: pa.Table
    quarantine: pa.Table
    files: tuple[FileRead, ...]
    joins: tuple[JoinRead, ...] = ()
    notes: tuple[str, ...] = ()


def canonicalise(landed: Landed, contract: Contract, store: ObjectStore, pseudonym_key: bytes) -> Canonical:
    """Read every landed file of a delivery by its contract, and every member of an archive as a file.

    Raises `UnreadableFileError` when a file cannot be read at all, `LandingError` when a file is none the
    contract knows or does not hold the rows its manifest says. Equal bytes give equal tables.
    """
    reading = _Reading(contract, pseudonym_key)
    with ExitStack() as archives:
        parts = tuple(parts_of(landed.files, store, archives))
        for part in parts:
            reading.take_items(part)
        for part in parts:
            if part.is_meant_by(contract.delivery.rows.path):
                reading.take_rows(part)
    reading.check_promises(landed.files)
    return reading.done()


class _Table:
    """Rows of one schema, turned into Arrow in chunks."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._done: list[pa.Table] = [schema.empty_table()]
        self._rows: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= CHUNK:
            self._flush()

    def extend(self, table: pa.Table) -> None:
        self._flush()
        self._done.append(table)

    def whole(self) -> pa.Table:
        """All rows; the table is empty afterwards.

        The chunks go column by column, so that memory never holds everything twice.
        """
        self._flush()
        chunks = [table.columns for table in self._done]
        self._done = [self._schema.empty_table()]
        joined = []
        for name in self._schema.names:
            column = pa.chunked_array([piece for chunk in chunks for piece in chunk.pop(0).chunks])
            joined.append(pa.table({name: column}).combine_chunks().column(0))
        return pa.table(joined, schema=self._schema)

    def _flush(self) -> None:
        if not self._rows:
            return
        self._done.append(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


class _Reading:
    """One pass over a delivery."""

    def __init__(self, contract: Contract, pseudonym_key: bytes) -> None:
        self._terms = contract.delivery
        markers = self._terms.transcript.markers if self._terms.transcript else None
        self._joins = [JoinTable(join, markers) for join in self._terms.join]
        self._reader = RowReader(contract, pseudonym_key, self._joins)
        self._chunks = ChunkReader(contract, pseudonym_key)
        self._records, self._quarantine = _Table(RECORD), _Table(QUARANTINE)
        self._files: list[FileRead] = []
        self._notes: dict[str, None] = {}  # in their order, each once
        self._set_aside: set[tuple[str, int]] = set()  # lines of joined files in quarantine
        self._lines, self._unread = Counter[str](), Counter[str]()  # by delivered file, whole archives too

    def take_items(self, part: Part) -> None:
        """Read a file for every join it serves."""
        file = part.file
        tables = [table for table in self._joins if part.is_meant_by(table.terms.source.path)]
        is_rows = part.is_meant_by(self._terms.rows.path)
        if not tables and not is_rows:
            known = ", ".join([self._terms.rows.path, *(join.source.path for join in self._terms.join)])
            problem = f"the contract knows no such file (it knows {known})"
            fix = "name it in the contract's delivery section, or leave it out of the delivery"
            raise LandingError(problem, file=file.name, line=None, fix=fix)
        lines, unreadable_lines = set[int](), set[int]()
        for source in {table.terms.source.model_dump_json(): table.terms.source for table in tables}.values():
            serving = [table for table in tables if table.terms.source == source]
            for row in self._rows(part, source, frozenset()):
                lines.add(row.line)
                if isinstance(row, Unread):
                    unreadable_lines.add(row.line)
                for unread in _unjoined(row, file.name, serving):
                    # What is wrong with a line of rows is said once, when it is read as a row.
                    if not is_rows and (file.name, row.line) not in self._set_aside:
                        self._set_aside.add((file.name, row.line))
                        self._put_aside(file, unread)
        if not is_rows:
            self._count(part, len(lines), len(unreadable_lines))
            aside = sum(name == file.name for name, _ in self._set_aside)
            self._files.append(FileRead(file, "items", len(lines), 0, aside))

    def take_rows(self, part: Part) -> None:
        """Read a file of judgements."""
        source, file = self._terms.rows, part.file
        if source.format == "jsonl" and not self._joins and source.file_as is None:
            read = self._by_chunks(part)
        else:
            read = self._by_rows(part)
        self._count(part, read.lines, read.unread)
        self._files.append(FileRead(file, "rows", read.lines, read.records, read.quarantined))

    def _by_chunks(self, part: Part) -> "_Counts":
        counts, most = _Counts(), _most_rows(part)
        with part.open() as text:
            for chunk in jsonl_chunks(text, part.file.name):
                counts.check(chunk, most, part)
                read = self._chunks.read(chunk)
                counts.add(read)
                self._records.extend(read.records)
                self._quarantine.extend(read.quarantine)
        return counts

    def _by_rows(self, part: Part) -> "_Counts":
        counts, file = _Counts(), part.file
        for row in self._rows(part, self._terms.rows, columns_read(self._terms)):
            counts.lines += 1
            counts.unread += isinstance(row, Unread)
            for found in self._reader.judgements(row, file.name):
                if isinstance(found, Unread):
                    counts.quarantined += 1
                    self._put_aside(file, found)
                else:
                    counts.records += 1
                    self._records.add(found)
        return counts

    def check_promises(self, files: Iterable[LandedFile]) -> None:
        """A file holds as many rows as its manifest says; how many rows broken lines were, nobody can say."""
        for file in files:
            lines, unread = self._lines[file.name], self._unread[file.name]
            if file.rows is not None and not lines - unread <= file.rows <= lines:
                broken = f" ({unread:,} of them unreadable)" if unread else ""
                problem = f"the file holds {lines:,} rows{broken}, but the manifest says {file.rows:,}"
                fix = "deliver the whole file, or correct rows in the manifest"
                raise LandingError(problem, file.name, fix=fix)

    def done(self) -> Canonical:
        """Everything read, with the joined files' use now known."""
        rows = [read for read in self._files if read.role == "rows"]
        if not any(read.lines for read in rows):
            # An export that broke off after its header: booked as a delivery it would take the week's place.
            name = rows[0].file.name if rows else self._terms.rows.path
            raise UnreadableFileError("the delivery holds no row", name, None, "deliver the whole files")
        used = set[tuple[str, int]]().union(*(table.used for table in self._joins)) - self._set_aside
        files = (
            replace(read, records=sum(name == read.file.name for name, _ in used))
            if read.role == "items"
            else read
            for read in self._files
        )
        return Canonical(
            with_item_ids(self._records.whole()),
            self._quarantine.whole(),
            tuple(sorted(files, key=lambda read: read.file.name)),
            tuple(table.read() for table in self._joins),
            tuple(self._notes),
        )

    def _rows(self, part: Part, source: Source, needed: frozenset[str]) -> Iterator[Row | Unread]:
        name = part.file.name
        with part.open() as text:
            found = read_rows(text, source, name, needed, lambda said: self._note(f"{name}: {said}"))
            rows = _not_too_many(found, part)
            if source.file_as is None:
                yield from rows
            else:
                yield from (_named(row, source.file_as, name) for row in rows)

    def _count(self, part: Part, lines: int, unread: int) -> None:
        name = part.archive or part.file.name
        self._lines[name] += lines
        self._unread[name] += unread

    def _note(self, said: str) -> None:
        self._notes[printable(said)] = None

    def _put_aside(self, file: LandedFile, unread: Unread) -> None:
        self._quarantine.add(unread.entry(file.name))


@dataclass
class _Counts:
    """Lines of a file, and what became of them."""

    lines: int = 0
    blank: int = 0
    unread: int = 0
    records: int = 0
    quarantined: int = 0

    def check(self, chunk: Chunk, most: int, part: Part) -> None:
        """Raise `UnreadableFileError` before a chunk is read that holds too many rows, or blank lines."""
        lines = chunk.data.count(b"\n") + 1
        if lines > _MANY_LINES or self.lines + lines > most:
            said = sum(bool(line.strip()) for line in chunk.data.split(b"\n"))
            blank = self.blank + lines - said
            check_blank(blank, self.lines + said, part.file.name)
            _check_rows(self.lines + said, most, part)

    def add(self, read: ChunkRead) -> None:
        self.lines += read.lines
        self.blank += read.blank
        self.unread += read.unread
        self.records += read.records.num_rows
        self.quarantined += read.quarantine.num_rows


def _most_rows(part: Part) -> int:
    """How many rows the file has bytes for; see `limits.MAX_ROWS_PER_BYTE`."""
    return max(ROWS_FROM, MAX_ROWS_PER_BYTE * part.file.bytes)


def _check_rows(rows: int, most: int, part: Part) -> None:
    if rows > most:
        problem = f"more than {most:,} rows in the {part.file.bytes:,} bytes delivered"
        raise UnreadableFileError(problem, part.file.name, None, LESS_REPETITION)


def _not_too_many(rows: Iterator[Row | Unread], part: Part) -> Iterator[Row | Unread]:
    most = _most_rows(part)
    for number, row in enumerate(rows, start=1):
        _check_rows(number, most, part)
        yield row


def _named(row: Row | Unread, name: str, file: str) -> Row | Unread:
    """`row` with its file's name beside it."""
    if isinstance(row, Unread):
        return row
    if name in row.value:
        problem = f"the row has a field {name!r}, which the contract's `file_as: {name}` hides; rename that"
        return unreadable(row.line, problem, row.value, "unreadable_field")
    return Row(row.line, {**row.value, name: file})


def _unjoined(row: Row | Unread, file: str, tables: list[JoinTable]) -> list[Unread]:
    """What keeps a line of a joined file from serving the joins that read it."""
    if isinstance(row, Unread):
        return [row]
    return [problem for table in tables if (problem := table.take(file, row))]
