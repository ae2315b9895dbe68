"""Landed files → canonical records and a quarantine, with every line accounted for.

Rows are read one file at a time and become Arrow in chunks, so memory holds the columns, not the objects.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pyarrow as pa

from contracts.model import Contract
from contracts.terms.mapping import Source
from rampart.delivery.chunk_read import ChunkRead, Told
from rampart.delivery.columnar.chunk import ChunkReader
from rampart.delivery.errors import LandingError, UnreadableFileError, printable
from rampart.delivery.joins import JoinRead, JoinTable
from rampart.delivery.landing import Landed, LandedFile
from rampart.delivery.line_counts import LineCounts, most_rows, not_too_many
from rampart.delivery.parts import Part, parts_of
from rampart.delivery.readers import Row, Unread, read_rows
from rampart.delivery.readers.jsonl import Chunk, Lend, fresh_memory, jsonl_chunks
from rampart.delivery.readers.row import check_blank, unreadable
from rampart.delivery.rows import RowReader, RowsRead
from rampart.delivery.scope import columns_read
from rampart.delivery.store import ObjectStore
from rampart.records.canonical import QUARANTINE, RECORD
from rampart.records.identity import with_item_ids


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

    Raises what `Reading` does. Equal bytes give equal tables.
    """
    reading, chunks = Reading(landed, contract, store, pseudonym_key), ChunkReader(contract, pseudonym_key)
    records = [RECORD.empty_table()]
    for piece in reading.pieces():
        read = chunks.read(piece.given) if isinstance(piece.given, Chunk) else piece.given
        reading.took(piece.file, read.told)
        records.append(read.records)
    return reading.done(with_item_ids(_joined(records, RECORD)))


def _joined(tables: list[pa.Table], schema: pa.Schema) -> pa.Table:
    """All rows of `tables` in one, column by column, so that memory never holds everything twice.

    The list is empty afterwards.
    """
    chunks = [table.columns for table in tables]
    tables.clear()
    columns = []
    for field in schema:
        pieces = [piece for chunk in chunks for piece in chunk.pop(0).chunks]
        whole = pa.table({field.name: pa.chunked_array(pieces, field.type)}).combine_chunks()
        columns.append(whole.column(0))
    return pa.table(columns, schema=schema)


@dataclass(frozen=True)
class Piece:
    """A part of a file of rows: lines still to be read, or what was read. `file` is the file's place."""

    file: int
    given: Chunk | ChunkRead


class Reading:
    """One pass over a delivery, piece by piece: who takes the `pieces` tells what became of each (`took`).

    Raises `UnreadableFileError` when a file cannot be read at all, `LandingError` when a file is none the
    contract knows or does not hold the rows its manifest says.
    """

    def __init__(
        self,
        landed: Landed,
        contract: Contract,
        store: ObjectStore,
        pseudonym_key: bytes,
        lend: Lend = fresh_memory,
    ) -> None:
        self._landed, self._store, self._lend = landed, store, lend
        self._terms = contract.delivery
        markers = self._terms.transcript.markers if self._terms.transcript else None
        self._joins = [JoinTable(join, markers) for join in self._terms.join]
        self._rows = RowReader(contract, pseudonym_key, self._joins)
        self._quarantine = [QUARANTINE.empty_table()]
        self._items: list[FileRead] = []
        self._notes: dict[str, None] = {}  # in their order, each once
        self._set_aside: set[tuple[str, int]] = set()  # lines of joined files in quarantine
        self._parts: list[tuple[Part, LineCounts]] = []  # files of rows, and what became of their lines
        self._lines, self._unread = Counter[str](), Counter[str]()  # by delivered file, whole archives too

    def pieces(self) -> Iterator[Piece]:
        """Every piece of the files of rows, in their order; joined files are read first."""
        with ExitStack() as archives:
            parts = tuple(parts_of(self._landed.files, self._store, archives))
            for part in parts:
                self._take_items(part)
            for part in parts:
                if part.is_meant_by(self._terms.rows.path):
                    self._parts.append((part, LineCounts()))
                    place = len(self._parts) - 1
                    yield from (Piece(place, given) for given in self._given(part))

    def took(self, file: int, read: Told) -> None:
        """A piece of `file` was read."""
        part, lines = self._parts[file]
        lines.add(read)
        check_blank(lines.blank, lines.rows, part.file.name)
        if read.quarantine.num_rows:
            self._quarantine.append(read.quarantine)

    def done(self, records: pa.Table) -> Canonical:
        """The delivery, once every piece was taken; `records` are those of all pieces."""
        rows = [FileRead(part.file, "rows", *lines.counts) for part, lines in self._parts]
        for part, lines in self._parts:
            self._count(part, lines.rows, lines.unread)
        self._check_promises()
        if not any(read.lines for read in rows):
            # An export that broke off after its header: booked as a delivery it would take the week's place.
            name = rows[0].file.name if rows else self._terms.rows.path
            raise UnreadableFileError("the delivery holds no row", name, None, "deliver the whole files")
        used = set[tuple[str, int]]().union(*(table.used for table in self._joins)) - self._set_aside
        items = [
            replace(read, records=sum(name == read.file.name for name, _ in used)) for read in self._items
        ]
        return Canonical(
            records,
            pa.concat_tables(self._quarantine),
            tuple(sorted([*items, *rows], key=lambda read: read.file.name)),
            tuple(table.read() for table in self._joins),
            tuple(self._notes),
        )

    def _given(self, part: Part) -> Iterator[Chunk | ChunkRead]:
        source = self._terms.rows
        if source.format != "jsonl" or self._joins or source.file_as is not None:
            yield from self._by_rows(part)
            return
        most, limit = LineCounts(), most_rows(part)
        with part.open() as text:
            for chunk in jsonl_chunks(text, part.file.name, self._lend):
                most.foresee(chunk, limit, part)
                yield chunk

    def _by_rows(self, part: Part) -> Iterator[ChunkRead]:
        found = RowsRead(part.file.name)
        for row in self._read(part, self._terms.rows, columns_read(self._terms)):
            found.add(row, self._rows.judgements(row, part.file.name))
            if found.is_full:
                yield found.taken()
        yield found.taken()

    def _take_items(self, part: Part) -> None:
        """Read a file for every join it serves."""
        file = part.file
        tables = [table for table in self._joins if part.is_meant_by(table.terms.source.path)]
        is_rows = part.is_meant_by(self._terms.rows.path)
        if not tables and not is_rows:
            known = ", ".join([self._terms.rows.path, *(join.source.path for join in self._terms.join)])
            problem = f"the contract knows no such file (it knows {known})"
            fix = "name it in the contract's delivery section, or leave it out of the delivery"
            raise LandingError(problem, file=file.name, line=None, fix=fix)
        lines, unreadable_lines, aside = set[int](), set[int](), []
        for source in {table.terms.source.model_dump_json(): table.terms.source for table in tables}.values():
            serving = [table for table in tables if table.terms.source == source]
            for row in self._read(part, source, frozenset()):
                lines.add(row.line)
                if isinstance(row, Unread):
                    unreadable_lines.add(row.line)
                for unread in _unjoined(row, file.name, serving):
                    # What is wrong with a line of rows is said once, when it is read as a row.
                    if not is_rows and (file.name, row.line) not in self._set_aside:
                        self._set_aside.add((file.name, row.line))
                        aside.append(unread.entry(file.name))
        if not is_rows:
            self._quarantine.append(pa.Table.from_pylist(aside, QUARANTINE))
            self._count(part, len(lines), len(unreadable_lines))
            self._items.append(FileRead(file, "items", len(lines), 0, len(aside)))

    def _check_promises(self) -> None:
        """A file holds as many rows as its manifest says; how many rows broken lines were, nobody can say."""
        for file in self._landed.files:
            lines, unread = self._lines[file.name], self._unread[file.name]
            if file.rows is not None and not lines - unread <= file.rows <= lines:
                broken = f" ({unread:,} of them unreadable)" if unread else ""
                problem = f"the file holds {lines:,} rows{broken}, but the manifest says {file.rows:,}"
                fix = "deliver the whole file, or correct rows in the manifest"
                raise LandingError(problem, file.name, fix=fix)

    def _read(self, part: Part, source: Source, needed: frozenset[str]) -> Iterator[Row | Unread]:
        name = part.file.name
        with part.open() as text:
            found = read_rows(text, source, name, needed, lambda said: self._note(f"{name}: {said}"))
            rows = not_too_many(found, part)
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
