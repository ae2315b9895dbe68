"""A second opinion on how many rows a file holds: plain, slow, of other libraries where there are any.

It answers None where the count is a matter of opinion, as for text that is no CSV.
"""

import codecs
import csv
import gzip
import io
import json
import zipfile

import pyarrow.parquet as pq
import zstandard

from contracts.terms.mapping import Source

_BOM = b"\xef\xbb\xbf"


def parts(name: str, data: bytes) -> dict[str, bytes] | None:
    """What rows are read from: the file, or an archive's members but folders and what macOS adds."""
    if not name.lower().endswith(".zip"):
        return {name: data}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [one for one in archive.namelist() if not one.endswith("/") and not _added(one)]
        try:
            return {f"{name}/{one}": archive.read(one) for one in members}
        except zipfile.BadZipFile as error:
            if "differ" in str(error):  # a name that is told in UTF-8 and in the IBM PC's code page
                return None
            raise


def _added(member: str) -> bool:
    return member.startswith("__MACOSX/") or member.rpartition("/")[2] == ".DS_Store"


def rows_in(data: bytes, source: Source) -> int | None:
    """Rows in a part that was read to its end; raises whatever says that it cannot have been."""
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
    """The text in `data`; an error where a compressed file is not whole."""
    if data[:3] == b"\x1f\x8b\x08":
        return gzip.decompress(data)
    if data[:4] == b"\x28\xb5\x2f\xfd" or (data and data[0] & 0xF0 == 0x50 and data[1:4] == b"\x2a\x4d\x18"):
        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True).read()
    return data


def _elements(text: bytes, rows_at: str | None) -> int | None:
    try:
        document = json.loads(text.removeprefix(_BOM))
    except RecursionError:
        return None
    for key in rows_at.split(".") if rows_at else ():
        document = document[key]
    return len(document) if isinstance(document, list) else None


def _csv_rows(text: bytes, source: Source) -> int | None:
    marked = text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    told = "utf-16" if marked else "latin-1"  # no other encoding has other bytes for quotes and line ends
    encoding = told if source.csv.encoding == "detect" else source.csv.encoding
    lines = io.StringIO(text.decode(encoding, "surrogateescape").removeprefix("\ufeff"), newline="")
    csv.field_size_limit(64 << 20)
    reader = csv.reader(lines, delimiter=source.csv.delimiter, quotechar=source.csv.quote, strict=True)
    try:
        return sum(bool(cells) for cells in reader) - 1
    except csv.Error:
        return None
