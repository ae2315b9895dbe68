"""A piece of a file of JSON lines → records and a quarantine, by columns where that can be."""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from contracts.model import Contract
from rampart.delivery.columnar.lines import Lines, Mask, lines_of
from rampart.delivery.columnar.parse import parsed
from rampart.delivery.columnar.paths import RowByRowError
from rampart.delivery.columnar.records import ColumnMapper
from rampart.delivery.mapping import Record
from rampart.delivery.readers.jsonl import Chunk, json_row
from rampart.delivery.readers.row import Unread
from rampart.delivery.rows import RowReader
from rampart.records.canonical import QUARANTINE, RECORD
from rampart.records.identity import with_item_ids


@dataclass(frozen=True)
class ChunkRead:
    """What became of a chunk's lines; `lines` hold data, `blank` none, `unread` are not one object each."""

    records: pa.Table
    quarantine: pa.Table
    lines: int
    blank: int
    unread: int


class ChunkReader:
    """Reads chunks of JSON lines by one contract. Equal chunks give equal results, whatever came before."""

    def __init__(self, contract: Contract, pseudonym_key: bytes) -> None:
        self._rows = RowReader(contract, pseudonym_key)
        self._decoder = msgspec.json.Decoder()
        self._known: pa.Schema | None = None
        try:
            self._columns: ColumnMapper | None = ColumnMapper(contract, self._rows.mapper)
        except RowByRowError:
            self._columns = None

    def read(self, chunk: Chunk) -> ChunkRead:
        """Every line of `chunk`, in order: records, and what is none."""
        lines = lines_of(chunk.data)
        by_columns, taken = self._by_columns(lines, chunk)
        return self._one_by_one(lines, ~taken, chunk, by_columns)

    def _by_columns(self, lines: Lines, chunk: Chunk) -> tuple[pa.Table, Mask]:
        """Records of the lines that columns can be sure of, and which lines those are."""
        taken = np.zeros(len(lines), np.bool_)
        if self._columns is None or not lines.plain.any():
            return RECORD.empty_table(), taken
        found, self._known = parsed(lines, self._columns.columns, self._known)
        places = np.flatnonzero(found.fits)
        try:
            table, sure = self._columns.records(found.table, chunk.file, places + chunk.number)
        except RowByRowError:
            return RECORD.empty_table(), taken
        taken[places[sure]] = True
        return table if sure.all() else table.filter(pa.array(sure)), taken

    def _one_by_one(self, lines: Lines, left: Mask, chunk: Chunk, by_columns: pa.Table) -> ChunkRead:
        """What columns left, row by row, and everything together in the order of the lines."""
        records: list[Record] = []
        quarantine: list[dict[str, Any]] = []
        blank = unread = 0
        for place in np.flatnonzero(left):
            text = lines.line(place)
            if not text.strip():
                blank += 1
                continue
            row = json_row(self._decoder, chunk.number + int(place), text)
            unread += isinstance(row, Unread)
            start = chunk.start + int(lines.starts[place])
            for found in self._rows.judgements(row, chunk.file):
                if isinstance(found, Unread):
                    quarantine.append(found.entry(chunk.file, start))
                else:
                    records.append(found)
        table = by_columns
        if records:
            order = [("source_line", "ascending"), ("source_item", "ascending")]
            table = pa.concat_tables([table, pa.Table.from_pylist(records, RECORD)]).sort_by(order)
        put_aside = pa.Table.from_pylist(quarantine, QUARANTINE)
        return ChunkRead(with_item_ids(table), put_aside, len(lines) - blank, blank, unread)
