"""Our way: landing → canonical records → all record gates → Parquet, for every vendor's delivery.

python -m benchmarks.volume.walk DATA STORE [REASON ...]

The reasons are gates beyond the usual ones, priced apart. The last line tells seconds by stage, rows by fate,
and how many rows have another fate than the truth asks for.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pyarrow.parquet as pq

from contracts.model import Contract
from quality.gates.comparing import compare, numbered
from quality.gates.pieces import Judging
from quality.gates.reading import read_and_judge
from quality.gates.record.gate import Asked, References
from quality.gates.record.registry import GATES
from quality.gates.record.repeats import Earlier
from rampart.delivery.judged_rows import publish_file, publish_parts
from rampart.delivery.landing import land
from rampart.delivery.local_store import LocalStore
from rampart.delivery.tables import batch_prefix, publish_table
from rampart.records.identity import KEYS
from simulator.volume import VENDORS, WEEK, Vendor, contract_of, read_truth, roster

KEY = b"a key for the benchmark"
FATES_OF = ("accepted", "discarded", "quarantined")


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


def walk(data: Path, judging: Judging, store: LocalStore, stages: Stages) -> dict[str, str]:
    """One delivery, from the drop to published tables, as the tasks of the weekly flow do it; name → key."""
    contract, workers = judging.contract, len(os.sched_getaffinity(0))
    nothing = numbered(pl.DataFrame(schema=KEYS))
    asked = Asked(contract, WEEK, judging.references)
    with TemporaryDirectory(dir=data, prefix="scratch-") as scratch:
        fates = Path(scratch) / "fates.parquet"
        with stages.timed("landing"):
            landed = land(LocalStore(data), contract.inbox(WEEK), contract, WEEK, store)
        with stages.timed("reading"):
            delivery = read_and_judge(landed, judging, store, Path(scratch), workers)
        with stages.timed("comparing"):
            compare(delivery, asked, Earlier(nothing, nothing), (), fates)
        with stages.timed("publishing"):
            prefix = batch_prefix(contract.contract_id, WEEK)
            return {
                "fates": publish_file(store, prefix, "fates", fates),
                "quarantined": publish_table(store, prefix, "quarantined", delivery.read.quarantine),
                **publish_parts(store, prefix, [room.records for room in delivery.rooms]),
            }


def main(folder: str, target: str, *reasons: str) -> None:
    """Walk all deliveries below `folder` into the store `target`, then compare them with the truth."""
    data, store, stages = Path(folder), LocalStore(Path(target)), Stages()
    judgings = {vendor.id: _judging(vendor, reasons) for vendor in VENDORS}
    began = time.perf_counter()
    published = {name: walk(data, judging, store, stages) for name, judging in judgings.items()}
    seconds = time.perf_counter() - began
    rows, wrong = dict.fromkeys(FATES_OF, 0), 0
    for name, keys in published.items():
        lines = _lines(Path(target), keys)
        rows = {fate: count + len(lines[fate]) for fate, count in rows.items()}
        wrong += _wrong(read_truth(data).filter(vendor=name), judgings[name].contract, lines)
    print(json.dumps({"seconds": seconds, "stages": stages.seconds, "rows": rows, "wrong": wrong}))


def _judging(vendor: Vendor, reasons: tuple[str, ...]) -> Judging:
    contract = contract_of(vendor, 0, reasons)
    return Judging(contract, WEEK, References(roster=roster(vendor, KEY)), KEY)


def _lines(store: Path, keys: dict[str, str]) -> dict[str, pl.Series]:
    """The lines of each fate."""
    fates = pl.read_parquet(store / keys["fates"], columns=["source_line", "reason_mask"])
    records = sum(pq.read_metadata(store / key).num_rows for name, key in keys.items() if name[:3] == "rec")
    if records != fates.height:
        raise RuntimeError(f"{records:,} records were published, but {fates.height:,} fates")
    return {
        "accepted": fates.filter(pl.col("reason_mask") == 0)["source_line"],
        "discarded": fates.filter(pl.col("reason_mask") != 0)["source_line"],
        "quarantined": pl.read_parquet(store / keys["quarantined"])["source_line"],
    }


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
