"""Wilson's interval is statsmodels' one, also for weighted rows."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from quality.intervals.wilson import weighted_wilson, wilson


@pytest.mark.parametrize(("count", "n"), [(0, 5), (1, 10), (61, 263), (500, 1000), (7, 7)])
def test_the_interval_is_statsmodels_interval(count: int, n: int) -> None:
    assert wilson(count / n, n) == pytest.approx(proportion_confint(count, n, method="wilson"), abs=1e-12)


def test_the_worked_example_of_the_literature_comes_out() -> None:
    # 81 of 263: Newcombe 1998, Statistics in Medicine 17(8), table I, method 3.
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_an_interval_over_no_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="expected n > 0"):
        wilson(0.5, 0)


def test_equal_weights_of_any_size_count_every_row_once() -> None:
    wins = np.array([1, 1, 0, 1, 0, 0, 1, 0, 1, 1])
    assert weighted_wilson(wins, np.full(10, 1 / 6)) == pytest.approx((0.6, *wilson(0.6, 10)))


def test_unequal_weights_move_the_share_and_widen_the_interval() -> None:
    wins, weights = np.array([1, 0, 0, 0]), np.array([3.0, 1.0, 1.0, 1.0])
    share, low, high = weighted_wilson(wins, weights)
    assert share == 0.5
    assert (low, high) == pytest.approx(wilson(0.5, 3))  # (3+1+1+1)² / (9+1+1+1)
