"""Worked examples in the docs: terms, files and what comes of them, told by the line before each block."""

import gzip
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from ruamel.yaml import YAML

from contracts.load import ContractError, parse_contract
from contracts.model import Contract
from quality.gates.fates import part
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.delivery.canonicalise import canonicalise
from rampart.delivery.landing import land
from rampart.delivery.local_store import LocalStore
from tests.docs.pages import Block

_FILE = re.compile(r"The file `([^`]+)`(?: in `([^`]+)`)?.*:$")
_RESULTS = {
    "The records:": "records",
    "The quarantine:": "quarantine",
    "The discards:": "discards",
    "The refusal:": "refusal",
    "The problems:": "problems",
}
# What the examples leave out because it does not matter to them.
_REST: dict[str, Any] = {
    "vendor": {"id": "acme", "name": "Acme"},
    "program": "docs",
    "term": {"start": "2026-01-05", "weeks": 1},
    "ramp": {
        "weeks": {1: {"phase": "production", "units": 10}},
        "phases": {"production": {"discard_ceiling": 0.1, "price": 1}},
    },
    "annotation": {"scheme": {"kind": "binary"}},
}


@dataclass
class Example:
    """One worked example: terms, file name → bytes, and what the page says comes of them."""

    place: str
    terms: str
    files: dict[str, bytes] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)

    def contract(self) -> Contract:
        """The example's terms in a whole contract file; `ContractError` when they are wrong."""
        document = {
            "apiVersion": "v3.2.0",
            "kind": "DataContract",
            "id": "dc-docs",
            "name": "An example",
            "version": "1.0.0",
            "status": "draft",
            "customProperties": [{"property": "rampart", "value": {**_REST, **_yaml(self.terms)}}],
        }
        sink = io.StringIO()
        YAML(typ="safe").dump(document, sink)
        return parse_contract(sink.getvalue().encode(), "contract.odcs.yaml")


@dataclass(frozen=True)
class Outcome:
    """What came of an example: rows as plain values."""

    records: list[dict[str, Any]]
    quarantine: list[dict[str, Any]]
    discards: list[dict[str, Any]]


def examples(found: list[Block]) -> list[Example]:
    """The worked examples among the blocks of a page: each begins with "The terms:"."""
    every: list[Example] = []
    for block in found:
        if block.caption == "The terms:":
            every.append(Example(block.place, block.text))
        elif name := _RESULTS.get(block.caption):
            every[-1].says[name] = block.text
        elif file := _FILE.match(block.caption):
            every[-1].files[file[1]] = _bytes(file[1], block.text, file[2] or "utf-8")
    return every


def carried_out(example: Example, folder: Path) -> Outcome:
    """Land the example's files, read them by its terms and apply the record gates."""
    contract = example.contract()
    for name, data in example.files.items():
        (folder / "drop" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "drop" / name).write_bytes(data)
    store = LocalStore(folder / "store")
    read = canonicalise(
        land(LocalStore(folder / "drop"), "", contract, 1, store), contract, store, b"a key for the docs"
    )
    fates = part(read.records, gate_records(read.records, contract, 1, Earlier()))
    return Outcome(
        read.records.to_pylist(),
        read.quarantine.to_pylist(),
        fates.discarded.select(["record_id", "reasons"]).to_pylist(),
    )


def said(example: Example, name: str) -> Any:
    """What the page says comes of an example, as plain values."""
    return _yaml(example.says[name])


def problems_text(error: ContractError) -> list[str]:
    """The problems of a contract without their lines, which an example has not."""
    return [f"{one.field}: {one.problem}. Fix: {one.fix}" for one in error.problems]


def agrees(shown: Any, found: Any) -> bool:
    """Does `found` hold what is `shown`? Objects may hold more than the page shows; moments show as text."""
    if isinstance(shown, Mapping):
        return isinstance(found, Mapping) and all(agrees(shown[key], found.get(key)) for key in shown)
    if isinstance(shown, list):
        return isinstance(found, list) and len(shown) == len(found) and all(map(agrees, shown, found))
    return bool(shown == found) or (isinstance(shown, str) and shown == str(found))


def _yaml(text: str) -> Any:
    return YAML(typ="safe").load(text)


def _bytes(name: str, text: str, encoding: str) -> bytes:
    data = text.encode(encoding)
    if name.endswith(".parquet"):
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist([json.loads(line) for line in text.splitlines()]), sink)
        return sink.getvalue()
    if name.endswith(".gz"):
        return gzip.compress(data)
    return zstandard.compress(data) if name.endswith(".zst") else data
