"""Landed files → canonical records and a quarantine, with every line accounted for.

Rows are read one file at a time and become Arrow in chunks, so memory holds the columns, not the objects.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from contracts.mapping import Source
from contracts.model import Contract
from rampart.delivery.compression import open_decompressed
from rampart.delivery.errors import LandingError
from rampart.delivery.globs import path_matches
from rampart.delivery.joins import JoinTable
from rampart.delivery.landing import Landed, LandedFile
from rampart.delivery.mapping import Record, RecordMapper
from rampart.delivery.readers import Row, Unread, read_rows
from rampart.delivery.scope import Judgement, columns_read, splitter
from rampart.delivery.store import ObjectStore
from rampart.records.canonical import QUARANTINE, RECORD

CHUNK = 20_000  # rows turned into Arrow at a time


@dataclass(frozen=True)
class FileRead:
    """What became of one file's lines.

    For a file of rows: `lines` hold data, `records` were read from them and `quarantined` entries (lines, or
    judgements of a line) could not be. For a joined file: `records` counts its rows used by some record, the
    rest of `lines` were unused or are quarantined.
    """

    file: LandedFile
    role: str
    lines: int
    records: int
    quarantined: int


@dataclass(frozen=True)
class Canonical:
    """A delivery as records (`RECORD`), what could not be read (`QUARANTINE`), and the count a file."""

    records: pa.Table
    quarantine: pa.Table
    files: tuple[FileRead, ...]


def canonicalise(landed: Landed, contract: Contract, store: ObjectStore, pseudonym_key: bytes) -> Canonical:
    """Read every landed file of a delivery by its contract.

    Raises `UnreadableFileError` when a file cannot be read at all, `LandingError` when a file is none the
    contract knows. Equal bytes give equal tables.
    """
    reading = _Reading(contract, store, pseudonym_key)
    files = [(file, _role(file, contract)) for file in landed.files]
    for file, place in files:
        if place is not None:
            reading.take_items(file, place)
    for file, place in files:
        if place is None:
            reading.take_rows(file)
    return reading.done()


def _role(file: LandedFile, contract: Contract) -> int | None:
    """None for a file of rows, otherwise the number of the join it serves."""
    terms = contract.delivery
    if path_matches(file.name, terms.rows.path):
        return None
    for place, join in enumerate(terms.join):
        if path_matches(file.name, join.source.path):
            return place
    known = ", ".join([terms.rows.path, *(join.source.path for join in terms.join)])
    fix = "name it in the contract's delivery section, or leave it out of the delivery"
    raise LandingError(
        f"the contract knows no such file (it knows {known})", file=file.name, line=None, fix=fix
    )


class _Reading:
    """One pass over a delivery."""

    def __init__(self, contract: Contract, store: ObjectStore, pseudonym_key: bytes) -> None:
        self._terms = contract.delivery
        markers = self._terms.transcript.markers if self._terms.transcript else None
        self._store = store
        self._mapper = RecordMapper(contract, pseudonym_key)
        self._split = splitter(self._terms)
        self._joins = [JoinTable(join, markers) for join in self._terms.join]
        self._records: list[pa.Table] = [RECORD.empty_table()]
        self._quarantine: list[dict[str, Any]] = []
        self._files: list[FileRead] = []

    def take_items(self, file: LandedFile, place: int) -> None:
        """Read a joined file."""
        table = self._joins[place]
        lines = 0

        def counted() -> Iterator[Row | Unread]:
            nonlocal lines
            for row in self._rows(file, table.terms.source, frozenset()):
                lines += 1
                yield row

        unread = table.add(file.name, counted())
        self._set_aside(file, unread)
        self._files.append(FileRead(file, "items", lines, 0, len(unread)))

    def take_rows(self, file: LandedFile) -> None:
        """Read a file of judgements."""
        lines = records = quarantined = 0
        chunk: list[Record] = []
        for row in self._rows(file, self._terms.rows, columns_read(self._terms)):
            lines += 1
            found, unread = self._judgements(row, file)
            chunk += found
            records += len(found)
            quarantined += len(unread)
            self._set_aside(file, unread)
            if len(chunk) >= CHUNK:
                self._records.append(pa.Table.from_pylist(chunk, schema=RECORD))
                chunk = []
        self._records.append(pa.Table.from_pylist(chunk, schema=RECORD))
        self._files.append(FileRead(file, "rows", lines, records, quarantined))

    def done(self) -> Canonical:
        """Everything read, with the joined files' use now known."""
        files = tuple(
            replace(read, records=sum(table.used_in(read.file.name) for table in self._joins))
            if read.role == "items"
            else read
            for read in self._files
        )
        return Canonical(
            pa.concat_tables(self._records).combine_chunks(),
            pa.Table.from_pylist(self._quarantine, schema=QUARANTINE),
            tuple(sorted(files, key=lambda read: read.file.name)),
        )

    def _rows(self, file: LandedFile, source: Source, needed: frozenset[str]) -> Iterator[Row | Unread]:
        with self._store.open(file.key) as stream:
            yield from read_rows(open_decompressed(stream, file.name), source, file.name, needed)

    def _judgements(self, row: Row | Unread, file: LandedFile) -> tuple[list[Record], list[Unread]]:
        if isinstance(row, Unread):
            return [], [row]
        scope = self._joined(row)
        if isinstance(scope, Unread):
            return [], [scope]
        records: list[Record] = []
        unread: list[Unread] = []
        for part in self._split(row, scope):
            found = self._mapper.record(part, file.name, row.line) if isinstance(part, Judgement) else part
            if isinstance(found, Unread):
                unread.append(found)
            else:
                records.append(found)
        return records, unread

    def _joined(self, row: Row) -> dict[str, Any] | Unread:
        scope = dict(row.value)
        for table in self._joins:
            problem = table.attach(row.line, scope)
            if problem:
                return problem
        return scope

    def _set_aside(self, file: LandedFile, unread: list[Unread]) -> None:
        for one in unread:
            self._quarantine.append(
                {
                    "source_file": file.name,
                    "source_line": one.line,
                    "source_item": one.item,
                    "code": one.code,
                    "problem": one.problem,
                    "excerpt": one.excerpt,
                }
            )
