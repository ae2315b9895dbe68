"""Ways to compress a file, and damage that only compressed files have."""

import gzip
import struct
import zlib
from collections.abc import Callable, Mapping
from itertools import pairwise
from random import Random

import zstandard

from simulator.mangled_deliveries.case import Damage

_SKIPPABLE = b"\x5a\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
_MB = 1 << 20


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=1, mtime=0)


def _gzip_with_all_fields(data: bytes) -> bytes:
    """Every optional field of RFC 1952: extra, name, comment and header CRC."""
    head = b"\x1f\x8b\x08\x1e" + bytes(6) + b"\x04\0abcd" + b"rows.jsonl\0" + b"no comment\0"
    return head + struct.pack("<H", zlib.crc32(head) & 0xFFFF) + _gzip(data)[10:]


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=1, write_checksum=True).compress(data)


def _zstd_bare(data: bytes) -> bytes:
    packer = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    return packer.compress(data) + packer.flush()


PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "gzip with every field": _gzip_with_all_fields,
    "zstd": _zstd,
    "zstd without a size": _zstd_bare,
}


def in_members(pack: Callable[[bytes], bytes]) -> Callable[[Random, bytes], bytes]:
    """Pack a text in pieces, as appending writers do; some are empty."""

    def packed(chance: Random, data: bytes) -> bytes:
        cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.choice((1, 2, 20))))
        places = [0, *cuts, len(data)]
        return b"".join(pack(data[start:end]) for start, end in pairwise(places))

    return packed


def _last_bytes(chance: Random, data: bytes) -> bytes:
    return data[: -chance.randrange(1, 9)]


def _trailer(chance: Random, data: bytes) -> bytes:
    """Another CRC or another length."""
    at = len(data) - chance.randrange(1, 9)
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]


def _flags(chance: Random, data: bytes) -> bytes:
    return data[:3] + bytes([chance.randrange(1, 256)]) + data[4:]


def _bomb(chance: Random, _data: bytes) -> bytes:
    line = chance.choice((b"\0", b"\n", b"{}\n", b" "))
    return _gzip(line * (chance.choice((18, 24, 64)) * _MB // len(line)))


def _zstd_bomb(chance: Random, _data: bytes) -> bytes:
    return _zstd(chance.choice((b"\0", b"\n", b"[")) * (chance.choice((18, 64)) * _MB))


def _window(_chance: Random, data: bytes) -> bytes:
    """A frame that asks for a window of two gigabytes and more."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([0xA8 + 7]) + data[6:]


GZIP = (
    Damage("its last bytes lost", _last_bytes, "be refused"),
    Damage("a wrong CRC or length", _trailer, "be refused"),
    Damage("garbage after the end", lambda _chance, data: data + b"garbage", "be refused"),
    Damage("zeros after the end", lambda _chance, data: data + bytes(1000), "be taken in"),
    Damage("half a member after the end", lambda _chance, data: data + data[: len(data) // 2], "be refused"),
    Damage("other flags", _flags),
    Damage("another method", lambda _chance, data: data[:2] + b"\x07" + data[3:]),
    Damage("packed twice", lambda _chance, data: _gzip(data)),
)
ZSTD = (
    Damage("its last bytes lost", _last_bytes, "be refused"),
    Damage("garbage after the end", lambda _chance, data: data + b"garbage", "be refused"),
    Damage("a skippable frame before", lambda _chance, data: _SKIPPABLE + data, "be taken in"),
    Damage("a skippable frame after", lambda _chance, data: data + _SKIPPABLE, "be taken in"),
    Damage("a skippable frame cut", lambda _chance, data: data + _SKIPPABLE[:-2], "be refused"),
    Damage("a huge window", _window),
    Damage("a dictionary asked for", lambda _chance, data: data[:4] + b"\x23\xff\xff\xff\xff" + data[5:]),
    Damage("packed twice", lambda _chance, data: _zstd(data)),
)


def _rows_of_nothing(chance: Random, _data: bytes) -> bytes:
    """Far below every ratio of bytes, but a million rows and more; most are no row, and all take time."""
    return _gzip(
        chance.choice((b"{}\n", b"1,1,1,1,1,1,1,1\n", b"x\n", b"\0\n")) * (chance.choice((1, 5)) * 10**6)
    )


BOMBS = (
    Damage("a gzip bomb", _bomb),
    Damage("a zstd bomb", _zstd_bomb),
    Damage("rows of nothing", _rows_of_nothing),
)
