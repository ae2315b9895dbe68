"""A second opinion on how many rows a file holds: plain, slow, and made of other libraries where there are any.

It answers None where the count is a matter of opinion, as for text that is no CSV.
"""

import csv
import gzip
import io
import json

import pyarrow.parquet as pq
import zstandard

from contracts.terms.mapping import Source

_BOM = b"\xef\xbb\xbf"


def rows_in(data: bytes, source: Source) -> int | None:
    """Rows in a landed file that was read to its end; `ValueError` if it cannot have been."""
    text = unpacked(data)
    match source.format:
        case "jsonl":
            return sum(bool(line.strip()) for line in text.removeprefix(_BOM).split(b"\n"))
        case "json":
            return _elements(text, source.rows_at)
        case "csv":
            return _csv_rows(text, source)
        case "parquet":
            return int(pq.ParquetFile(io.BytesIO(text)).metadata.num_rows)


def unpacked(data: bytes) -> bytes:
    """The text in `data`; `ValueError` where a compressed file is not whole."""
    try:
        if data[:3] == b"\x1f\x8b\x08":
            return gzip.decompress(data)
        if data[:4] == b"\x28\xb5\x2f\xfd" or (data[:1] and data[0] & 0xF0 == 0x50 and data[1:4] == b"\x2a\x4d\x18"):
            reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True)
            return reader.read()
    except (OSError, EOFError, zstandard.ZstdError) as error:
        raise ValueError(f"it was read, but is no whole compressed file: {error}") from error
    return data


def _elements(text: bytes, rows_at: str | None) -> int | None:
    try:
        document = json.loads(text.removeprefix(_BOM))
        for key in rows_at.split(".") if rows_at else ():
            document = document[key]
    except RecursionError:
        return None
    return len(document) if isinstance(document, list) else None


def _csv_rows(text: bytes, source: Source) -> int | None:
    lines = io.StringIO(text.decode(source.csv.encoding, "surrogateescape").removeprefix("\ufeff"), newline="")
    csv.field_size_limit(64 << 20)
    reader = csv.reader(lines, delimiter=source.csv.delimiter, quotechar=source.csv.quote, strict=True)
    try:
        return sum(bool(cells) for cells in reader) - 1
    except csv.Error:
        return None
