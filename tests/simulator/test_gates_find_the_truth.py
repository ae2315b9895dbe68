"""The product's own path reads the world: the gates discard what was spoilt, no more and no less."""

from pathlib import Path

import pytest

from contracts.load import load_contract
from quality.gates.record.gate import References
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.delivery.canonicalise import canonicalise
from rampart.delivery.landing import land
from rampart.delivery.open_store import open_store
from rampart.delivery.work_orders import issued, read_work_order
from rampart.records.reasons import reasons_of
from simulator import DEMO_CONTRACTS, truth
from simulator.faults import FAULTS
from simulator.roster import ROSTER
from tests.simulator.conftest import Demo

PATHS = {vendor.id: path for vendor, path in zip(ROSTER, DEMO_CONTRACTS, strict=True)}
# Faults that are whole schemes, not a row's slip, with a reason they earn without any earlier batch.
CHEATS = {"recycled": "response_not_issued", "copied": "response_not_issued", "stale": "response_not_issued"}


@pytest.mark.parametrize(
    ("vendor", "week"),
    [("alder", 1), ("alder", 3), ("birch", 1), ("cedar", 2), ("cedar", 3), ("cedar", 4), ("cedar", 5)],
)
def test_exactly_the_spoilt_rows_are_discarded(demo: Demo, tmp_path: Path, vendor: str, week: int) -> None:
    contract = load_contract(PATHS[vendor])
    store = open_store(str(tmp_path))
    landed = land(open_store(str(demo.drop)), contract.inbox(week), contract, week, store)
    canonical = canonicalise(landed, contract, store, b"a key of thirty-two bytes for it")
    order = read_work_order((demo.work_orders / f"rm-refresh/week-{week:02d}.jsonl").read_bytes(), "order")
    masks = gate_records(
        canonical.records, contract, week, Earlier(), References(issued(order))
    ).masks.to_list()

    rows = truth(demo.world, week).rows[vendor]
    readable = [row for row in rows if row.fault != "broken_line"]
    assert canonical.quarantine.num_rows == len(rows) - len(readable)
    assert canonical.records["record_id"].to_pylist() == [row.record_id for row in readable]
    for row, mask in zip(readable, masks, strict=True):
        codes = [reason.code for reason in reasons_of(mask)]
        assert bool(codes) == bool(row.fault), f"{row.record_id}: {row.fault or 'clean'} but {codes}"
        if row.fault:
            earned = CHEATS.get(row.fault) or FAULTS[row.fault].reason
            assert earned in codes, f"{row.record_id}: {row.fault} earned {codes}"
