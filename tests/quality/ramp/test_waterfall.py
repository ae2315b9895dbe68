"""First reasons add up to what was discarded; all reasons are shown beside them."""

import polars as pl
import pytest

from quality.ramp.waterfall import waterfalls

COUNTS = pl.DataFrame(
    {"vendor": ["b", "a", "a"], "week": [1, 2, 1], "readable": [0, 50, 100], "discarded": [0, 0, 30]}
)
REASONS = pl.DataFrame(
    {
        "vendor": ["a", "a", "a"],
        "week": [1, 1, 1],
        "reason": ["too_fast", "missing_required_field", "label_outside_scheme"],
        "first": [5, 20, 5],
        "every": [25, 20, 8],
    }
)


def test_a_week_falls_from_readable_to_kept_in_the_registry_s_order() -> None:
    found = waterfalls(COUNTS, REASONS)[0]
    assert [(step.reason, step.first, step.every, step.left) for step in found.steps] == [
        ("missing_required_field", 20, 20, 80),
        ("label_outside_scheme", 5, 8, 75),
        ("too_fast", 5, 25, 70),
    ]
    assert found.kept == found.steps[-1].left == 70


def test_a_reason_hidden_behind_others_shows_in_all_reasons() -> None:
    too_fast = waterfalls(COUNTS, REASONS)[0].steps[-1]
    assert (too_fast.share, too_fast.every_share, too_fast.only_through_order) == (0.05, 0.25, 20)
    assert too_fast.low < 0.05 < too_fast.high


def test_weeks_come_in_order_and_those_without_readable_records_not_at_all() -> None:
    assert [(one.vendor, one.week) for one in waterfalls(COUNTS, REASONS)] == [("a", 1), ("a", 2)]
    assert waterfalls(COUNTS, REASONS)[1].steps == ()


def test_a_reason_the_registry_no_longer_has_comes_last() -> None:
    old = REASONS.with_columns(reason=pl.col("reason").replace("missing_required_field", "long_gone"))
    assert waterfalls(COUNTS, old)[0].steps[-1].reason == "long_gone"


@pytest.mark.parametrize("first", [[5, 20, 6], [26, 4, 0]])
def test_first_reasons_that_do_not_add_up_or_exceed_all_reasons_are_refused(first: list[int]) -> None:
    with pytest.raises(ValueError, match="exactly one first reason"):
        waterfalls(COUNTS, REASONS.with_columns(first=pl.Series(first)))


def test_reasons_of_an_unknown_week_are_refused() -> None:
    with pytest.raises(ValueError, match="no row of counts"):
        waterfalls(COUNTS, REASONS.with_columns(week=pl.lit(3)))
