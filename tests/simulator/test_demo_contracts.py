from pathlib import Path

import pytest

from contracts.load import load_contract
from simulator import DEMO_CONTRACTS
from simulator.faults import MIN_DURATION_S
from simulator.roster import ROSTER, Vendor
from simulator.world import PROGRAM, START, UNITS, WEEKS, checkpoint

PAIRS = list(zip(ROSTER, DEMO_CONTRACTS, strict=True))


@pytest.mark.parametrize(("vendor", "path"), PAIRS, ids=lambda value: getattr(value, "id", ""))
def test_contracts_and_world_agree(vendor: Vendor, path: Path) -> None:
    contract = load_contract(path)
    assert contract.active
    assert (contract.contract_id, contract.vendor.id) == (vendor.contract_id, vendor.id)
    assert (contract.program, contract.term.start, contract.term.weeks) == (PROGRAM, START, WEEKS)
    assert tuple(contract.week(week).units for week in range(1, WEEKS + 1)) == UNITS
    assert contract.inbox(3) == f"{vendor.id}/week-03"
    assert contract.delivery.rows.path == vendor.file
    assert contract.gates.min_duration_s == MIN_DURATION_S
    assert contract.on_policy.checkpoints == {week: (checkpoint(week),) for week in range(1, WEEKS + 1)}


def test_the_three_vendors_write_three_formats_and_three_label_schemes() -> None:
    contracts = [load_contract(path) for path in DEMO_CONTRACTS]
    assert {contract.delivery.rows.format for contract in contracts} == {"jsonl", "csv", "parquet"}
    assert {contract.annotation.scheme.kind for contract in contracts} == {"likert", "binary", "arena"}
