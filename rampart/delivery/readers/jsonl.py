"""JSON lines: one object a line, https://jsonlines.org. Blank lines hold no row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

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
    data: bytes


def jsonl_chunks(stream: BinaryIO, file: str) -> Iterator[Chunk]:
    """All lines of `stream`, in chunks of about `CHUNK` bytes that end where a line does.

    Equal bytes give equal chunks. A byte order mark at the file's beginning is not part of its first line.
    """
    number, start, rest, left = 1, 0, b"", b""  # `rest` is the start of a line
    while block := left or _filled(stream, CHUNK):
        left = b""
        if not start and not rest and block.startswith(BOM):
            block, start = block[len(BOM) :], len(BOM)
        end = block.rfind(b"\n") + 1
        if end:
            data = b"".join((rest, memoryview(block)[:end]))  # copied once
            ends = int(np.count_nonzero(np.frombuffer(block, np.uint8, end) == _LINE_END))
            yield Chunk(file, number, start, ends, data)
            number, start, rest = number + ends, start + len(data), block[end:]
        elif len(rest) + len(block) > LONGEST_LINE:
            data = rest + block
            yield Chunk(file, number, start, 0, data[: LONGEST_LINE + 1])
            left, skipped = _after_the_line(stream)
            number, start, rest = number + 1, start + len(data) + skipped, b""
        else:
            rest += block
    if rest:
        yield Chunk(file, number, start, 0, rest)


def _filled(stream: BinaryIO, size: int) -> bytes:
    """`size` bytes of `stream`, fewer only at its end."""
    parts, missing = [], size
    while missing and (part := stream.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _after_the_line(stream: BinaryIO) -> tuple[bytes, int]:
    """What was read of the next line, and how many bytes of the one before it were passed over."""
    skipped = 0
    while block := _filled(stream, CHUNK):
        end = block.find(b"\n") + 1
        if end:
            return block[end:], skipped + end
        skipped += len(block)
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
        lines = chunk.data.removesuffix(b"\n").split(b"\n")
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
