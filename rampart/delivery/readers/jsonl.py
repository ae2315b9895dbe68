"""JSON lines: one object a line, https://jsonlines.org. Blank lines hold no row."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

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


def jsonl_rows(stream: BinaryIO, file: str = "stream") -> Iterator[Row | Unread]:
    """Every non-blank line of `stream`: an object, or the reason why it is none.

    Lines end in LF or CRLF. Of a key that stands twice in one object the last value counts, as in most JSON
    readers. Raises `UnreadableFileError`, which names `file`, where there is little but blank lines.
    """
    blank = 0
    decoder = msgspec.json.Decoder()
    for number, line in _lines(stream):
        text = line.removeprefix(BOM) if number == 1 else line
        if not text.strip():
            blank += 1
            check_blank(blank, number - blank, file)
            continue
        if len(text) > LONGEST_LINE and not text.endswith(b"\n"):
            yield unreadable(number, f"the line is longer than {LONGEST_LINE >> 20} MiB", text)
            continue
        if holds_too_many_values(text):
            yield unreadable(number, f"the line holds more than {MAX_VALUES:,} values", text)
            continue
        yield _row(decoder, number, text)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Numbered lines; of an overlong line only the start is kept in memory."""
    number = 1
    while line := stream.readline(LONGEST_LINE + 1):
        tail = line
        while len(tail) > LONGEST_LINE and not tail.endswith(b"\n"):
            tail = stream.readline(LONGEST_LINE + 1)
        yield number, line
        number += 1


def _row(decoder: "msgspec.json.Decoder[object]", number: int, text: bytes) -> Row | Unread:
    try:
        value = decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return unreadable(number, not_json(error, text), text.rstrip(b"\r\n"))
    if not isinstance(value, dict):
        return unreadable(number, f"expected a JSON object, found {kind_of(value)}", text.rstrip(b"\r\n"))
    return Row(number, value)
