"""Plain, gzip and zstandard files, told apart by their first bytes and read as one stream.

The ready-made wrapper would not do: `zstandard`'s `stream_reader` ends quietly where a frame was cut off, and
a vendor's half-uploaded file would pass as a short one. Here each gzip member and zstandard frame must reach
its end mark, and its checksum must hold.
"""

import io
import zlib
from collections.abc import Callable
from typing import BinaryIO, Literal, Protocol, cast

import zstandard

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.limits import MAX_BYTES, MAX_RATIO, RATIO_FROM

Kind = Literal["plain", "gzip", "zstd", "deflate"]

_BUFFER = 256 << 10
LESS_REPETITION = "deliver the file with less repetition, or uncompressed"
# Bytes fed at once. They bound what one step can produce: deflate expands at most 1032 times
# (zlib.net/zlib_tech.html), a zstandard block of 4 bytes to 128 KiB (RFC 8878, 3.1.1.2): 17 MB and 33 MB.
_FEED: dict[Kind, int] = {"plain": 1 << 18, "gzip": 16 << 10, "zstd": 1 << 10, "deflate": 16 << 10}


class _Member(Protocol):
    """One gzip member or zstandard frame being read."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


_OPEN: dict[Kind, Callable[[], _Member]] = {
    "gzip": lambda: zlib.decompressobj(wbits=31),  # 31: a gzip header and trailer, nothing else
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
    "deflate": lambda: zlib.decompressobj(wbits=-zlib.MAX_WBITS),  # bare, as in a zip archive
}


def kind_of(head: bytes) -> Kind:
    """The format a file's first four bytes announce (RFC 1952, RFC 8878; skippable frames count as zstd)."""
    if head[:3] == b"\x1f\x8b\x08":
        return "gzip"
    skippable = len(head) >= 4 and head[0] & 0xF0 == 0x50 and head[1:4] == b"\x2a\x4d\x18"
    return "zstd" if head[:4] == b"\x28\xb5\x2f\xfd" or skippable else "plain"


def open_decompressed(
    stream: BinaryIO,
    file: str = "stream",
    max_ratio: float = MAX_RATIO,
    max_bytes: int = MAX_BYTES,
    packed: int | None = None,
) -> BinaryIO:
    """The text of `stream`, decompressed where its first bytes say so.

    Args:
        stream: binary, read from where it stands; it need not seek. Closing the result closes it.
        file: the name errors give.
        max_ratio: most bytes of text for a compressed byte, judged from 16 MiB of text on.
        max_bytes: most bytes of text in all.
        packed: how many bytes the stream had where it was itself compressed (a member of an archive); the
            ratio is then that of the text to those.

    Returns:
        A stream that keeps at most about 33 MB in memory. Reading raises `UnreadableFileError` where the
        compressed data is cut off, damaged, or expands beyond the limits.
    """
    return io.BufferedReader(Decompressed(stream, file, max_ratio, max_bytes, packed=packed), _BUFFER)


def check_intact(
    stream: BinaryIO, file: str, max_ratio: float = MAX_RATIO, max_bytes: int = MAX_BYTES
) -> int:
    """Read `stream` to its end, close it and return its bytes of text.

    `UnreadableFileError` if it is cut off, damaged or beyond the limits; see `open_decompressed`.
    """
    count = 0
    with open_decompressed(stream, file, max_ratio, max_bytes) as text:
        while chunk := text.read(_BUFFER):
            count += len(chunk)
    return count


class Decompressed(io.RawIOBase):
    """The text of a stream whose `kind` is given, or told by its first bytes; see `open_decompressed`."""

    def __init__(
        self,
        source: BinaryIO,
        file: str,
        max_ratio: float = MAX_RATIO,
        max_bytes: int = MAX_BYTES,
        *,
        kind: Kind | None = None,
        packed: int | None = None,
    ) -> None:
        self._source, self._file = cast("io.BufferedIOBase", source), file
        self._max_ratio, self._max_bytes, self._packed = max_ratio, max_bytes, packed
        self._input = b"" if kind else _read_up_to(source, 4)
        self._kind = kind or kind_of(self._input)
        self._as_it_lies = kind is None and self._kind == "plain"  # a member is stepped through
        self._member: _Member | None = None
        self._text = memoryview(b"")
        self._read, self._given = len(self._input), 0  # bytes compressed, bytes of text
        self._ended = False

    def readable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Close the source too."""
        if not self.closed:
            self._source.close()
        super().close()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        """Some bytes of text; none at the end."""
        if self._as_it_lies and not self._input and not self._text:
            return self._passed_on(buffer)
        while not self._text and not self._ended:
            self._text = memoryview(self._step())
            self._given += len(self._text)
            self._check_limits()
        count = min(len(buffer), len(self._text))
        buffer[:count] = self._text[:count]
        self._text = self._text[count:]
        return count

    def _passed_on(self, buffer: memoryview) -> int:
        """Plain text goes where it is wanted at once: to copy it cost as much as to hash it."""
        count = self._source.readinto(buffer)
        self._read += count
        self._given += count
        self._check_limits()
        return count

    def _step(self) -> bytes:
        data = self._input or self._source.read(_FEED[self._kind])
        self._read += 0 if self._input else len(data)
        self._input = b""
        if not data:
            self._end()
        if self._kind == "plain" or not data:
            return data
        if self._member is None:
            # gzip(1) accepts a file padded with zeros after its last member, as tapes and block devices do.
            data = data.lstrip(b"\0") if self._kind == "gzip" else data
            if not data:
                return b""
            self._member = _OPEN[self._kind]()
        return self._decompress(self._member, data)

    def _decompress(self, member: _Member, data: bytes) -> bytes:
        try:
            text = member.decompress(data)
        except (zlib.error, zstandard.ZstdError) as error:
            raise self._broken(f"is damaged after {self._given:,} bytes of text ({error})") from error
        if member.eof:
            self._input, self._member = member.unused_data, None
        return text

    def _end(self) -> None:
        self._ended = True
        if self._member is not None:
            raise self._broken(f"ends early after {self._given:,} bytes of text")

    def _check_limits(self) -> None:
        if self._given > self._max_bytes:
            raise self._broken(f"holds more than {self._max_bytes:,} bytes of text", "deliver smaller files")
        read = self._read if self._packed is None else min(self._read, self._packed)
        if self._kind != "plain" and self._given > RATIO_FROM and self._given > self._max_ratio * read:
            raise self._broken(expands(self._given, read, self._max_ratio), LESS_REPETITION)

    def _broken(self, problem: str, fix: str = "re-compress and deliver again") -> UnreadableFileError:
        what = "file" if self._kind == "plain" else f"{self._kind} stream"
        return UnreadableFileError(f"the {what} {problem}", file=self._file, fix=fix)


def expands(text: int, packed: int, most: float) -> str:
    """The end of a sentence that says how far `packed` bytes expanded into `text`."""
    return f"expands {text / max(packed, 1):,.0f} times, more than the {most:g} allowed"


def _read_up_to(source: BinaryIO, count: int) -> bytes:
    head = b""
    while len(head) < count and (more := source.read(count - len(head))):
        head += more
    return head
