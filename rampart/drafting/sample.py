"""The first rows of a vendor's file, in any format a contract can name, and the terms that read them."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from contracts.terms.mapping import Source
from rampart.delivery.compression import open_decompressed
from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.readers import Row, read_rows
from rampart.drafting.dialect import csv_terms
from rampart.drafting.names import as_path, expression

ROWS = 1_000
BYTES = 32 << 20  # of text, after decompression; a whole JSON array of this size decodes in about a second
_BOM = b"\xef\xbb\xbf"
_PARQUET = b"PAR1"


@dataclass(frozen=True)
class Sample:
    """What was looked at of one file.

    `rows` are the first rows; `beyond` are later ones, read only so that keys can be compared between files.
    `unread` counts lines that were no row. `whole` says whether the file held nothing more.
    """

    name: str
    source: Source
    rows: tuple[dict[str, Any], ...]
    beyond: tuple[dict[str, Any], ...] = ()
    unread: int = 0
    whole: bool = True


def look_at(path: Path, rows: int = ROWS, beyond: int = 0, most_bytes: int = BYTES) -> Sample:
    """The first `rows` rows of the file at `path`, and up to `beyond` more.

    At most `most_bytes` of text are read. Raises `UnreadableFileError` where nothing of the file can be read.
    """
    try:
        with path.open("rb") as stream:
            head, cut = _head(path, stream, rows + beyond, most_bytes)
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise UnreadableFileError(problem, str(path), fix="give the path of a file you may read") from error
    terms = _terms(head, cut, path.name)
    source = Source.model_validate({"path": as_path(path.name), **terms})
    found, unread = [], 0
    for one in islice(_rows(head, cut, source, path.name), rows + beyond):
        if isinstance(one, Row):
            found.append(one.value)
        else:
            unread += 1
    if not found:
        fix = "give a file with rows: JSON lines, a JSON array, CSV with a header, or Parquet"
        raise UnreadableFileError(f"no row can be read as {source.format}", path.name, fix=fix)
    more = cut or len(found) + unread >= rows + beyond
    return Sample(path.name, source, tuple(found[:rows]), tuple(found[rows:]), unread, whole=not more)


def _head(path: Path, stream: Any, rows: int, most: int) -> tuple[bytes, bool]:
    """The file's first bytes of text, and whether there is more; of a Parquet file a small one like it."""
    if stream.read(4) == _PARQUET:
        return _first_of_parquet(path, rows), False
    stream.seek(0)
    with open_decompressed(stream, path.name, max_bytes=1 << 62) as text:
        data = text.read(most + 1)
    if data[:4] == _PARQUET and len(data) > most:
        fix = "uncompress it: Parquet is compressed inside already"
        raise UnreadableFileError("a compressed Parquet file is too large to look at", path.name, fix=fix)
    return data[:most], len(data) > most


def _first_of_parquet(path: Path, rows: int) -> bytes:
    """A Parquet file of the first rows: the reader copies whole files, and this one may be of any size."""
    try:
        with pq.ParquetFile(path) as file:
            batches = list(islice(file.iter_batches(rows), 1))
            table = pa.Table.from_batches(batches, schema=file.schema_arrow)
    except (pa.ArrowException, OSError) as error:
        fix = "write the file again and give it whole"
        raise UnreadableFileError(f"not a whole Parquet file: {error}", path.name, fix=fix) from error
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def _terms(head: bytes, cut: bool, name: str) -> dict[str, Any]:
    """How to read a file that begins with `head`: its format and what belongs to it."""
    text = head.removeprefix(_BOM).lstrip()
    if not text:
        raise UnreadableFileError("the file is empty", name, 1, fix="give a file with rows")
    if head[:4] == _PARQUET:
        return {"format": "parquet"}
    if text[:1] == b"[":
        return {"format": "json"}
    if text[:1] != b"{":
        return {"format": "csv", **csv_terms(head, cut, name)}
    if _is_json(text.split(b"\n", 1)[0]) and b"\n" in text.strip():
        return {"format": "jsonl"}
    document = None if cut else _decoded(text)
    place = _array_in(document) if isinstance(document, dict) else None
    return {"format": "json", "rows_at": place} if place else {"format": "jsonl"}


def _is_json(line: bytes) -> bool:
    return _decoded(line) is not None


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _array_in(document: dict[str, Any], depth: int = 3) -> str | None:
    """Where a document keeps its longest list of objects, as an expression."""
    found = max(_arrays(document, (), depth), default=None, key=lambda one: one[0])
    return expression(found[1]) if found else None


def _arrays(
    value: dict[str, Any], place: tuple[str, ...], depth: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    for key, inner in value.items():
        if isinstance(inner, list) and len(inner) > 1 and all(isinstance(one, dict) for one in inner):
            yield len(inner), (*place, key)
        elif isinstance(inner, dict) and depth:
            yield from _arrays(inner, (*place, key), depth - 1)


def _rows(head: bytes, cut: bool, source: Source, name: str) -> Iterator[Any]:
    if cut and source.format == "json":
        return _elements(head)
    if cut:  # the last line is a part of one
        head = head[: head.rfind(b"\n") + 1]
    return read_rows(io.BytesIO(head), source, name, frozenset())


def _elements(head: bytes) -> Iterator[Row]:
    """The whole elements of an array that goes on beyond `head`."""
    text, decoder = head.removeprefix(_BOM).decode("utf-8", "ignore"), json.JSONDecoder()
    at, number = text.index("[") + 1, 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        number += 1
        if isinstance(value, dict):
            yield Row(number, value)
