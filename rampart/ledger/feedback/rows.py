"""The pack's tables: each discarded record by the vendor's own id, each line that could not be read.

A million rows pass in slices of Arrow memory, never as Python objects.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from quality.gates.told import COLUMNS
from rampart.ledger.feedback.cells import inert_column

SLICE = 65_536  # rows held as text at a time
_QUARANTINED = ("source_file", "source_line", "source_item", "code", "problem")
_OF_GOLD = r"^gold\b"  # how a problem begins that is about the field of known answers


def write_discards(rows: pa.Table, folder: Path) -> dict[str, Path]:
    """Discarded records (`COLUMNS`) as JSON lines, Parquet and CSV: file name → path."""
    names = ("discarded.jsonl", "discarded.parquet", "discarded.csv")
    paths = {name: folder / name for name in names}
    _write_lines(rows.select(COLUMNS), paths["discarded.jsonl"])
    pq.write_table(rows.select(COLUMNS), paths["discarded.parquet"], compression="zstd")
    _write_csv(rows.select(COLUMNS), paths["discarded.csv"])
    return paths


def write_quarantined(lines: pa.Table, folder: Path) -> dict[str, Path]:
    """Lines that could not be read: where each is, and the sentence that says what was expected there.

    A sentence about the field of known answers does not name it.
    """
    frame = pl.DataFrame(pl.from_arrow(lines.select(_QUARANTINED)))
    told = frame.with_columns(pl.col("problem").str.replace(_OF_GOLD, "a field"))
    path = folder / "quarantined.jsonl"
    _write_lines(told.to_arrow(), path)
    return {path.name: path}


def _write_lines(rows: pa.Table, path: Path) -> None:
    with path.open("wb") as file:
        for piece in _slices(rows):
            piece.write_ndjson(file)


def _write_csv(rows: pa.Table, path: Path) -> None:
    header = io.StringIO(newline="")
    # Text in quotes throughout: otherwise a reader that splits at semicolons finds a formula inside an id.
    csv.writer(header, quoting=csv.QUOTE_ALL).writerow(COLUMNS)
    with path.open("wb") as file:
        file.write(header.getvalue().encode())
        for piece in _slices(rows):
            flat = piece.with_columns(pl.col("reasons").list.join(" "))
            safe = flat.with_columns(inert_column(flat[name]) for name in ("record_id", "source_file"))
            safe.write_csv(file, include_header=False, quote_style="non_numeric", line_terminator="\r\n")


def _slices(rows: pa.Table) -> Iterator[pl.DataFrame]:
    for start in range(0, rows.num_rows, SLICE):
        yield pl.DataFrame(pl.from_arrow(rows.slice(start, SLICE)))
