"""Discard rates of any grouping, each against the ceiling of its week."""

import polars as pl
import pytest

from quality.ramp.discard import probability_above
from quality.ramp.rates import rates

COUNTS = pl.DataFrame(
    {
        "vendor": ["a"] * 4,
        "week": [1, 1, 2, 2],
        "domain": ["code", "chat", "code", "chat"],
        "readable": [500, 500, 1000, 0],
        "discarded": [100, 65, 170, 0],
        "ceiling": [0.15, 0.15, 0.15, 0.15],
    }
)


def test_165_of_1000_at_a_ceiling_of_15_percent_is_likely_above_it_and_170_almost_surely() -> None:
    first, second = rates(COUNTS)
    assert (first.group, first.discarded, first.readable) == (("a", "1"), 165, 1000)
    assert first.above == pytest.approx(0.907, abs=0.001)
    assert second.above == pytest.approx(0.960, abs=0.001)


def test_a_week_is_taken_apart_by_domain() -> None:
    found = {one.group: one for one in rates(COUNTS, ("vendor", "week", "domain"))}
    code = found["a", "1", "code"]
    assert (code.share, code.above) == (0.2, probability_above(100, 500, 0.15))
    assert code.low is not None and code.high is not None and code.low < 0.2 < code.high


def test_a_group_without_readable_records_has_no_rate() -> None:
    empty = rates(COUNTS, ("week", "domain"))[2]
    assert (empty.group, empty.share, empty.low, empty.high, empty.above) == (("2", "chat"), *[None] * 4)


def test_weeks_under_different_ceilings_are_not_added_up() -> None:
    stepped = COUNTS.with_columns(ceiling=pl.when(pl.col("week") == 1).then(0.35).otherwise(0.15))
    with pytest.raises(ValueError, match="2 ceilings"):
        rates(stepped, ("vendor",))
    assert len(rates(stepped)) == 2
