"""Which encoding a text file is in, where the contract leaves that to the file."""

import codecs
import io
from dataclasses import dataclass
from typing import BinaryIO

from rampart.delivery.errors import UnreadableFileError

SAMPLE = 256 << 10  # bytes looked at; the rest of the file is read in what they say
# The longer marks first: UTF-16's mark is the start of UTF-32's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Told:
    """An encoding (a Python codec) and what told it, as a sentence for whoever looks after the delivery."""

    codec: str
    said: str


def told(head: bytes, whole: bool, file: str) -> Told:
    """The encoding of a file that starts with `head`; `whole`: it is all of it.

    A byte order mark decides; then whether the start is UTF-8, which other text is not by chance; then a
    guess by how likely the text reads (charset_normalizer), which is the same for the same bytes.

    Raises:
        UnreadableFileError: it reads as no text.
    """
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return Told(codec, f"read as {codec}, as its byte order mark says")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return _guess(head, file)
    plain = head.isascii()
    return Told(
        "utf-8", f"read as utf-8, which its {'start' if not whole else 'text'} is" + " (ASCII)" * plain
    )


def _guess(head: bytes, file: str) -> Told:
    import charset_normalizer  # noqa: PLC0415 (few contracts ask for it)

    best = charset_normalizer.from_bytes(head).best()
    if best is None:
        fix = "save it as UTF-8, or name its encoding in the contract's csv.encoding"
        raise UnreadableFileError("the file's encoding cannot be told", file, 1, fix)
    return Told(
        best.encoding, f"read as {best.encoding}, a guess by its content; look at letters with accents"
    )


def rejoined(head: bytes, rest: BinaryIO) -> BinaryIO:
    """One stream of `head` and what is left in `rest`; closing it closes `rest`."""
    return io.BufferedReader(_Rejoined(head, rest))


class _Rejoined(io.RawIOBase):
    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = io.BytesIO(head), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        data = self._head.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._rest.close()
        super().close()
