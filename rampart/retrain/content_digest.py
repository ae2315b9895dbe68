"""One digest for the content of a table of pairs, whatever version of Arrow or Parquet holds it.

Column by column, in the schema's order, SHA-256 is fed with

- the column's name and type, as UTF-8, each followed by a zero byte, and the number of rows;
- a byte a row: 1 where there is a value;
- for text, the length of each value in UTF-8 bytes, then all of them joined; for anything else the values
  (a truth value is a byte). Missing values are empty, or 0.

Numbers and lengths are little-endian and of 8 bytes, but for `int32`, which has 4.
"""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_NUMBERS = {"double": "<f8", "int32": "<i4", "bool": "u1"}
_AT_ONCE = 65_536  # rows; a copy of a few of the texts, never of all


def content_digest(table: pa.Table) -> str:
    """SHA-256 (hex) of the content of `table`: text, double, int32 and bool columns.

    Raises:
        ValueError: for a column of another type.
    """
    hashed = hashlib.sha256()
    for field in table.schema:
        column = table[field.name]
        kind = "text" if pa.types.is_large_string(field.type) else str(field.type)
        if kind != "text" and kind not in _NUMBERS:
            raise ValueError(f"column {field.name!r} is {field.type}; a digest is defined for no such type")
        hashed.update(f"{field.name}\0{kind}\0".encode())
        hashed.update(np.int64(len(column)).astype("<i8").tobytes())
        hashed.update(pc.is_valid(column).to_numpy().astype("u1").tobytes())
        if kind == "text":
            _feed_text(hashed, column)
        else:
            zero = pa.scalar(0).cast(field.type)
            values = column.fill_null(zero).to_numpy().astype(_NUMBERS[kind])
            # Adding 0 makes a negative zero a zero: they are equal, so must their digests be.
            hashed.update((values + values.dtype.type(0)).tobytes())
    return hashed.hexdigest()


def _feed_text(hashed: "hashlib._Hash", column: pa.ChunkedArray) -> None:
    lengths = pc.fill_null(pc.binary_length(column), 0).to_numpy()
    hashed.update(lengths.astype("<i8").tobytes())
    for start in range(0, len(column), _AT_ONCE):
        for chunk in column.slice(start, _AT_ONCE).chunks:
            # Filling copies the slice: only its own bytes are in the buffer then.
            filled = pc.fill_null(chunk, "")
            offsets = np.frombuffer(filled.buffers()[1], "<i8", len(filled) + 1, filled.offset * 8)
            hashed.update(memoryview(filled.buffers()[2] or b"")[offsets[0] : offsets[-1]])
