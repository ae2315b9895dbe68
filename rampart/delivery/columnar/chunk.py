"""A piece of a file of JSON lines → records and a quarantine, by columns where that can be."""

from dataclasses import replace

import msgspec
import numpy as np
import pyarrow as pa

from contracts.model import Contract
from rampart.delivery.chunk_read import ChunkRead, joined
from rampart.delivery.columnar.lines import Lines, Mask, lines_of
from rampart.delivery.columnar.parse import parsed
from rampart.delivery.columnar.paths import RowByRowError
from rampart.delivery.columnar.records import ColumnMapper
from rampart.delivery.readers.jsonl import Chunk, json_row
from rampart.delivery.rows import RowReader, RowsRead
from rampart.records.canonical import QUARANTINE, RECORD

_NONE = QUARANTINE.empty_table()


class ChunkReader:
    """Reads chunks of JSON lines by one contract. Equal chunks give equal results, whatever came before.

    Records without an item of their own have none yet (`rampart.records.identity.with_item_ids`).
    """

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
        lines = lines_of(bytes(chunk.data))
        by_columns, taken = self._by_columns(lines, chunk)
        if taken.all():
            return ChunkRead(by_columns, _NONE, len(lines), blank=0, unread=0)
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
        found, reads = RowsRead(chunk.file), []
        blank = 0
        for place in np.flatnonzero(left):
            text = lines.line(place)
            if not text.strip():
                blank += 1
                continue
            row = json_row(self._decoder, chunk.number + int(place), text)
            start = chunk.start + int(lines.starts[place])
            found.add(row, self._rows.judgements(row, chunk.file), start)
            if found.is_full:
                reads.append(found.taken())
        one_by_one = joined([*reads, found.taken()])
        table = by_columns
        if one_by_one.records.num_rows:
            order = [("source_line", "ascending"), ("source_item", "ascending")]
            table = pa.concat_tables([table, one_by_one.records]).sort_by(order)
        return replace(one_by_one, records=table, lines=len(lines) - blank, blank=blank)
