"""Our way: landing → canonical records → all record gates → Parquet, for every vendor's delivery.

python -m benchmarks.volume.walk DATA STORE [REASON ...]

The reasons are gates beyond the usual ones, priced apart. The last line tells seconds by stage, rows by fate,
and whether each row's fate is the one the truth asks for.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from contracts.model import Contract
from quality.gates.fates import Fates, part
from quality.gates.record.gate import References
from quality.gates.record.judging import gate_records
from quality.gates.record.registry import GATES
from quality.gates.record.repeats import Earlier
from rampart.delivery.canonicalise import canonicalise
from rampart.delivery.landing import land
from rampart.delivery.local_store import LocalStore
from rampart.delivery.tables import batch_prefix, publish_table
from simulator.volume import VENDORS, WEEK, Vendor, contract_of, read_truth, roster

KEY = b"a key for the benchmark"


class Stages:
    """Seconds by stage, over all deliveries."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Count what the block takes to stage `name`."""
        began = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began


def walk(
    data: Path, vendor: Vendor, priced: tuple[str, ...], store: LocalStore, stages: Stages
) -> dict[str, str]:
    """One delivery, from the drop to published tables; gives name → key."""
    contract, references = contract_of(vendor, 0, priced), References(roster=roster(vendor, KEY))
    with stages.timed("landing"):
        landed = land(LocalStore(data), contract.inbox(WEEK), contract, WEEK, store)
    with stages.timed("reading"):
        read = canonicalise(landed, contract, store, KEY)
    with stages.timed("gating"):
        fates: Fates = part(read.records, gate_records(read.records, contract, WEEK, Earlier(), references))
    with stages.timed("publishing"):
        tables = {
            "accepted": fates.accepted,
            "discarded": fates.discarded,
            "quarantined": read.quarantine,
            "keys": fates.keys,
        }
        prefix = batch_prefix(contract.contract_id, WEEK)
        return {name: publish_table(store, prefix, name, table) for name, table in tables.items()}


def main(folder: str, target: str, *reasons: str) -> None:
    """Walk all deliveries below `folder` into the store `target`, then compare them with the truth."""
    data, store, stages = Path(folder), LocalStore(Path(target)), Stages()
    contracts = {vendor.id: contract_of(vendor, 0, priced=reasons) for vendor in VENDORS}
    began = time.perf_counter()
    published = {vendor.id: walk(data, vendor, reasons, store, stages) for vendor in VENDORS}
    seconds = time.perf_counter() - began
    rows = dict.fromkeys(("accepted", "discarded", "quarantined"), 0)
    wrong = 0
    for vendor, keys in published.items():
        lines = {fate: _lines(Path(target) / keys[fate]) for fate in rows}
        rows = {fate: count + len(lines[fate]) for fate, count in rows.items()}
        wrong += _wrong(read_truth(data).filter(vendor=vendor), contracts[vendor], lines)
    told = {"seconds": seconds, "stages": stages.seconds, "rows": rows, "wrong": wrong}
    print(json.dumps(told))


def _lines(file: Path) -> pl.Series:
    return pl.read_parquet(file, columns=["source_line"])["source_line"]


def _wrong(truth: pl.DataFrame, contract: Contract, lines: dict[str, pl.Series]) -> int:
    """Rows whose fate is not the one the truth asks for."""
    asked = [gate.code for gate in GATES if gate.policy(contract) == "discard"]
    found = truth.with_columns(
        must=pl.col("reasons").list.set_intersection(asked).list.len() > 0,
        may=pl.col("also").list.set_intersection(asked).list.len() > 0,
    )
    readable = found.filter(pl.col("record_id").is_not_null())
    must = readable.filter("must")["line"]
    may = readable.filter(pl.col("must") | pl.col("may"))["line"]
    unreadable = found.filter(pl.col("record_id").is_null())["line"]
    missed = must.filter(~must.is_in(lines["discarded"].implode()))
    false = lines["discarded"].filter(~lines["discarded"].is_in(may.implode()))
    astray = set(unreadable) ^ set(lines["quarantined"])
    return len(missed) + len(false) + len(astray)


if __name__ == "__main__":
    main(*sys.argv[1:])
