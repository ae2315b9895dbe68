"""Rows written as a vendor writes them: the bytes of a file, and how a page shows it."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from contracts.language.expressions import parse
from contracts.terms.mapping import Source
from rampart.specification.row_draft import NotInvertibleError

Rows = Sequence[dict[str, Any]]


def file_name(path: str) -> str:
    """A file name that a contract's `path` means."""
    return path.replace("**/", "").replace("**", "*").replace("*", "1").replace("?", "1")


def written(rows: Rows, source: Source, columns: frozenset[str]) -> bytes:
    """`rows` as one file of the source's format.

    Args:
        rows: the objects.
        source: format and dialect.
        columns: what the contract reads; a table has them all, empty where no row says anything.

    Raises:
        NotInvertibleError: a row the format cannot hold.
    """
    whole = [{**dict.fromkeys(sorted(columns - set(row))), **row} for row in rows]
    try:
        match source.format:
            case "jsonl":
                return "".join(json_text(row) + "\n" for row in rows).encode()
            case "json":
                return json_text(_nested(rows, source.rows_at), indent=2).encode()
            case "csv":
                return _csv(whole, source)
            case "parquet":
                sink = io.BytesIO()
                pq.write_table(pa.Table.from_pylist(whole), sink)
                return sink.getvalue()
    except (pa.ArrowException, csv.Error, TypeError, ValueError) as error:
        raise NotInvertibleError(f"a {source.format} file cannot hold the row ({error})") from error


def shown(rows: Rows, data: bytes, source: Source) -> tuple[str, str]:
    """The file as text for a page, and the text's language. JSON rows are laid out to be read."""
    match source.format:
        case "csv":
            return data.decode(source.csv.written_in), "csv"
        case "json":
            return data.decode(), "json"
        case "jsonl":
            return "\n".join(json_text(row, indent=2) for row in rows), "json"
        case "parquet":
            return json_text(list(rows), indent=2), "json"


def json_text(value: Any, indent: int | None = None) -> str:
    """`value` as JSON in which everything that cannot be shown is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)


def _nested(rows: Rows, rows_at: str | None) -> Any:
    found: Any = list(rows)
    tree = parse(rows_at) if rows_at else None
    names: list[str] = []
    while tree is not None:
        if tree["type"] not in ("field", "subexpression"):
            raise NotInvertibleError("rows_at is no plain path")
        last = tree if tree["type"] == "field" else tree["children"][1]
        names.append(str(last["value"]))
        tree = tree["children"][0] if tree["type"] == "subexpression" else None
    for name in names:
        found = {name: found}
    return found


def _csv(rows: Rows, source: Source) -> bytes:
    text = io.StringIO()
    dialect = source.csv
    header = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(
        text, delimiter=dialect.delimiter, quotechar=dialect.quote, doublequote=True, lineterminator="\n"
    )
    writer.writerow(header)
    writer.writerows([_cell(row.get(name)) for name in header] for row in rows)
    return text.getvalue().encode(dialect.written_in)


def _cell(value: Any) -> str:
    if isinstance(value, list | dict):
        raise NotInvertibleError("a cell of a CSV holds no list")
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
