"""The manifest as a CSV table: for vendors whose tools write spreadsheets rather than JSON.

A file a line; what is said of the delivery as a whole is said on every line, so that any spreadsheet can
write it and nothing hides in comments::

    manifest_version,contract_id,week,replaces,name,bytes,sha256,rows
    1,acme-2026,3,,rows.jsonl.gz,1234,ab12…,500
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rampart.delivery.errors import ManifestError

HEAD = ("manifest_version", "contract_id", "week", "replaces")  # the same on every line
OF_A_FILE = ("name", "bytes", "sha256", "rows")
_OPTIONAL = frozenset({"replaces", "rows"})  # the column may be missing, a cell empty
_NUMBERS = frozenset({"manifest_version", "week", "bytes", "rows"})
# Up to 19 digits: a longer one fits no 64-bit number, and reading it costs the square of its length.
_WHOLE = re.compile(r"[0-9]{1,19}")
_COLUMNS = ",".join((*HEAD, *OF_A_FILE))


def manifest_table(data: bytes, file: str) -> tuple[dict[str, Any], tuple[int, ...]]:
    """The manifest in `data` as the object its JSON form would be, and each file's line.

    A byte order mark, CRLF, quotes and blank lines are taken as they come. Raises `ManifestError` naming the
    line, the column and the fix.
    """
    rows = list(_rows(_text(data, file), file))
    if not rows:
        raise ManifestError("the manifest lists no file", file, fix="give a line for every file")
    first = rows[0][1]
    for line, row in rows[1:]:
        for name in HEAD:
            if row.get(name) != first.get(name):
                said = f"{name} is {row[name]!r}, but {first[name]!r} on line {rows[0][0]}"
                fix = "say the same of the delivery on every line"
                raise ManifestError(said, file, line, fix)
    head = {name: first.get(name) for name in HEAD}
    files = [{name: row[name] for name in OF_A_FILE if row.get(name) is not None} for _, row in rows]
    return {**head, "files": files}, tuple(line for line, _ in rows)


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ManifestError("this is not UTF-8", file, line, "save the table as CSV in UTF-8") from error


def _rows(text: str, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line and values of every row below the header."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):  # blank, or ",,,": a spreadsheet's empty rows
                pass
            elif not header:
                header = _header(cells, file, line)
            else:
                yield line, _row(cells, header, file, line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise ManifestError(f"this is not CSV ({error})", file, line, "close every quote") from error
    if not header:
        raise ManifestError("the manifest is empty", file, 1, f"begin with the line {_COLUMNS}")


def _header(cells: Sequence[str], file: str, line: int) -> list[str]:
    header = [cell.strip() for cell in cells]
    missing = [name for name in (*HEAD, *OF_A_FILE) if name not in header and name not in _OPTIONAL]
    unknown = [name for name in header if name not in (*HEAD, *OF_A_FILE)]
    if missing or unknown or len(set(header)) < len(header):
        wrong = "a column is named twice"
        wrong = f"column {unknown[0]!r} is unknown" if unknown else wrong
        wrong = f"column {missing[0]!r} is missing" if missing else wrong
        there = ", ".join(map(repr, header[:20]))
        problem = f"{wrong}; the header has: {there}"
        raise ManifestError(
            problem, file, line, f"write the header {_COLUMNS}, with commas between the names"
        )
    return header


def _row(cells: Sequence[str], header: Sequence[str], file: str, line: int) -> dict[str, Any]:
    if len(cells) != len(header):
        problem = f"{len(cells)} cells where the header has {len(header)}"
        raise ManifestError(problem, file, line, "put names that hold a comma or a quote in double quotes")
    return {name: _value(name, cell.strip(), file, line) for name, cell in zip(header, cells, strict=True)}


def _value(name: str, cell: str, file: str, line: int) -> int | str | None:
    if not cell and name in _OPTIONAL:
        return None
    if not cell:
        raise ManifestError(f"{name} is empty", file, line, f"give {name} on every line")
    if name not in _NUMBERS:
        return cell
    if not _WHOLE.fullmatch(cell):
        fix = f"write {name} as plain digits, without separators or exponents"
        raise ManifestError(f"{name} is {cell[:60]!r}; expected a whole number", file, line, fix)
    return int(cell)


def as_table(head: Sequence[object], files: Iterable[Sequence[object]]) -> str:
    """The text of a manifest table; `head` in the order of `HEAD`, each file in that of `OF_A_FILE`."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow((*HEAD, *OF_A_FILE))
    writer.writerows((*head, *listed) for listed in files)
    return sink.getvalue()
