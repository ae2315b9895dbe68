"""Contracts of every file form, and good rows written in it."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from contracts.model import Contract

WEEKS = 99  # as many deliveries as one contract can be booked with
Rows = Sequence[dict[str, Any]]
_PAIR = {"prompt": "prompt", "responses": "[a, b]", "label": "label"}
_RECORD = {
    **_PAIR,
    "record_id": "id",
    "annotator_id": "who",
    "started_at": "opened",
    "submitted_at": "closed",
}


@dataclass(frozen=True, eq=False)
class Form:
    """A way to write rows. `rows` and `items` (joined rows, if any) are sources as a contract names them."""

    name: str
    rows: dict[str, Any]
    write: Callable[[Rows], bytes]
    items: dict[str, Any] | None = None


def good_row(number: int) -> dict[str, Any]:
    """One row as every form can hold it."""
    return {
        "id": f"r-{number}",
        "prompt": f"What is {number} and {number}, {'née' if number % 3 else 'and why'}?",
        "a": f"It is {2 * number}.",
        "b": f"I think “{number}”, or so;\tsee line {number}.",
        "label": "a" if number % 2 else "b",
        "who": f"w-{number % 4}",
        "opened": f"2026-01-05T{number % 24:02d}:00:00+00:00",
        "closed": f"2026-01-05T{number % 24:02d}:01:30+00:00",
    }


def jsonl(rows: Rows) -> bytes:
    """An object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def table(rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """CSV with a header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]) if rows else list(good_row(0)), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding, "replace")


def parquet(rows: Rows) -> bytes:
    """Parquet in row groups of five, so that there is more than one."""
    sink = io.BytesIO()
    schema = pa.schema([(name, pa.string()) for name in good_row(0)])
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), sink, row_group_size=5)
    return sink.getvalue()


def _array(rows: Rows) -> bytes:
    return json.dumps(list(rows), ensure_ascii=False, indent=1).encode()


def _nested(rows: Rows) -> bytes:
    return json.dumps({"about": {"n": len(rows)}, "data": {"rows": list(rows)}}).encode()


FORMS = (
    Form("jsonl", {"format": "jsonl"}, jsonl),
    Form("array", {"format": "json"}, _array),
    Form("nested", {"format": "json", "rows_at": "data.rows"}, _nested),
    Form("csv", {"format": "csv"}, table),
    Form(
        "csv-cp1252",
        {"format": "csv", "csv": {"delimiter": ";", "encoding": "cp1252"}},
        lambda rows: table(rows, ";", "cp1252"),
    ),
    Form(
        "csv-utf-16",
        {"format": "csv", "csv": {"delimiter": "\t", "encoding": "utf-16"}},
        lambda rows: table(rows, "\t", "utf-16"),
    ),
    Form("csv-detect", {"format": "csv", "csv": {"encoding": "detect"}}, table),
    Form("parquet", {"format": "parquet"}, parquet),
    Form("joined", {"format": "csv"}, table, items={"format": "jsonl"}),
)


@lru_cache(maxsize=64)
def contract_of(form: Form, manifest: str) -> Contract:
    """The contract of a vendor that delivers in `form`, with a manifest or with "none"."""
    week = {"phase": "production", "units": 10}
    production = {"discard_ceiling": 0.3, "price": "1.00", "on_breach": "partial"}
    name = f"{form.name}-{manifest.replace('.', '-')}"
    delivery: dict[str, Any] = {"rows": {"path": "**/rows*", **form.rows}, "record": _RECORD}
    if form.items:
        source = {"path": "items*", **form.items}
        delivery["join"] = [{"source": source, "as": "item", "on": "id", "key": "id"}]
        delivery["record"] = {**_RECORD, "prompt": "item.prompt"}
    return Contract.model_validate(
        {
            "contract_id": f"dc-{name}",
            "version": "1.0.0",
            "status": "active",
            "name": name,
            "digest": "0" * 64,
            "vendor": {"id": name, "name": name},
            "program": "mangled",
            "term": {"start": "2026-01-05", "weeks": WEEKS},
            "ramp": {
                "weeks": dict.fromkeys(range(1, WEEKS + 1), week),
                "phases": {"production": production},
            },
            "annotation": {"scheme": {"kind": "binary"}},
            "delivery": {"manifest": manifest, **delivery},
        }
    )
