"""Zip archives, and what careless packers and attackers make of them."""

import io
import struct
import warnings
import zipfile
from collections.abc import Callable, Sequence
from random import Random

from simulator.mangled_deliveries.case import Damage
from simulator.mangled_deliveries.manifests import HOSTILE

Member = tuple[zipfile.ZipInfo, bytes]
_MB = 1 << 20
_FIELDS = {  # of a directory entry: place, and format
    "flags": (8, "<H"), "method": (10, "<H"), "crc": (16, "<L"), "packed": (20, "<L"), "bytes": (24, "<L"),
    "starts": (42, "<L"), "extra": (30, "<H"), "mode": (38, "<L"),
}  # fmt: skip
_OVERHEAD = b"__MACOSX/._rows", b".DS_Store", b"sub/.DS_Store"


def member(name: str, data: bytes, method: int = zipfile.ZIP_DEFLATED) -> Member:
    """A member as Unix packers write it."""
    info = zipfile.ZipInfo(name, (2026, 1, 5, 9, 0, 0))
    info.compress_type, info.external_attr = method, 0o100644 << 16
    return info, data


def zipped(members: Sequence[Member], streamed: bool = False) -> bytes:
    """An archive. `streamed`: written without going back, so sizes stand behind the bytes."""
    sink = io.BytesIO()
    target = _Forward(sink) if streamed else sink
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names given twice
        with zipfile.ZipFile(target, "w") as archive:
            for info, data in members:
                archive.writestr(info, data, compresslevel=1)
    return sink.getvalue()


class _Forward(io.RawIOBase):
    """A target that cannot seek, as a pipe."""

    def __init__(self, sink: io.BytesIO) -> None:
        self._sink = sink

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # typeshed: ReadableBuffer
        return self._sink.write(data)


def _members(data: bytes) -> list[Member]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [member(info.filename, archive.read(info)) for info in archive.infolist()]


def _again(change: Callable[[Random, list[Member]], None]) -> Callable[[Random, bytes], bytes]:
    """Unpack, change the members, pack again."""

    def spoil(chance: Random, data: bytes) -> bytes:
        members = _members(data)
        change(chance, members)
        return zipped(members)

    return spoil


def _hostile(chance: Random, members: list[Member]) -> None:
    name = chance.choice(
        ("../rows.jsonl", "/etc/passwd", "a/../../rows", "a\\..\\b", "rows\x1b[2J", "./rows", "a//b")
    )
    members.append(member(name, members[0][1]))


def _odd_name(chance: Random, members: list[Member]) -> None:
    members.append(member(chance.choice([name for name in HOSTILE if name and "\ud800" not in name]), b""))


def _twice(chance: Random, members: list[Member]) -> None:
    info, data = chance.choice(members)
    members.append(member(chance.choice((info.filename, info.filename.upper())), data))


def _link(chance: Random, members: list[Member]) -> None:
    info, _ = made = member("rows-link", b"/etc/passwd")
    info.external_attr = chance.choice((0o120777, 0o010644, 0o020644)) << 16
    members.append(made)


def _other_method(chance: Random, members: list[Member]) -> None:
    info, _ = chance.choice(members)
    info.compress_type = chance.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))


def _bomb(chance: Random, members: list[Member]) -> None:
    members.append(member("rows-more", chance.choice((b"\n", b"\0", b"{}\n")) * (64 * _MB)))


def _nested(_chance: Random, members: list[Member]) -> None:
    members.append(member("inside.zip", zipped(members)))


def _side_files(chance: Random, members: list[Member]) -> None:
    members.insert(0, member("a folder/", b""))
    members.append(member(chance.choice(_OVERHEAD).decode(), b"\0\5\26\7 noise"))


def _stored(_chance: Random, members: list[Member]) -> None:
    members[:] = [member(info.filename, data, zipfile.ZIP_STORED) for info, data in members]


def _none(_chance: Random, members: list[Member]) -> None:
    members.clear()


def _many(_chance: Random, members: list[Member]) -> None:
    members += [member(f"more/{number}", b"") for number in range(10_001)]


def _with_wide_lengths(_chance: Random, data: bytes) -> bytes:
    """Every length told in zip64 fields, whether it needs them or not."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for info, content in _members(data):
            with archive.open(info, "w", force_zip64=True) as target:
                target.write(content)
    return sink.getvalue()


def _directory(data: bytes) -> tuple[int, int]:
    """Where the directory starts and where it ends."""
    end = data.rindex(b"PK\x05\x06")
    return int(struct.unpack_from("<L", data, end + 16)[0]), end


def _field(name: str, *values: int) -> Callable[[Random, bytes], bytes]:
    """One field of the first directory entry changed."""

    def spoil(chance: Random, data: bytes) -> bytes:
        place, form = _FIELDS[name]
        spoilt = bytearray(data)
        before = struct.unpack_from(form, data, _directory(data)[0] + place)[0]
        value = chance.choice([one for one in values if one != before])
        struct.pack_into(form, spoilt, _directory(data)[0] + place, value)
        return bytes(spoilt)

    return spoil


def _in_directory(chance: Random, data: bytes) -> bytes:
    start, _ = _directory(data)
    at = chance.randrange(start, len(data))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _overlapping(chance: Random, data: bytes) -> bytes:
    """Entries that share their bytes, as in https://www.bamsoftware.com/hacks/zipbomb/."""
    start, end = _directory(data)
    copies = chance.choice((2, 500, 20_000))
    entries = data[start:end] * copies
    count = min(copies, 0xFFFF)
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entries), start, 0)
    return data[:start] + entries + tail


def _encrypted(_chance: Random, data: bytes) -> bytes:
    spoilt = bytearray(data)
    spoilt[6] |= 1
    spoilt[_directory(data)[0] + 8] |= 1
    return bytes(spoilt)


def _no_directory(chance: Random, data: bytes) -> bytes:
    start, end = _directory(data)
    return data[: chance.randrange(start, end)]


def _prefix(chance: Random, data: bytes) -> bytes:
    return chance.choice((b"#!/bin/sh\n", b"MZ", bytes(100))) + data


def _inflated(_chance: Random, data: bytes) -> bytes:
    """A member whose compressed bytes are noise."""
    at = data.index(b"PK\x03\x04") + 30 + struct.unpack_from("<H", data, 26)[0]
    return data[:at] + bytes(byte ^ 0xA5 for byte in data[at : at + 8]) + data[at + 8 :]


def _quine(_chance: Random, data: bytes) -> bytes:
    """An archive with itself as a stored member, as far as that goes without a fixed point."""
    return zipped([*_members(data), member("rows-self.zip", data, zipfile.ZIP_STORED)])


ZIP = (
    Damage("zip: a hostile member", _again(_hostile), "be refused"),
    Damage("zip: an odd member's name", _again(_odd_name)),
    Damage("zip: a member twice", _again(_twice), "be refused"),
    Damage("zip: a member that is a link or a device", _again(_link), "be refused"),
    Damage("zip: a method nobody expects", _again(_other_method), "be refused"),
    Damage("zip: a bomb", _again(_bomb), "be refused"),
    Damage("zip: an archive inside", _again(_nested), "be refused"),
    Damage("zip: itself inside", _quine, "be refused"),
    Damage("zip: side files", _again(_side_files), "be taken in"),
    Damage("zip: stored", _again(_stored), "be taken in"),
    Damage("zip: streamed", lambda _chance, data: zipped(_members(data), streamed=True), "be taken in"),
    Damage("zip: zip64 lengths", _with_wide_lengths, "be taken in"),
    Damage("zip: no member", _again(_none), "be refused"),
    Damage("zip: too many members", _again(_many), "be refused"),
    Damage("zip: overlapping members", _overlapping, "be refused"),
    Damage("zip: encrypted", _encrypted, "be refused"),
    Damage("zip: another CRC", _field("crc", 0, 1, 2**32 - 1), "be refused"),
    Damage("zip: another length", _field("bytes", 0, 1, 2**31, 2**32 - 2, 2**32 - 1), "be refused"),
    Damage("zip: another packed length", _field("packed", 0, 1, 2**31, 2**32 - 1), "be refused"),
    Damage("zip: another place", _field("starts", 1, 4, 2**31, 2**32 - 1), "be refused"),
    Damage("zip: another method told", _field("method", 0, 9, 12, 99, 0xFFFF), "be refused"),
    Damage("zip: another mode", _field("mode", 0, 0o120777 << 16, 2**32 - 1)),
    Damage("zip: other flags", _field("flags", 0, 0x800, 0x2000, 0xFFFF)),
    Damage("zip: a byte of the directory", _in_directory),
    Damage("zip: the directory cut", _no_directory, "be refused"),
    Damage("zip: bytes before it", _prefix, "be refused"),
    Damage("zip: bytes after it", lambda _chance, data: data + b"garbage", "be refused"),
    Damage("zip: a member damaged", _inflated, "be refused"),
    Damage("zip: two archives in a row", lambda _chance, data: data + data, "be refused"),
)
