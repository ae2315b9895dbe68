"""Parquet: typed, columnar rows, numbered from 1 in file order."""

import math
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from rampart.delivery.compression import LESS_REPETITION, expands
from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.limits import MAX_RATIO, RATIO_FROM
from rampart.delivery.readers.parquet_size import UncountableError, unpacked_bytes
from rampart.delivery.readers.row import Row, Unread, require_columns, unreadable

ROWS_AT_A_TIME = 2_000


def parquet_rows(stream: BinaryIO, file: str, needed: frozenset[str]) -> Iterator[Row | Unread]:
    """Every row as a dict of JSON's types, moments and dates beside them.

    Decimals become numbers, UTF-8 bytes text, maps objects, and a float's NaN, with which pandas writes a
    missing number, null. Parquet is read from its end, so the stream is spooled to a temporary file first.
    Raises `UnreadableFileError` for a damaged file or a missing column.
    """
    with tempfile.SpooledTemporaryFile(max_size=64 << 20) as spool:
        while block := stream.read(1 << 20):
            spool.write(block)
        size = spool.tell()
        spool.seek(0)
        number = 0
        for batch in _batches(spool, size, file, needed):
            for value in _values(batch):
                number += 1
                yield Row(number, value) if isinstance(value, dict) else unreadable(number, str(value), "")


def _batches(
    spool: "tempfile.SpooledTemporaryFile[bytes]", size: int, file: str, needed: frozenset[str]
) -> Iterator[pa.RecordBatch]:
    read = 0
    try:
        parquet = pq.ParquetFile(spool)
        most = max(RATIO_FROM, MAX_RATIO * size)
        _check_expansion(unpacked_bytes(cast("BinaryIO", spool), parquet.metadata, most), size, file)
        require_columns(parquet.schema_arrow.names, needed, file)
        held = 0
        for batch in parquet.iter_batches(ROWS_AT_A_TIME):
            held += _bytes_of(batch)  # they were counted by the footer before, which may have told of less
            _check_expansion(held, size, file)
            yield batch
            read += batch.num_rows
        if read != parquet.metadata.num_rows:
            raise OSError(f"it says that it has {parquet.metadata.num_rows:,} rows, and has {read:,}")
    except UncountableError as error:
        fix = "write the file with a dictionary, or PLAIN"
        raise UnreadableFileError(str(error), file, fix=fix) from error
    except KeyError as error:
        problem = f"not a whole Parquet file: its schema does not know column {error} of its values"
        raise UnreadableFileError(
            problem, file=file, fix="write the file again and deliver it whole"
        ) from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:  # the last: of a column's name
        fix = "write the file again and deliver it whole"
        problem = f"not a whole Parquet file: {error}"
        raise UnreadableFileError(problem, file=file, line=read + 1, fix=fix) from error


def _bytes_of(batch: pa.RecordBatch) -> int:
    """Bytes of a batch, without the dictionaries that it shares with the next one."""
    columns = (one.indices if pa.types.is_dictionary(one.type) else one for one in batch.columns)
    return sum(int(column.nbytes) for column in columns)


def _check_expansion(held: int, size: int, file: str) -> None:
    """Parquet compresses inside, past the ratio that holds for the file as a stream."""
    if held > RATIO_FROM and held > MAX_RATIO * size:
        problem = f"the Parquet file {expands(held, size, MAX_RATIO)}"
        raise UnreadableFileError(problem, file, fix=LESS_REPETITION)


def _values(batch: pa.RecordBatch) -> Iterator[dict[str, Any] | Exception]:
    plain = {field.name for field in batch.schema if not _is_json(field.type)}
    try:
        rows = _dicts(batch)
    except (ValueError, OverflowError):  # a moment Python cannot hold, text that is not UTF-8: find its row
        rows = [_value(batch.slice(place, 1)) for place in range(batch.num_rows)]
    for row in rows:
        if isinstance(row, dict):
            for name in plain:
                row[name] = _as_json(row[name])
        yield row


def _value(one: pa.RecordBatch) -> dict[str, Any] | Exception:
    try:
        (row,) = _dicts(one)
    except (ValueError, OverflowError) as error:
        return error
    return row


def _dicts(batch: pa.RecordBatch) -> list[dict[str, Any] | Exception]:
    """The rows as Python has them. Of a map's key that stands twice the last value counts."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Encountered key", UserWarning)  # what is meant by "lossy"
        rows: list[dict[str, Any] | Exception] = batch.to_pylist(maps_as_pydicts="lossy")
    return rows


_JSON: tuple[Callable[[Any], bool], ...] = (
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_null,
)


def _is_json(kind: Any) -> bool:
    """Do values of this type arrive as JSON has them? Lists and structs do where their parts do."""
    if pa.types.is_struct(kind):
        return all(_is_json(field.type) for field in kind)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _is_json(kind.value_type)
    return any(is_a(kind) for is_a in _JSON)


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(inner) for inner in value]
    convert = next((convert for kind, convert in _SCALARS if isinstance(value, kind)), None)
    return convert(value) if convert else value


def _text_or_bytes(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


_SCALARS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (float, lambda value: None if math.isnan(value) else value),
    (Decimal, lambda value: int(value) if value == value.to_integral_value() else float(value)),
    (bytes, _text_or_bytes),
    # Arrow gives nanoseconds as pandas' own kind of datetime.
    (datetime, lambda value: datetime.combine(value.date(), value.timetz())),
)
