from dataclasses import replace

import numpy as np
import pytest

from rampart.records.reasons import BY_CODE
from simulator import World
from simulator.faults import FAULTS, shared_out, spoilt, with_faults
from simulator.vendors import birch

CLEAN = [row for row in birch.deliver(World(seed=3, scale=0.2), 1) if not row.fault]


def test_every_fault_earns_a_registered_reason() -> None:
    assert {fault.reason for fault in FAULTS.values()} - {None} <= BY_CODE.keys()


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - {"broken_line"}))
def test_a_fault_changes_the_row_and_says_so(name: str) -> None:
    before = CLEAN[5]
    after = spoilt(before, name, CLEAN[2], 1, np.random.default_rng(0))
    assert after.fault == name
    assert {key for key in vars(before) if key != "fault" and getattr(before, key) != getattr(after, key)}, (
        "nothing else changed"
    )


def test_faults_come_in_exactly_the_counts_asked_for() -> None:
    counts = {"too_fast": 4, "duplicate_id": 3, "exact_duplicate": 2}
    rows = with_faults(np.random.default_rng(0), CLEAN, 1, counts)
    assert {name: sum(row.fault == name for row in rows) for name in counts} == counts
    assert sum(bool(row.fault) for row in rows) == 9
    assert not rows[0].fault


def test_duplicates_repeat_a_clean_row_that_stands_before_them() -> None:
    rows = with_faults(np.random.default_rng(1), CLEAN, 1, {"duplicate_id": 5, "too_fast": 5})
    for place, row in enumerate(rows):
        if row.fault == "duplicate_id":
            assert row.record_id in {earlier.record_id for earlier in rows[:place] if not earlier.fault}


@pytest.mark.parametrize("seed", range(20))
def test_a_clean_row_stands_first_even_behind_rows_that_are_faulty_already(seed: int) -> None:
    rows = [replace(CLEAN[0], fault="stale"), *CLEAN[1:4]]
    found = with_faults(np.random.default_rng(seed), rows, 1, {"duplicate_id": 2})
    assert [row.fault for row in found] == ["stale", "", "duplicate_id", "duplicate_id"]
    assert {row.record_id for row in found[1:]} == {CLEAN[1].record_id}


def test_more_faults_than_clean_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="3 faults asked for, but only 2 clean rows"):
        with_faults(np.random.default_rng(0), CLEAN[:3], 1, {"too_fast": 3})


def test_sharing_out_adds_up() -> None:
    assert shared_out(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert sum(shared_out(107, {"a": 20, "b": 3, "c": 7.5}).values()) == 107
