"""How much a Parquet file holds once it is unpacked.

Its own figures do not tell: a dictionary writes a text once and repeats its number, DELTA_BYTE_ARRAY says how
much of the text before begins the next one, and runs of a number or of nothing take no room at all. So
numbers, and bytes of a fixed length, are counted at their width in memory, dictionaries are read and never
unfolded, and what builds on the text before is unfolded a few rows at a time.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_WIDTH = 8  # bytes of a number in memory
_STEP = 256 << 20  # bytes that rows unfolded together may take; no text is longer than its column as written


class UncountableError(ValueError):
    """What a column holds cannot be told before all of it is in memory."""


def unpacked_bytes(file: BinaryIO, about: pq.FileMetaData, most: float = math.inf) -> int:
    """Bytes of all values of the file whose metadata are `about`, as they will be in memory.

    Counting ends where they are surely more than `most`. Raises `pyarrow.ArrowException` or `OSError` where
    the file is damaged, `UncountableError` where texts within lists build on one another and may be more.
    """
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    columns = [[group.column(place) for place in range(group.num_columns)] for group in groups]
    folded = {column.path_in_schema for group in columns for column in group if _is_folded(column)}
    parquet = pq.ParquetFile(file, metadata=about, read_dictionary=sorted(folded))
    widths = _widths(parquet)
    held = sum(
        max(int(column.total_uncompressed_size), width.of(int(column.num_values), int(group.num_rows)))
        for group, listed in zip(groups, columns, strict=True)
        for column, width in zip(listed, widths, strict=False)
    )
    for number, listed in enumerate(columns):
        for column, width in zip(listed, widths, strict=False):
            if held <= most and _builds_up(column):
                held += _built_up(parquet, number, column, width.in_lists, most - held)
        if held <= most:
            held += _unfolded(parquet, number, [one.path_in_schema for one in listed if _is_folded(one)])
    return held


def _is_folded(column: pq.ColumnChunkMetaData) -> bool:
    return bool(
        column.physical_type == "BYTE_ARRAY" and column.has_dictionary_page and not _builds_up(column)
    )


def _builds_up(column: pq.ColumnChunkMetaData) -> bool:
    """Do texts of this column begin as the one before does? Some writers change to that from a dictionary."""
    return bool(column.physical_type == "BYTE_ARRAY" and "DELTA_BYTE_ARRAY" in column.encodings)


@dataclass(frozen=True)
class _Width:
    """Bytes a value of a column takes, and how many values a null list of a fixed size around it takes."""

    value: int
    times: int = 1
    in_lists: bool = False  # of any size

    def of(self, values: int, rows: int) -> int:
        """Bytes of a column of so many `values`, nulls among them, in so many `rows`.

        A list of a fixed size takes its room also where it is null, which is one value. There is one a row
        or, within lists of any size, at most one a value.
        """
        fixed = (values if self.in_lists else rows) * self.times if self.times > 1 else 0
        return max(values, fixed) * self.value


def _widths(parquet: pq.ParquetFile) -> list[_Width]:
    """The width of every column, in the file's order."""
    columns = [parquet.schema.column(place) for place in range(len(parquet.schema))]
    leaves = (leaf for field in parquet.schema_arrow for leaf in _leaves(field.type, 1, False))
    return [
        _Width(max(_WIDTH, int(column.length)), times, in_lists)  # its length is 0 where none is fixed
        for column, (times, in_lists) in zip(columns, chain(leaves, repeat((1, False))), strict=False)
    ]


def _leaves(kind: Any, times: int, in_lists: bool) -> Iterator[tuple[int, bool]]:
    """`_Width.times` and `_Width.in_lists` of every column that a type is made of."""
    if isinstance(kind, pa.BaseExtensionType):
        yield from _leaves(kind.storage_type, times, in_lists)
    elif pa.types.is_fixed_size_list(kind):
        yield from _leaves(kind.value_type, times * max(1, kind.list_size), in_lists)
    elif pa.types.is_map(kind):
        yield from (leaf for part in (kind.key_type, kind.item_type) for leaf in _leaves(part, times, True))
    elif pa.types.is_struct(kind):
        yield from (leaf for field in kind for leaf in _leaves(field.type, times, in_lists))
    elif pa.types.is_nested(kind):  # lists of every other kind
        yield from _leaves(kind.value_type, times, True)
    else:
        yield times, in_lists


def _built_up(
    parquet: pq.ParquetFile, group: int, column: pq.ColumnChunkMetaData, in_lists: bool, most: float
) -> int:
    """Bytes of the texts of a DELTA_BYTE_ARRAY column, unfolded by steps until they are more than `most`."""
    path, longest = column.path_in_schema, max(1, int(column.total_uncompressed_size))
    at_most = longest * int(column.num_values)
    if in_lists and at_most > _STEP:  # one row may hold them all
        if at_most > most:
            raise UncountableError(
                f"column {path!r} has texts in lists, written as DELTA_BYTE_ARRAY: how long they are shows "
                "only when all are in memory"
            )
        return at_most
    rows = 2_000 if at_most <= _STEP else max(1, _STEP // longest)
    held = 0
    for batch in parquet.iter_batches(rows, row_groups=[group], columns=[path]):
        held += int(batch.nbytes)
        if held > most:
            break
    return held


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
