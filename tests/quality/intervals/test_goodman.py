"""Goodman's simultaneous intervals are statsmodels' and cover all shares at once."""

import numpy as np
import pytest
from statsmodels.stats.proportion import multinomial_proportions_confint

from quality.intervals.goodman import simultaneous
from quality.intervals.wilson import wilson


@pytest.mark.parametrize("counts", [[56, 72, 73, 59, 62, 87, 58], [1, 9], [300, 200, 100], [7, 1, 2]])
def test_the_intervals_are_statsmodels_intervals(counts: list[int]) -> None:
    expected = multinomial_proportions_confint(counts, alpha=0.05, method="goodman")
    assert simultaneous(counts, sum(counts)) == pytest.approx(expected)


def test_one_share_alone_has_wilsons_interval() -> None:
    assert simultaneous([10], 10)[0] == pytest.approx(wilson(1.0, 10))


def test_fewer_independent_rows_widen_every_interval() -> None:
    all_rows, a_third = simultaneous([30, 60], 90), simultaneous([30, 60], 30)
    assert (a_third[:, 0] < all_rows[:, 0]).all()
    assert (a_third[:, 1] > all_rows[:, 1]).all()


def test_all_shares_are_covered_at_once_in_at_least_the_nominal_rate_of_draws() -> None:
    shares = np.array([0.5, 0.3, 0.15, 0.05])
    drawn = np.random.default_rng(3).multinomial(200, shares, 1000)
    bounds = np.array([simultaneous(counts, 200) for counts in drawn])
    covered = ((bounds[:, :, 0] <= shares) & (shares <= bounds[:, :, 1])).all(axis=1).mean()
    assert covered >= 0.94
