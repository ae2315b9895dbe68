"""Damage to CSV and Parquet files."""

import io
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from simulator.mangled_deliveries.case import Damage
from simulator.mangled_deliveries.forms import good_row

_LINES = (
    b"", b",,,,,,,", b"a,b", b'"', b'"unclosed, and so on', b'"a"b,c', b"x" * 70_000, b"\0,\0,\0,\0,\0,\0,\0,\0",
    b"\xff\xfe,1,2,3,4,5,6,7", b"1,2,3,4,5,6,7,8,9", b"1\r2,,,,,,,", b'"multi\nline",p,a,b,a,w,,', b'"","","","",',
    b"\x85,p,a,b,a,w,,", b"\xe2\x80\xa8,p,a,b,a,w,,", b"'1',p,a,b,a,w,,", b"1;p;a;b;a;w;;", b"\x1a", b" ",
    b'"a""b",p,a,b,a,w,,', b'""",p,a,b,a,w,,', b"=1+1,p,a,b,a,w,,", b"# a comment", b"\xef\xbb\xbf1,p,a,b,a,w,,",
)  # fmt: skip


def _put(chance: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    for _ in range(chance.choice((1, 1, 3, 10))):
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(_LINES))
    return b"\n".join(lines)


def _header(change: Callable[[bytes], bytes]) -> Callable[[Random, bytes], bytes]:
    def spoil(_chance: Random, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\n")
        return change(head) + end + rest

    return spoil


def _stray_quote(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + b'"' + data[at:]


def _long_cell(chance: Random, data: bytes) -> bytes:
    size = chance.choice((200_000, 1 << 20, 30 << 20))
    return data + b'1,"' + b"x" * size + chance.choice((b"", b'",a,b,a,w,,\r\n'))


CSV = (
    Damage("dirty lines", _put),
    Damage("a stray quote", _stray_quote),
    Damage("no header", lambda _chance, data: data.partition(b"\n")[2]),
    Damage("a second header", lambda _chance, data: data.partition(b"\n")[0] + b"\n" + data),
    Damage("columns named twice", _header(lambda head: head.rstrip() + b"," + head)),
    Damage("blanks around the names", _header(lambda head: head.replace(b",", b" , "))),
    Damage("a header like no other", _header(lambda head: head.replace(b"prompt", b"prompt\x00\x1b[2J"))),
    Damage("an announced delimiter", lambda _chance, data: b"sep=;\r\n" + data),
    Damage("LF as line ends", lambda _chance, data: data.replace(b"\r\n", b"\n")),
    Damage("CR as line ends", lambda _chance, data: data.replace(b"\r\n", b"\r")),
    Damage("another encoding", lambda _chance, data: data.decode("utf-8", "replace").encode("utf-16")),
    Damage("NUL everywhere", lambda chance, data: data.replace(chance.choice((b"e", b",")), b"\0")),
)
LONG_CELLS = (Damage("a very long cell", _long_cell),)

_TYPED: tuple[tuple[pa.DataType, Any], ...] = (
    (pa.int64(), -(2**63)), (pa.uint64(), 2**64 - 1), (pa.float64(), float("nan")), (pa.bool_(), True),
    (pa.float16(), None), (pa.decimal128(38, 9), Decimal(10) ** 28), (pa.decimal256(76, 0), Decimal(10) ** 70),
    (pa.timestamp("ns"), 2**62), (pa.timestamp("us", "UTC"), datetime(2026, 1, 5, tzinfo=UTC)),
    (pa.timestamp("s"), 10**12), (pa.date32(), 2**30), (pa.time64("ns"), 1), (pa.duration("s"), 10**12),
    (pa.binary(), b"\xff\xfe"), (pa.binary(3), b"\0\0\0"), (pa.large_string(), "é"), (pa.null(), None),
    (pa.list_(pa.int8()), [1, None]), (pa.list_(pa.string(), 2), ["a", "b"]), (pa.struct([]), {}),
    (pa.struct([("x", pa.list_(pa.binary()))]), {"x": [b"\xff"]}),
    (pa.map_(pa.string(), pa.int32()), [("k", 1), ("k", 2)]), (pa.map_(pa.binary(), pa.string()), [(b"\xff", "")]),
    (pa.dictionary(pa.int8(), pa.string()), "word"), (pa.list_(pa.list_(pa.timestamp("ns"))), [[2**61]]),
)  # fmt: skip


def _retyped(chance: Random, data: bytes) -> bytes:
    """The same rows with one column, or one column more, of another type."""
    name = chance.choice((*good_row(0), "more"))
    kind, value = chance.choice(_TYPED)
    rows = pq.read_table(io.BytesIO(data)).to_pylist()
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


PARQUET = (
    Damage("another type", _retyped),
    Damage("text that is no UTF-8", _not_text),
    Damage("a byte of the footer", _in_footer),
    Damage("bytes of the pages", _in_pages),
    Damage("another footer length", _footer_length, "be refused"),
    Damage("a huge number in the footer", _varints),
    Damage("another magic", lambda _chance, data: data[:-4] + b"PARE", "be refused"),
)
