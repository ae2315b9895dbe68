"""Fates: kept or discarded, counted by reason and by file."""

import polars as pl

from quality.gates.fates import count_reasons, part
from quality.gates.record.judging import Gated
from rampart.records.identity import record_keys
from rampart.records.reasons import mask_of
from tests.quality.gates.delivered import record, table

BOTH = mask_of(["too_fast", "exact_duplicate"])
RECORDS = table(record(1), record(2, source_file="b.jsonl"), record(3), record(4, source_file="b.jsonl"))
FATES = part(
    RECORDS,
    Gated(
        pl.Series("mask", [0, BOTH, mask_of(["too_fast"]), 0], pl.UInt64),
        record_keys(pl.DataFrame(pl.from_arrow(RECORDS))),
        pl.Series("flags", [0] * 4, dtype=pl.UInt64),
    ),
)


def test_each_row_goes_one_way_with_its_reasons_in_waterfall_order() -> None:
    assert FATES.accepted["record_id"].to_pylist() == ["r1", "r4"]
    assert FATES.discarded["record_id"].to_pylist() == ["r2", "r3"]
    assert FATES.discarded["reasons"].to_pylist() == [["exact_duplicate", "too_fast"], ["too_fast"]]
    assert FATES.keys["record_id"].to_pylist() == ["r1", "r4"]


def test_a_reason_is_counted_as_the_first_and_as_any() -> None:
    assert count_reasons(FATES.discarded) == {"exact_duplicate": (1, 1), "too_fast": (1, 2)}
    assert count_reasons(FATES.discarded.slice(0, 0)) == {}
