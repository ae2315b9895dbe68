"""Rows as delivered → canonical records, one by one: joined, split into judgements, mapped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from contracts.model import Contract
from rampart.delivery.chunk_read import ChunkRead
from rampart.delivery.joins import JoinTable
from rampart.delivery.mapping import Record, RecordMapper
from rampart.delivery.readers.row import Row, Unread
from rampart.delivery.scope import Judgement, splitter
from rampart.records.canonical import QUARANTINE, RECORD

ENOUGH = 20_000  # rows held as objects, before they are turned into Arrow


class RowReader:
    """Reads rows by one contract, with the joined files given (`joins`, in the contract's order)."""

    def __init__(self, contract: Contract, pseudonym_key: bytes, joins: Sequence[JoinTable] = ()) -> None:
        self.mapper = RecordMapper(contract, pseudonym_key)
        self._split = splitter(contract.delivery)
        self._joins = joins

    def judgements(self, row: Row | Unread, file: str) -> Iterator[Record | Unread]:
        """Every record of `row`, or what of it could not be read."""
        if isinstance(row, Unread):
            yield row
            return
        scope = self._joined(row)
        if isinstance(scope, Unread):
            yield scope
            return
        for part in self._split(row, scope):
            yield self.mapper.record(part, file, row.line) if isinstance(part, Judgement) else part

    def _joined(self, row: Row) -> Mapping[str, Any] | Unread:
        if not self._joins:
            return row.value
        scope = dict(row.value)
        for table in self._joins:
            problem = table.attach(row.line, scope)
            if problem:
                return problem
        return scope


class RowsRead:
    """Rows of one file read one by one, until there are enough to be turned into Arrow."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._start()

    def add(self, row: Row | Unread, found: Iterable[Record | Unread], byte: int | None = None) -> None:
        """A row, and the records (or what is none) found in it; `byte` is where its line starts."""
        self._lines += 1
        self._unread += isinstance(row, Unread)
        for one in found:
            if isinstance(one, Unread):
                self._quarantine.append(one.entry(self._file, byte))
            else:
                self._records.append(one)

    @property
    def is_full(self) -> bool:
        """Are there `ENOUGH`?"""
        return len(self._records) + len(self._quarantine) >= ENOUGH

    def taken(self) -> ChunkRead:
        """Everything added since the last time."""
        records = pa.Table.from_pylist(self._records, RECORD)
        quarantine = pa.Table.from_pylist(self._quarantine, QUARANTINE)
        read = ChunkRead(records, quarantine, self._lines, 0, self._unread)
        self._start()
        return read

    def _start(self) -> None:
        self._records: list[Record] = []
        self._quarantine: list[dict[str, Any]] = []
        self._lines = self._unread = 0
