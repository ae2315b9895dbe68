"""JSON lines: one object a line, https://jsonlines.org. Blank lines hold no row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from mmap import mmap
from typing import BinaryIO, cast

import msgspec
import numpy as np

from rampart.delivery.limits import LONGEST_LINE, MAX_VALUES
from rampart.delivery.readers.row import (
    Row,
    Unread,
    check_blank,
    holds_too_many_values,
    kind_of,
    not_json,
    unreadable,
)

BOM = b"\xef\xbb\xbf"
CHUNK = 16 << 20  # bytes
(_LINE_END,) = b"\n"
_AT_ONCE = 1 << 20  # bytes in which line ends are counted; more would not stay in the processor's cache

Lend = Callable[[int], mmap]  # bytes wanted → memory


@dataclass(frozen=True)
class Chunk:
    """Whole lines of a file: `number` is that of the first line, `start` its place in the file in bytes, and
    `ends` how many of them end in LF.

    Of a line longer than `LONGEST_LINE` there is only the start, in a chunk of its own.
    """

    file: str
    number: int
    start: int
    ends: int
    data: bytes | memoryview


def fresh_memory(size: int) -> mmap:
    """So many bytes, which take no memory before they are written to."""
    return mmap(-1, size)


def jsonl_chunks(stream: BinaryIO, file: str, lend: Lend = fresh_memory) -> Iterator[Chunk]:
    """All lines of `stream`, in chunks of about `CHUNK` bytes that end where a line does.

    Equal bytes give equal chunks. A byte order mark at the file's beginning is not part of its first line.
    Each chunk lies at the beginning of the memory that `lend` gives for it, at least as much as it asks for.
    """
    source = cast("BufferedIOBase", stream)
    head = bytearray(len(BOM))
    rest = bytes(head[: _filled(source, memoryview(head))])  # the start of a line
    number, start, missing = 1, 0, max(1, CHUNK - len(BOM))
    if rest == BOM:
        start, rest = len(BOM), b""
    left = b""  # read already
    while True:
        held = lend(len(rest) + max(missing, len(left)))
        view = memoryview(held)
        size = _laid(view, rest)
        read = _laid(view[size:], left) or _filled(source, view[size : size + missing])
        size, left, missing = size + read, b"", CHUNK
        end = held.rfind(b"\n", 0, size) + 1
        if end:
            ends = _line_ends(view[:end])
            rest = bytes(view[end:size])
            yield Chunk(file, number, start, ends, view[:end])
            number, start = number + ends, start + end
        elif not read:
            if rest:
                yield Chunk(file, number, start, 0, view[:size])
            return
        elif size > LONGEST_LINE:
            yield Chunk(file, number, start, 0, view[: LONGEST_LINE + 1])
            left, skipped = _after_the_line(source)
            number, start, rest = number + 1, start + size + skipped, b""
        else:
            rest = bytes(view[:size])


def _laid(view: memoryview, data: bytes) -> int:
    view[: len(data)] = data
    return len(data)


def _filled(source: BufferedIOBase, view: memoryview) -> int:
    """Read into `view` until it is full or the source at its end; returns the bytes read."""
    filled = 0
    while filled < len(view) and (part := source.readinto(view[filled:])):
        filled += part
    return filled


def _line_ends(data: memoryview) -> int:
    octets = np.frombuffer(data, np.uint8)
    return sum(
        int(np.count_nonzero(octets[start : start + _AT_ONCE] == _LINE_END))
        for start in range(0, len(octets), _AT_ONCE)
    )


def _after_the_line(source: BufferedIOBase) -> tuple[bytes, int]:
    """What was read of the next line, and how many bytes of the one before it were passed over."""
    skipped, held = 0, bytearray(CHUNK)
    while size := _filled(source, memoryview(held)):
        end = held.find(b"\n", 0, size) + 1
        if end:
            return bytes(held[end:size]), skipped + end
        skipped += size
    return b"", skipped


def jsonl_rows(stream: BinaryIO, file: str = "stream") -> Iterator[Row | Unread]:
    """Every non-blank line of `stream`: an object, or the reason why it is none.

    Lines end in LF or CRLF. Of a key that stands twice in one object the last value counts, as in most JSON
    readers. Raises `UnreadableFileError`, which names `file`, where there is little but blank lines.
    """
    blank = 0
    decoder = msgspec.json.Decoder()
    for number, text in _lines(stream, file):
        if not text.strip():
            blank += 1
            check_blank(blank, number - blank, file)
        else:
            yield json_row(decoder, number, text)


def _lines(stream: BinaryIO, file: str) -> Iterator[tuple[int, bytes]]:
    """Numbered lines without their ends."""
    for chunk in jsonl_chunks(stream, file):
        lines = bytes(chunk.data).removesuffix(b"\n").split(b"\n")
        yield from enumerate(lines, chunk.number)


def json_row(decoder: "msgspec.json.Decoder[object]", number: int, text: bytes) -> Row | Unread:
    """The object that the line `text` holds (no line end, not blank), or the reason why it is none."""
    if len(text) > LONGEST_LINE:
        return unreadable(number, f"the line is longer than {LONGEST_LINE >> 20} MiB", text)
    if holds_too_many_values(text):
        return unreadable(number, f"the line holds more than {MAX_VALUES:,} values", text)
    try:
        value = decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return unreadable(number, not_json(error, text), text.rstrip(b"\r"))
    if not isinstance(value, dict):
        return unreadable(number, f"expected a JSON object, found {kind_of(value)}", text.rstrip(b"\r"))
    return Row(number, value)
