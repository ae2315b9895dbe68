"""What a week is held against while a vendor learns."""

import numpy as np
import polars as pl
import pytest

from quality.ramp.control_chart import laney_chart
from quality.ramp.expected import expected_rates
from simulator.ramps import KINDS, STANDARD_WEEKS, simulated_contract
from tests.quality.ramp.weeks import programme


def test_a_rate_is_expected_of_the_weeks_before_alone() -> None:
    counts = programme(a=[(1000, 300), (1000, 200), (1000, 150)])
    third = expected_rates(counts, "a", [3])
    changed = counts.with_columns(
        discarded=pl.when(pl.col("week") == 3).then(900).otherwise(pl.col("discarded"))
    )
    assert expected_rates(changed, "a", [3]) == third
    assert 0.10 < third[0] < 0.20


def test_of_a_first_week_only_what_is_believed_of_vendors_in_general_is_expected() -> None:
    assert expected_rates(programme(a=[(1000, 900)]), "a", [1])[0] == pytest.approx(0.27, abs=0.03)


def test_a_learning_vendor_s_weeks_are_in_line_with_it_and_not_with_the_overall_rate() -> None:
    rng = np.random.default_rng(20260407)
    before, overall = [], []
    for kind in KINDS[:3] * 12:
        counts = simulated_contract(rng, kind, STANDARD_WEEKS).counts
        own = counts.filter(vendor="vendor-1").sort("week")
        weeks, readable, discarded = (own[name].to_list() for name in ("week", "readable", "discarded"))
        expected = expected_rates(counts, "vendor-1", weeks[1:])
        before += [
            point.out for point in laney_chart(weeks[1:], readable[1:], discarded[1:], expected).points
        ]
        overall += [point.out for point in laney_chart(weeks, readable, discarded).points]
    assert np.mean(before) <= 0.03
    assert np.mean(overall) >= 0.04
