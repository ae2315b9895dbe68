"""The delimiter, quote and encoding of a CSV, told from its first lines."""

import codecs
import csv
import io
from typing import Any

from rampart.delivery.errors import UnreadableFileError

LINES = 50  # looked at; a dialect shows in the first few
_DELIMITERS = (",", ";", "\t", "|")
_MARKED = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def csv_terms(head: bytes, cut: bool, file: str) -> dict[str, Any]:
    """The `csv` terms of a file that begins with `head`; empty where they are the usual ones.

    The delimiter is the one that parts the most lines into as many cells as the header has. Raises
    `UnreadableFileError` where the bytes are no text.
    """
    encoding = _encoding(head, cut, file)
    text = head.decode(encoding, "ignore").removeprefix("\ufeff")
    delimiter, quote = max(
        ((delimiter, quote) for quote in ('"', "'") for delimiter in _DELIMITERS),
        key=lambda dialect: _fit(text, *dialect),
    )
    terms = {"delimiter": delimiter, "quote": quote, "encoding": encoding}
    usual = {"delimiter": ",", "quote": '"', "encoding": "utf-8"}
    odd = {key: value for key, value in terms.items() if value != usual[key]}
    return {"csv": odd} if odd else {}


def _encoding(head: bytes, cut: bool, file: str) -> str:
    for mark, name in _MARKED:
        if head.startswith(mark):
            return name
    if b"\0" in head[:4096]:
        fix = "give JSON lines, a JSON array, CSV or Parquet; plain, gzip or zstandard"
        raise UnreadableFileError("is neither text nor Parquet", file, fix=fix)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=not cut)
    except UnicodeDecodeError:
        return "cp1252"  # what spreadsheets on Windows write in Western Europe and the Americas
    return "utf-8"


def _fit(text: str, delimiter: str, quote: str) -> tuple[float, int, bool]:
    """How well a dialect parts the lines: share as wide as the header, width, and is the quote in use?"""
    lines = text[: 1 << 18].splitlines(keepends=True)[: LINES * 4]
    reader = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter, quotechar=quote)
    widths: list[int] = []
    try:
        for row in reader:
            widths += [len(row)] if row else []
            if len(widths) > LINES:
                break
    except csv.Error:
        return (0.0, 0, False)
    if not widths or widths[0] < 2:
        return (0.0, 0, quote == '"')
    # The last row may be cut off.
    body = widths[1:-1] or widths[1:] or widths
    return (sum(width == widths[0] for width in body) / len(body), widths[0], quote == '"')
