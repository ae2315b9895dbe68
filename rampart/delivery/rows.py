"""Rows as delivered → canonical records, one by one: joined, split into judgements, mapped."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.model import Contract
from rampart.delivery.joins import JoinTable
from rampart.delivery.mapping import Record, RecordMapper
from rampart.delivery.readers.row import Row, Unread
from rampart.delivery.scope import Judgement, splitter


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
