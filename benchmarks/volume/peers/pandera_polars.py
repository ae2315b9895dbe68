"""pandera on polars: one schema a vendor, every check on every row.

python -m benchmarks.volume.peers.pandera_polars DATA
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl

from benchmarks.volume.peers.flat import Rules, flat_file, rules
from simulator.volume import VENDORS


def main(folder: str) -> None:
    """Read and validate every vendor's table; tells seconds, rows and checks that were not met."""
    began, rows, failed, checks = time.perf_counter(), 0, 0, 0
    for vendor in VENDORS:
        asked = rules(vendor)
        frame = pl.read_parquet(flat_file(Path(folder), vendor))
        rows, checks = rows + frame.height, checks + asked.count
        try:
            _schema(asked).validate(frame, lazy=True)
        except pa.errors.SchemaErrors as error:
            failed += len(error.schema_errors)
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "rows": rows, "checks": checks, "failed": failed}))


def _schema(asked: Rules) -> Any:
    checks: dict[str, list[Any]] = {}
    for name in asked.said:
        checks.setdefault(name, []).append(pa.Check.str_contains(r"\S"))
    for name, of in asked.sets.items():
        checks.setdefault(name, []).append(pa.Check.isin(list(of)))
    for name, (low, high) in asked.ranges.items():
        checks.setdefault(name, []).append(pa.Check.in_range(low, high))
    for name, form in asked.forms.items():
        checks.setdefault(name, []).append(pa.Check.str_matches(form))
    columns = {name: pa.Column(checks=each, unique=name in asked.unique) for name, each in checks.items()}
    across = [
        *(pa.Check(_differ(*pair)) for pair in asked.differ),
        *(pa.Check(_in_order(*pair)) for pair in asked.ordered),
    ]
    return pa.DataFrameSchema(columns, checks=across, unique=list(asked.unique_together))


def _differ(one: str, other: str) -> Any:
    return lambda data: data.lazyframe.select(pl.col(one) != pl.col(other))


def _in_order(earlier: str, later: str) -> Any:
    return lambda data: data.lazyframe.select(pl.col(earlier) <= pl.col(later))


if __name__ == "__main__":
    main(*sys.argv[1:])
