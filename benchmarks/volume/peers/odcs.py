"""datacontract-cli: the rules as ODCS contracts, tested by its own engine in its own environment.

python -m benchmarks.volume.peers.odcs DATA: writes a contract a vendor below DATA, for

    .venv-datacontract/bin/python benchmarks/volume/peers/odcs_run.py DATA
"""

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.volume.peers.flat import FLAT, Rules, flat_file, rules
from simulator.volume import VENDORS, Vendor

_TYPES = {pa.int64(): "integer", pa.float64(): "number"}


def main(folder: str) -> None:
    """Write every vendor's contract beside its flat table."""
    data = Path(folder)
    for vendor in VENDORS:
        target = data / FLAT / f"{vendor.id}.odcs.json"
        target.write_text(json.dumps(_contract(data, vendor), indent=1))
    print(json.dumps({"contracts": len(VENDORS)}))


def _contract(data: Path, vendor: Vendor) -> dict[str, Any]:
    asked, file = rules(vendor), flat_file(data, vendor)
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": vendor.id,
        "name": vendor.id,
        "version": "1.0.0",
        "status": "active",
        "servers": [{"server": "drop", "type": "local", "path": str(file), "format": "parquet"}],
        "schema": [
            {
                "name": vendor.id,
                "logicalType": "object",
                "properties": [_property(field, asked) for field in pq.read_schema(file)],
                "quality": [_query(vendor.id, name, where) for name, where in _row_rules(asked)],
            }
        ],
    }


def _property(field: pa.Field, asked: Rules) -> dict[str, Any]:
    found: dict[str, Any] = {"name": field.name, "logicalType": _logical(field.type)}
    options: dict[str, Any] = {}
    if field.name in asked.said:
        options["pattern"] = r"\S"
    if field.name in asked.forms:
        options["pattern"] = asked.forms[field.name]
    if field.name in asked.ranges and found["logicalType"] in ("integer", "number"):
        options["minimum"], options["maximum"] = asked.ranges[field.name]
    if field.name in asked.sets:
        found["quality"] = [
            {
                "type": "library",
                "metric": "invalidValues",
                "arguments": {"validValues": list(asked.sets[field.name])},
                "mustBe": 0,
            }
        ]
    return (
        found
        | ({"logicalTypeOptions": options} if options else {})
        | ({"unique": True} if field.name in asked.unique else {})
    )


def _logical(kind: pa.DataType) -> str:
    return "timestamp" if pa.types.is_timestamp(kind) else _TYPES.get(kind, "string")


def _row_rules(asked: Rules) -> list[tuple[str, str]]:
    """What takes SQL: ranges of moments, and columns compared with each other."""
    moments = [(name, *ends) for name, ends in asked.ranges.items() if name.endswith("_at")]
    return [
        *((f"{name}_in_week", f"{name} NOT BETWEEN '{low}' AND '{high}'") for name, low, high in moments),
        *((f"{one}_differs", f"{one} = {other}") for one, other in asked.differ),
        *((f"{early}_first", f"{early} > {late}") for early, late in asked.ordered),
        ("said_once", ", ".join(asked.unique_together)),
    ]


def _query(table: str, name: str, where: str) -> dict[str, Any]:
    query = f"SELECT COUNT(*) FROM {table} WHERE {where}"  # noqa: S608 (names of our own)
    if name == "said_once":
        query = f"SELECT COUNT(*) FROM (SELECT 1 FROM {table} GROUP BY {where} HAVING COUNT(*) > 1)"  # noqa: S608
    return {"type": "sql", "name": name, "query": query, "mustBe": 0}


if __name__ == "__main__":
    main(*sys.argv[1:])
