"""A season of the demonstration's three vendors through landing, gates and blocking audits, without books."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pyarrow as pa

from contracts.load import load_contract
from contracts.model import Contract
from quality.annotators.pace import pace
from quality.audits import length, position
from quality.gates.record.gate import References
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from quality.ramp.discard import discard_verdict
from rampart.delivery.canonicalise import canonicalise
from rampart.delivery.landing import Landed, land
from rampart.delivery.open_store import open_store
from rampart.delivery.work_orders import issued, read_work_order
from rampart.records.comparisons import comparisons
from rampart.records.identity import KEYS
from rampart.retrain.snapshot import BatchData
from simulator import DEMO_CONTRACTS, World, write_week
from simulator.against_chance import Delivered
from simulator.world import PROGRAM, WEEKS

KEY = b"the benchmark of gated and random"


def season(world: World) -> tuple[Delivered, ...]:
    """Six weeks of three vendors, judged in order; of a held or rejected batch nothing is kept."""
    with TemporaryDirectory(prefix="rampart-gated-") as folder:
        return tuple(_weeks(world, Path(folder)))


def _weeks(world: World, root: Path) -> Iterator[Delivered]:
    contracts = [load_contract(path) for path in DEMO_CONTRACTS]
    store, drop = open_store(str(root / "store")), open_store(str(root / "drop"))
    seen: dict[str, list[pl.DataFrame]] = {contract.contract_id: [] for contract in contracts}
    for week in range(1, WEEKS + 1):
        write_week(world, week, root / "drop", root / "orders")
        order = (root / "orders" / PROGRAM / f"week-{week:02d}.jsonl").read_bytes()
        references = References(issued(read_work_order(order, "order")))
        for contract in contracts:
            landed = land(drop, contract.inbox(week), contract, week, store)
            if not isinstance(landed, Landed):
                raise AssertionError(f"{contract.contract_id} week {week} did not land")
            records = canonicalise(landed, contract, store, KEY).records
            earlier = Earlier(
                _joined(seen[contract.contract_id]), _joined([one for keys in seen.values() for one in keys])
            )
            gated = gate_records(records, contract, week, earlier, references)
            kept = gated.masks.to_numpy() == 0
            held_by = _held_by(records, kept, contract, week)
            if held_by != "discard_rate":
                seen[contract.contract_id].append(gated.keys.filter(pl.Series(kept)))
            yield Delivered(_batch(contract, week, records), kept & (not held_by))


def _held_by(records: pa.Table, kept: Sequence[bool], contract: Contract, week: int) -> str:
    """The clause that keeps the batch out of training; empty where none does."""
    lost, ceiling = int((~np.asarray(kept)).sum()), contract.phase(week).discard_ceiling
    rate = discard_verdict(
        lost, len(kept), ceiling, confidence=contract.ramp.confidence, consequence="reject", clause="-"
    )
    kept_records = records.filter(pa.array(kept))
    frame = comparisons(kept_records, contract.annotation.aggregation)
    found = {
        "discard_rate": rate.status,
        "audits.pace": pace(kept_records, contract.audits.pace).status,
        "audits.length": length.audit(frame, contract.audits.length).status,
        "audits.position": position.audit(frame, contract.audits.position).status,
    }
    return next((name for name, status in found.items() if status == "fail"), "")


def _joined(keys: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=KEYS), *keys])


def _batch(contract: Contract, week: int, records: pa.Table) -> BatchData:
    return BatchData(
        contract.contract_id,
        week,
        1,
        contract.digest,
        contract.annotation.aggregation,
        contract.annotation.scheme,
        records,
        contract.vendor.id,
        contract.term.week_start(week).date(),
    )
