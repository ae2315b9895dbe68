"""Damage to Parquet files: types nobody expects, and bytes that no longer mean what they did."""

import io
import struct
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from simulator.mangled_deliveries.case import Damage
from simulator.mangled_deliveries.forms import good_row

_TYPED: tuple[tuple[pa.DataType, Any], ...] = (
    (pa.int64(), -(2**63)), (pa.uint64(), 2**64 - 1), (pa.float64(), float("nan")), (pa.bool_(), True),
    (pa.float16(), None), (pa.decimal128(38, 9), Decimal(10) ** 28),
    (pa.decimal256(76, 0), Decimal(10) ** 70),
    (pa.timestamp("ns"), 2**62), (pa.timestamp("us", "UTC"), datetime(2026, 1, 5, tzinfo=UTC)),
    (pa.timestamp("s"), 10**12), (pa.date32(), 2**30), (pa.time64("ns"), 1), (pa.duration("s"), 10**12),
    (pa.binary(), b"\xff\xfe"), (pa.binary(3), b"\0\0\0"), (pa.large_string(), "é"), (pa.null(), None),
    (pa.list_(pa.int8()), [1, None]), (pa.list_(pa.string(), 2), ["a", "b"]), (pa.struct([]), {}),
    (pa.struct([("x", pa.list_(pa.binary()))]), {"x": [b"\xff"]}),
    (pa.map_(pa.string(), pa.int32()), [("k", 1), ("k", 2)]),
    (pa.map_(pa.binary(), pa.string()), [(b"\xff", "")]),
    (pa.dictionary(pa.int8(), pa.string()), "word"), (pa.list_(pa.list_(pa.timestamp("ns"))), [[2**61]]),
)  # fmt: skip


_BUILDING_UP = "DELTA_BYTE_ARRAY"
_MOST_RETYPED = 1_000  # rows; good files have twenty-five


def _retyped(chance: Random, data: bytes) -> bytes:
    """The same rows with one column, or one column more, of another type."""
    name = chance.choice((*good_row(0), "more"))
    kind, value = chance.choice(_TYPED)
    held = pq.read_table(io.BytesIO(data))
    if held.num_rows > _MOST_RETYPED:
        raise ValueError("too large: making the case would take minutes")
    rows = held.to_pylist()
    columns = {key: pa.array([row[key] for row in rows], pa.string()) for key in good_row(0)}
    columns[name] = pa.array([value] * len(rows), kind)
    return _written(columns, chance)


def _written(columns: dict[str, Any], chance: Random) -> bytes:
    sink = io.BytesIO()
    try:
        pq.write_table(
            pa.table(columns),
            sink,
            row_group_size=chance.choice((1, 3, 1000)),
            compression=chance.choice(("none", "snappy", "zstd", "gzip", "lz4", "brotli")),
            use_dictionary=chance.random() < 0.5,
            data_page_version=chance.choice(("1.0", "2.0")),
        )
    except (pa.ArrowException, ValueError):  # a type Parquet has no place for: then the file is cut off
        return sink.getvalue()
    return sink.getvalue()


def _not_text(_chance: Random, data: bytes) -> bytes:
    """Bytes that are no UTF-8 where the schema says text; writers in C do not look."""
    return data.replace("née".encode(), b"n\xe9e ")


def _in_footer(chance: Random, data: bytes) -> bytes:
    (length,) = struct.unpack("<I", data[-8:-4])
    at = len(data) - 8 - chance.randrange(1, length + 1)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _in_pages(chance: Random, data: bytes) -> bytes:
    (length,) = struct.unpack("<I", data[-8:-4])
    at = chance.randrange(4, max(5, len(data) - 8 - length))
    return data[:at] + chance.randbytes(chance.choice((1, 4))) + data[at + 4 :]


def _footer_length(chance: Random, data: bytes) -> bytes:
    length = chance.choice((0, 1, 2**31 - 1, 2**32 - 1, len(data), len(data) - 8))
    return data[:-8] + struct.pack("<I", length) + b"PAR1"


def _varints(chance: Random, data: bytes) -> bytes:
    """A number in the footer made as large as its place allows: row counts, sizes, offsets."""
    (length,) = struct.unpack("<I", data[-8:-4])
    at = len(data) - 8 - chance.randrange(1, length + 1)
    huge = b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"[: chance.choice((2, 5, 9))]
    footer = data[len(data) - 8 - length : at] + huge + data[at + 1 : -8]
    return data[: len(data) - 8 - length] + footer + struct.pack("<I", len(footer)) + b"PAR1"


def _rows_of_nothing(chance: Random, _data: bytes) -> bytes:
    """Millions of nulls, or of one word, in some kilobytes."""
    value = pa.scalar(chance.choice((None, "word")), pa.string())
    column = pa.repeat(value, 3 * 10**6)
    sink = io.BytesIO()
    pq.write_table(pa.table(dict.fromkeys(good_row(0), column)), sink)
    return sink.getvalue()


def _cell_of_zeros(chance: Random, _data: bytes) -> bytes:
    columns = {name: pa.array([str(value)]) for name, value in good_row(0).items()}
    columns["more"] = pa.array([bytes(chance.choice((20, 200)) << 20)])
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


def _folded_bytes(chance: Random, _data: bytes) -> bytes:
    """One value of a fixed length, thousands of times: in a dictionary, or as what it adds to the last."""
    values = pa.array([bytes(100_000)] * 4_000, pa.binary(100_000))
    return _with_more(values, chance.choice((None, _BUILDING_UP)))


def _folded_texts(_chance: Random, _data: bytes) -> bytes:
    """One long text hundreds of times, each as what it adds to the one before: nothing."""
    return _with_more(pa.array(["x" * 1_000_000] * 400), _BUILDING_UP)


def _with_more(values: Any, encoding: str | None) -> bytes:
    columns = {name: pa.array([str(value)] * len(values)) for name, value in good_row(0).items()}
    sink = io.BytesIO()
    how: dict[str, Any] = {"column_encoding": {"more": encoding}, "use_dictionary": False} if encoding else {}
    pq.write_table(pa.table(columns | {"more": values}), sink, compression="zstd", **how)
    return sink.getvalue()


LONG_COLUMNS = (
    Damage("rows of nothing", _rows_of_nothing, "be refused"),
    Damage("a cell of zeros", _cell_of_zeros, "be refused"),
    Damage("folded bytes of a fixed length", _folded_bytes, "be refused"),
    Damage("folded texts", _folded_texts, "be refused"),
)
PARQUET = (
    *(Damage("another type", _retyped),) * 4,
    Damage("text that is no UTF-8", _not_text),
    *(Damage("a byte of the footer", _in_footer),) * 2,
    Damage("bytes of the pages", _in_pages),
    Damage("another footer length", _footer_length, "be refused"),
    Damage("a huge number in the footer", _varints),
    Damage("another magic", lambda _chance, data: data[:-4] + b"PARE", "be refused"),
)
