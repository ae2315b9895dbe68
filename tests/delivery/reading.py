"""Files read by the terms a test is about: everything between a vendor's bytes and canonical records."""

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from contracts.model import Contract
from rampart.delivery.canonicalise import Canonical, canonicalise
from rampart.delivery.landing import land
from rampart.delivery.local_store import LocalStore

JSONL = {"path": "rows.jsonl", "format": "jsonl"}
CSV = {"path": "rows.csv", "format": "csv"}
KEY = b"a key for tests only"
PLAIN = {"prompt": "prompt", "responses": "[a, b]", "label": "label"}


def contract(delivery: dict[str, Any], annotation: dict[str, Any] | None = None, **terms: Any) -> Contract:
    """A contract about nothing but the reading of files."""
    return Contract.model_validate(
        {
            "contract_id": "dc-test",
            "version": "1.0.0",
            "status": "draft",
            "name": "Test",
            "digest": "0" * 64,
            "vendor": {"id": "acme", "name": "Acme"},
            "program": "rm",
            "term": {"start": "2026-01-05", "weeks": 1},
            "ramp": {
                "weeks": {1: {"phase": "production", "units": 10}},
                "phases": {"production": {"discard_ceiling": 0.1, "price": "1.00"}},
            },
            "annotation": annotation or {"scheme": {"kind": "binary"}},
            "delivery": {"manifest": "none", "record": PLAIN, **delivery},
            **terms,
        }
    )


def read(terms: Contract, files: dict[str, bytes], key: bytes = KEY) -> Canonical:
    """Deliver `files`, land them and read them by `terms`."""
    with TemporaryDirectory() as folder:
        drop, store = LocalStore(Path(folder) / "drop"), LocalStore(Path(folder) / "store")
        for name, data in files.items():
            drop.put_once(name, data)
        return canonicalise(land(drop, "", terms, 1, store), terms, store, key)


def records(found: Canonical) -> list[dict[str, Any]]:
    """The records as plain rows."""
    rows: list[dict[str, Any]] = found.records.to_pylist()
    return rows


def quarantine(found: Canonical) -> list[dict[str, Any]]:
    """The quarantine as plain rows."""
    rows: list[dict[str, Any]] = found.quarantine.to_pylist()
    return rows


def texts(record: dict[str, Any]) -> list[str]:
    """The responses' texts, in order."""
    return [response["content"] for response in record["responses"]]


def said(record: dict[str, Any]) -> list[tuple[str, str]]:
    """The prompt as (role, content)."""
    return [(message["role"], message["content"]) for message in record["prompt"]]


def jsonl(*rows: Any) -> bytes:
    """`rows` as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def parquet(rows: list[dict[str, Any]], schema: pa.Schema | None = None) -> bytes:
    """`rows` as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink)
    return sink.getvalue()


def understood(
    files: dict[str, bytes], delivery: dict[str, Any], scheme: dict[str, Any]
) -> list[dict[str, Any]]:
    """The records of files that `delivery` and `scheme` read without remainder."""
    found = read(contract(delivery, {"scheme": scheme, "order_shown": False}), files)
    assert quarantine(found) == []
    return records(found)
