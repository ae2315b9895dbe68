"""Zip archives: members are read as files of their own, named ``archive.zip/member``.

Everything is refused that a packed folder of data files does not need: encryption, links, names that leave
the folder, archives in archives, methods of which one step can expand without bound.
"""

import io
import stat
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO, cast

from rampart.delivery.compression import LESS_REPETITION, Decompressed, Kind, expands, open_decompressed
from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.globs import path_enters, path_matches
from rampart.delivery.limits import MAX_BYTES, MAX_RATIO, RATIO_FROM
from rampart.delivery.store import key_problem
from rampart.delivery.zip_directory import PACK_AGAIN, Entry, read_directory

_KINDS: dict[int, Kind] = {0: "plain", 8: "deflate"}
_METHODS = {9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "zstandard", 95: "xz", 98: "PPMd"}
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # flags: encrypted, strongly encrypted, directory encrypted
_MARKS = (b"PK\x03\x04", b"PK\x05\x06")  # the first bytes of an archive, and of one without members
_OFFICE = "[content_types].xml"  # in every Word, Excel and PowerPoint file
_FILES = (0, stat.S_IFREG, stat.S_IFDIR)  # 0: made where there are no modes
_BUFFER = 256 << 10


def is_archive(name: str) -> bool:
    """Is a delivered file of this name read as an archive?"""
    return name.lower().endswith(".zip")


def may_hold(name: str, path: str) -> bool:
    """May a delivered file of this name be, or hold, what a contract's `path` means?"""
    return path_matches(name, path) or (is_archive(name) and path_enters(name, path))


def looks_like_archive(head: bytes) -> bool:
    """Do a file's first four bytes announce a zip archive?"""
    return head[:4] in _MARKS


@dataclass(frozen=True)
class Archive:
    """A zip archive on disk: the members that hold data, as they stand in it."""

    file: str
    members: tuple[Entry, ...]
    content: IO[bytes]

    def open(self, member: Entry) -> BinaryIO:
        """The text of `member`, decompressed once more where it is itself gzip or zstandard.

        Read to its end, its length and CRC-32 are checked. Reading raises `UnreadableFileError`.
        """
        name = f"{self.file}/{member.name}"
        text = io.BufferedReader(_Member(_Slice(self.content, member), name, member), _BUFFER)
        if looks_like_archive(text.peek(4)):
            fix = "put the files themselves into the outer archive"
            raise UnreadableFileError("an archive inside an archive is not read", name, fix=fix)
        return open_decompressed(cast(BinaryIO, text), name, packed=member.packed)


def open_archive(content: IO[bytes], size: int, file: str) -> Archive:
    """The archive in `content`, which can seek and has `size` bytes, with every member's terms checked.

    Raises `UnreadableFileError` naming the archive, the member and the fix.
    """
    entries = read_directory(cast(BinaryIO, content), size, file)
    if any(entry.name.casefold() == _OFFICE for entry in entries):
        fix = "export the sheet as CSV and deliver that"
        raise UnreadableFileError("this is an Office document, not an archive of data files", file, fix=fix)
    members = tuple(_members(entries, file))
    if not members:
        raise UnreadableFileError("the archive holds no file", file, fix="pack the files into it")
    _check_lengths(members, size, file)
    return Archive(file, members, content)


def _members(entries: Iterable[Entry], file: str) -> Iterator[Entry]:
    """The entries that are files, each checked. Folders and what macOS adds of its own hold no data."""
    seen: dict[str, str] = {}
    for entry in entries:
        if found := _problem(entry):
            problem, fix = found
            raise UnreadableFileError(problem, f"{file}/{entry.name}", fix=fix)
        if entry.name.endswith("/") or _is_side_file(entry.name):
            continue
        alike = unicodedata.normalize("NFC", entry.name).casefold()
        if alike in seen:
            said = "twice" if seen[alike] == entry.name else f"beside {seen[alike]!r}, the same but for case"
            fix = "give every member a name of its own"
            raise UnreadableFileError(f"the archive holds this name {said}", f"{file}/{entry.name}", fix=fix)
        seen[alike] = entry.name
        yield entry


def _problem(entry: Entry) -> tuple[str, str] | None:
    """What keeps an entry from being read, and the fix."""
    kind = stat.S_IFMT(entry.mode)
    method = _METHODS.get(entry.method, f"method {entry.method}")
    unsafe = key_problem(entry.name.removesuffix("/"))
    problems = {
        f"the member's name {unsafe}": (unsafe, "name members by their path below the archive's own folder"),
        "the member is a link": (kind == stat.S_IFLNK, "pack the file itself"),
        "the member is no ordinary file": (kind not in _FILES, "pack the file itself"),
        "the member is a folder, but holds bytes": (entry.name.endswith("/") and entry.bytes, PACK_AGAIN),
        "the member is encrypted": (
            entry.flags & _ENCRYPTED,
            "pack it without a password; send secrets over a secure channel",
        ),
        f"the member is compressed with {method}": (
            entry.method not in _KINDS,
            "pack it with deflate, the ordinary method of zip",
        ),
        f"the member has {entry.packed:,} bytes, but the directory says {entry.bytes:,}": (
            entry.method == 0 and entry.packed != entry.bytes,
            PACK_AGAIN,
        ),
    }
    return next(((problem, fix) for problem, (found, fix) in problems.items() if found), None)


def _is_side_file(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] == ".DS_Store"


def _check_lengths(members: tuple[Entry, ...], size: int, file: str) -> None:
    """The lengths the directory claims; a member that is longer than claimed is stopped while it is read."""
    total = sum(member.bytes for member in members)
    if total > MAX_BYTES:
        problem = f"the archive holds {total:,} bytes of text, more than {MAX_BYTES:,}"
        raise UnreadableFileError(problem, file, fix="deliver smaller archives")
    if total > RATIO_FROM and total > MAX_RATIO * size:
        problem = f"the archive {expands(total, size, MAX_RATIO)}"
        raise UnreadableFileError(problem, file, fix=LESS_REPETITION)


class _Slice(io.RawIOBase):
    """The bytes of one member. Several may be read in turn from one archive."""

    def __init__(self, content: IO[bytes], member: Entry) -> None:
        self._content, self._at, self._ends = content, member.data, member.ends

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        left = self._ends - self._at
        self._content.seek(self._at)
        data = self._content.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data


class _Member(Decompressed):
    """A member's text, held to the length and the CRC-32 the directory gives."""

    def __init__(self, source: _Slice, file: str, member: Entry) -> None:
        super().__init__(cast(BinaryIO, source), file, kind=_KINDS[member.method])
        self._promised, self._crc = member, 0

    def _step(self) -> bytes:
        text = super()._step()
        self._crc = zlib.crc32(text, self._crc)
        if self._given + len(text) > self._promised.bytes:
            raise self._broken(
                f"is longer than the {self._promised.bytes:,} bytes its archive says", PACK_AGAIN
            )
        return text

    def _end(self) -> None:
        super()._end()
        if self._given < self._promised.bytes:
            raise self._broken(f"ends early after {self._given:,} bytes of text", PACK_AGAIN)
        if self._crc != self._promised.crc:
            raise self._broken("is damaged: its CRC-32 is not the one its archive gives", PACK_AGAIN)
