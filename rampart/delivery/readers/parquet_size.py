"""How much a Parquet file holds once it is unpacked.

Its own figures do not tell: a dictionary writes a text once and repeats its number, and runs of a number take
no room at all. So numbers are counted at their width in memory, and dictionaries are read, never unfolded.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_WIDTH = 8  # bytes of a number in memory


def unpacked_bytes(file: BinaryIO, about: pq.FileMetaData) -> int:
    """Bytes of all values of the file whose metadata are `about`, as they will be in memory.

    Raises `pyarrow.ArrowException` or `OSError` where the file is damaged.
    """
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    columns = [[group.column(place) for place in range(group.num_columns)] for group in groups]
    folded = {column.path_in_schema for group in columns for column in group if _is_folded(column)}
    parquet = pq.ParquetFile(file, metadata=about, read_dictionary=sorted(folded))
    return sum(
        sum(max(int(column.total_uncompressed_size), int(column.num_values) * _WIDTH) for column in group)
        + _unfolded(parquet, number, [one.path_in_schema for one in group if _is_folded(one)])
        for number, group in enumerate(columns)
    )


def _is_folded(column: pq.ColumnChunkMetaData) -> bool:
    return bool(column.physical_type == "BYTE_ARRAY" and column.has_dictionary_page)


def _unfolded(parquet: pq.ParquetFile, group: int, paths: list[str]) -> int:
    """Bytes of the texts in these columns of a row group, each as often as it stands there."""
    if not paths:
        return 0
    read = parquet.read_row_group(group, columns=paths)
    chunks = (chunk for column in read.columns for chunk in column.chunks)
    return sum(_texts(folded) for chunk in chunks for folded in _folded(chunk))


def _folded(array: Any) -> Iterator[Any]:
    """The arrays in `array`, however deep, that are dictionaries."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        yield array
    elif pa.types.is_map(kind):
        yield from (folded for part in (array.keys, array.items) for folded in _folded(part))
    elif pa.types.is_struct(kind):
        yield from (folded for place in range(kind.num_fields) for folded in _folded(array.field(place)))
    elif pa.types.is_nested(kind):  # lists of every kind
        yield from _folded(array.flatten())


def _texts(folded: Any) -> int:
    """Bytes of the texts in a dictionary array, each as often as it stands there."""
    lengths = pc.binary_length(folded.dictionary)
    return int(pc.sum(pc.take(lengths, folded.indices).cast(pa.int64())).as_py() or 0)
