"""Parquet: typed, columnar rows, numbered from 1 in file order."""

import tempfile
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.readers.row import Row, require_columns

ROWS_AT_A_TIME = 2_000


def parquet_rows(stream: BinaryIO, file: str, needed: frozenset[str]) -> Iterator[Row]:
    """Every row as a dict. Parquet is read from its end, so the stream is spooled to a temporary file first.

    Raises `UnreadableFileError` for a damaged file or a missing column.
    """
    with tempfile.SpooledTemporaryFile(max_size=64 << 20) as spool:
        while block := stream.read(1 << 20):
            spool.write(block)
        spool.seek(0)
        yield from _rows(spool, file, needed)


def _rows(spool: "tempfile.SpooledTemporaryFile[bytes]", file: str, needed: frozenset[str]) -> Iterator[Row]:
    number = 0
    try:
        parquet = pq.ParquetFile(spool)
        require_columns(parquet.schema_arrow.names, needed, file)
        for batch in parquet.iter_batches(ROWS_AT_A_TIME):
            for value in batch.to_pylist():
                number += 1
                yield Row(number, value)
    except (pa.ArrowException, OSError) as error:
        fix = "write the file again and deliver it whole"
        raise UnreadableFileError(
            f"not a whole Parquet file: {error}", file=file, line=number + 1, fix=fix
        ) from error
