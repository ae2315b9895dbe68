"""One reader a format. Each turns a stream into rows, or into what could not be read and why."""

from collections.abc import Iterator
from typing import BinaryIO

from contracts.terms.mapping import Source
from rampart.delivery.readers.csv_rows import Note, csv_rows
from rampart.delivery.readers.json_array import json_array_rows
from rampart.delivery.readers.jsonl import jsonl_rows
from rampart.delivery.readers.parquet_rows import parquet_rows
from rampart.delivery.readers.row import Row, Unread

__all__ = ["Row", "Unread", "read_rows"]


def _unsaid(_: str) -> None:
    """For those who are not told how a file was read."""


def read_rows(
    stream: BinaryIO, source: Source, file: str, needed: frozenset[str], note: Note = _unsaid
) -> Iterator[Row | Unread]:
    """Every row of `stream` (already decompressed), in order.

    `needed` are the columns the contract reads: a table without one of them is refused whole, with the
    header it has. `note` is told what was found out about the file, where the contract leaves it open.
    Raises `UnreadableFileError` when nothing of the file, or nothing more of it, can be read.
    """
    match source.format:
        case "jsonl":
            return jsonl_rows(stream, file)
        case "json":
            return json_array_rows(stream, file, source.rows_at)
        case "csv":
            return csv_rows(stream, file, source.csv, needed, note)
        case "parquet":
            return parquet_rows(stream, file, needed)
