"""A piece of a file of JSON lines → records and a quarantine, by columns where that can be."""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa

from contracts.model import Contract
from rampart.delivery.columnar.lines import Lines, Mask, lines_of
from rampart.delivery.columnar.parse import parsed
from rampart.delivery.columnar.paths import RowByRowError
from rampart.delivery.columnar.records import ColumnMapper
from rampart.delivery.readers.jsonl import Chunk, json_row
from rampart.delivery.readers.row import Unread
from rampart.delivery.rows import RowReader
from rampart.records.canonical import QUARANTINE, RECORD


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
        self._known: pa.Schema | None = None
        try:
            self._columns: ColumnMapper | None = ColumnMapper(contract, self._rows.mapper)
        except RowByRowError:
            self._columns = None

    def read(self, chunk: Chunk) -> ChunkRead:
        """Every line of `chunk`, in order: records, and what is none."""
        lines = lines_of(chunk.data)
        by_columns, taken = self._by_columns(lines, chunk)
        return _one_by_one(lines, ~taken, chunk, self._rows, by_columns)

    def _by_columns(self, lines: Lines, chunk: Chunk) -> tuple[pl.DataFrame, Mask]:
        """Records of the lines that columns can be sure of, and which lines those are."""
        nothing = pl.DataFrame(pl.from_arrow(RECORD.empty_table())), np.zeros(len(lines), np.bool_)
        if self._columns is None or not lines.plain.any():
            return nothing
        found, self._known = parsed(lines, self._columns.columns, self._known)
        places = np.flatnonzero(found.fits)
        rows = pl.DataFrame(pl.from_arrow(found.table))
        try:
            read = self._columns.records(rows, chunk.file, pl.Series(places + chunk.number))
        except RowByRowError:
            return nothing
        sure = ~read.unsure
        taken = np.zeros(len(lines), np.bool_)
        taken[places[sure.to_numpy()]] = True
        return read.values.struct.unnest().filter(sure), taken


def _one_by_one(
    lines: Lines, left: Mask, chunk: Chunk, reader: RowReader, by_columns: pl.DataFrame
) -> ChunkRead:
    """What columns left, row by row, and everything together in the order of the lines."""
    decoder = msgspec.json.Decoder()
    records: list[dict[str, Any]] = []
    quarantine: list[dict[str, Any]] = []
    blank = unread = 0
    for place in np.flatnonzero(left):
        text = lines.line(place)
        if not text.strip():
            blank += 1
            continue
        row = json_row(decoder, chunk.number + int(place), text)
        unread += isinstance(row, Unread)
        start = chunk.start + int(lines.starts[place])
        for found in reader.judgements(row, chunk.file):
            if isinstance(found, Unread):
                quarantine.append(found.entry(chunk.file, start))
            else:
                records.append(found)
    table = by_columns.to_arrow().cast(RECORD)
    if records:
        order = [("source_line", "ascending"), ("source_item", "ascending")]
        table = pa.concat_tables([table, pa.Table.from_pylist(records, RECORD)]).sort_by(order)
    return ChunkRead(
        table,
        pa.Table.from_pylist(quarantine, QUARANTINE),
        len(lines) - blank,
        blank,
        unread,
    )
