"""The directory of a zip archive, read strictly: what is in doubt is refused.

Written for this purpose (PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.4), because the ready-made readers
take what they can: a directory of any size into memory, members that share their bytes, a stream cut at the
length the directory claims. Lengths come from the directory alone; the header before each member must agree.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.limits import MAX_DIRECTORY, MAX_MEMBERS

_END = struct.Struct("<4s4H2LH")  # 4.3.16 end of central directory record
_LOCATOR = struct.Struct("<4sLQL")  # 4.3.15 where the zip64 end record is
_END_64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14 zip64 end record
_ENTRY = struct.Struct("<4sH2x2H4x3L3H4x2L")  # 4.3.12 central directory header; dates and disks left out
_HEADER = struct.Struct("<4s4xH16x2H")  # 4.3.7 local file header; what the directory says too left out
_LONGEST_COMMENT = 0xFFFF
_SEE_64 = 0xFFFFFFFF  # "the real value is in the zip64 field"
_UTF8 = 0x800  # flag: the name is UTF-8
_UNIX = 3  # made on Unix: the upper half of the external attributes is the file's mode
PACK_AGAIN = "pack the files again with an ordinary zip program and deliver the archive whole"


@dataclass(frozen=True)
class Entry:
    """One entry of the directory: sizes in bytes, `starts` where its header, `data` where its bytes lie."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    bytes: int
    mode: int  # of a Unix file, else 0
    starts: int
    data: int = 0

    @property
    def ends(self) -> int:
        """Where its bytes end."""
        return self.data + self.packed


def read_directory(archive: BinaryIO, size: int, file: str) -> tuple[Entry, ...]:
    """Every entry of the zip archive of `size` bytes, in the order of the directory.

    Raises `UnreadableFileError` where it is cut off, has bytes before it, more than `MAX_MEMBERS` entries, or
    entries that lie over each other.
    """
    try:
        count, start, end = _extent(archive, size, file)
        data = _at(archive, start, end - start)
        entries = [_located(archive, *found) for found in _entries(data, count)]
    except (struct.error, _BrokenError) as error:
        said = str(error) if isinstance(error, _BrokenError) else "a part of it is missing"
        raise UnreadableFileError(f"not a whole zip archive: {said}", file, fix=PACK_AGAIN) from error
    _check_apart(entries, start, file)
    return tuple(entries)


class _BrokenError(Exception):
    """What contradicts itself in a directory."""


def _extent(archive: BinaryIO, size: int, file: str) -> tuple[int, int, int]:
    """How many entries the directory has, where it starts and where it ends."""
    tail = _at(archive, max(0, size - _END.size - _LONGEST_COMMENT), min(size, _END.size + _LONGEST_COMMENT))
    place = _end_record(tail)
    _, disk, start_disk, here, count, length, start, _ = _END.unpack_from(tail, place)
    end = size - len(tail) + place
    if end >= _LOCATOR.size:
        mark, _, at, _ = _LOCATOR.unpack(_at(archive, end - _LOCATOR.size, _LOCATOR.size))
        if mark == b"PK\x06\x07":
            end = at
            mark, _, _, _, disk, start_disk, here, count, length, start = _END_64.unpack(
                _at(archive, at, _END_64.size)
            )
            if mark != b"PK\x06\x06":
                raise _BrokenError("its zip64 record is not where it should be")
    if disk or start_disk or here != count:
        raise _BrokenError("it is one part of several")
    if count > MAX_MEMBERS or length > MAX_DIRECTORY:
        problem = f"the archive has {count:,} members in a directory of {length:,} bytes"
        fix = f"pack at most {MAX_MEMBERS:,} files into one archive"
        raise UnreadableFileError(problem, file, fix=fix)
    if start + length != end:
        raise _BrokenError("its directory is not where it should be; bytes are missing, or stand before it")
    return count, start, end


def _end_record(tail: bytes) -> int:
    """Where in `tail` the end record stands: its comment must reach to the end."""
    place = len(tail)
    while (place := tail.rfind(b"PK\x05\x06", 0, place)) >= 0:
        after = len(tail) - place - _END.size
        if after >= 0 and _END.unpack_from(tail, place)[-1] == after:
            return place
    raise _BrokenError("it has no directory at its end")


def _entries(data: bytes, count: int) -> list[tuple[Entry, bytes]]:
    found, place = [], 0
    for _ in range(count):
        mark, made, flags, method, *more = _ENTRY.unpack_from(data, place)
        crc, packed, length, names, extras, comment, outer, starts = more
        if mark != b"PK\x01\x02":
            raise _BrokenError("an entry of its directory is damaged")
        place += _ENTRY.size
        raw, extra = data[place : place + names], data[place + names : place + names + extras]
        place += names + extras + comment
        length, packed, starts = _widened((length, packed, starts), extra)
        mode = outer >> 16 if made >> 8 == _UNIX else 0
        entry = Entry(_name(raw, flags), flags, method, crc, packed, length, mode, starts)
        found.append((entry, raw))
    if place != len(data):
        raise _BrokenError("its directory holds more than its entries")
    return found


def _widened(narrow: tuple[int, int, int], extra: bytes) -> tuple[int, int, int]:
    """The values with those that do not fit 32 bits taken from the zip64 field (4.5.3)."""
    wide = [number for number, value in enumerate(narrow) if value == _SEE_64]
    if not wide:
        return narrow
    place, found = 0, [*narrow]
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        if kind == 1:
            values = struct.unpack_from(f"<{len(wide)}Q", extra, place + 4)
            for number, value in zip(wide, values, strict=True):
                found[number] = value
            return found[0], found[1], found[2]
        place += 4 + length
    raise _BrokenError("a length that does not fit 32 bits is missing")


def _name(raw: bytes, flags: int) -> str:
    """The name as text: UTF-8, which some programs write without saying so, or the IBM PC's code page."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        if flags & _UTF8:
            raise _BrokenError(f"the name {raw[:60]!r} is not UTF-8") from error
        return raw.decode("cp437")


def _located(archive: BinaryIO, entry: Entry, raw: bytes) -> Entry:
    """`entry` with the place of its bytes; the header before them must carry the same name and method."""
    header = _at(archive, entry.starts, _HEADER.size)
    mark, method, names, extras = _HEADER.unpack(header)
    start = entry.starts + _HEADER.size
    if mark != b"PK\x03\x04" or method != entry.method or _at(archive, start, names) != raw:
        raise _BrokenError(f"the header of {entry.name!r} does not agree with the directory")
    known = {name: getattr(entry, name) for name in ("name", "flags", "method", "crc", "packed", "bytes")}
    return Entry(**known, mode=entry.mode, starts=entry.starts, data=start + names + extras)


def _check_apart(entries: list[Entry], end: int, file: str) -> None:
    """No byte belongs to two members, or to a member and the directory: overlapping is how bombs are made."""
    before, name = 0, ""
    for entry in sorted(entries, key=lambda one: (one.starts, one.ends)):
        if entry.starts < before:
            problem = f"its bytes lie over those of {name!r}, as in an archive made to expand"
            raise UnreadableFileError(problem, f"{file}/{entry.name}", fix=PACK_AGAIN)
        before, name = entry.ends, entry.name
    if before > end:
        problem = "its bytes reach into the archive's directory"
        raise UnreadableFileError(problem, f"{file}/{name}", fix=PACK_AGAIN)


def _at(archive: BinaryIO, place: int, length: int) -> bytes:
    archive.seek(place)
    data = archive.read(length)
    if len(data) != length:
        raise _BrokenError("bytes are missing")
    return data
