"""The test of fit is scipy's where rows are many and exact where they are few; PSI is its formula."""

from itertools import product
from math import log

import numpy as np
import pytest
from scipy import stats

from quality.gates.batch.multinomial import goodness_of_fit, stability_index


def exact(counts: list[int], planned: list[float]) -> float:
    """The p-value by adding up every outcome that is at least as far from the plan."""
    n, expected = sum(counts), np.array(planned) * sum(counts)
    far = ((np.array(counts) - expected) ** 2 / expected).sum()
    total = 0.0
    for first, second in product(range(n + 1), repeat=2):
        third = n - first - second
        if third >= 0:
            drawn = np.array([first, second, third])
            if ((drawn - expected) ** 2 / expected).sum() >= far - 1e-9:
                total += stats.multinomial.pmf(drawn, n, planned)
    return total


def test_with_many_rows_it_is_pearsons_test() -> None:
    counts, planned = np.array([45.0, 35.0, 20.0]), np.array([0.4, 0.4, 0.2])
    assert goodness_of_fit(counts, planned) == stats.chisquare(counts, planned * 100).pvalue


@pytest.mark.parametrize("counts", [[5, 1, 0], [2, 2, 2], [0, 1, 7], [9, 2, 1]])
def test_with_few_rows_it_is_the_exact_test_up_to_what_the_draws_leave_open(counts: list[int]) -> None:
    planned = [0.5, 0.3, 0.2]
    found = goodness_of_fit(np.array(counts, dtype=float), np.array(planned))
    assert found == pytest.approx(exact(counts, planned), abs=0.02)


def test_what_is_planned_at_zero_cannot_be_there_by_chance() -> None:
    assert goodness_of_fit(np.array([99.0, 1.0]), np.array([1.0, 0.0])) == 0.0
    assert goodness_of_fit(np.array([50.0, 50.0, 0.0]), np.array([0.5, 0.5, 0.0])) == pytest.approx(1.0)


def test_equal_counts_give_equal_p_values() -> None:
    counts, planned = np.array([3.0, 1.0]), np.array([0.5, 0.5])
    assert goodness_of_fit(counts, planned) == goodness_of_fit(counts, planned)


def test_the_stability_index_adds_up_differences_times_log_ratios() -> None:
    expected = 0.1 * log(0.6 / 0.5) - 0.1 * log(0.4 / 0.5)
    assert stability_index(np.array([60.0, 40.0]), np.array([0.5, 0.5])) == pytest.approx(expected)
    assert stability_index(np.array([5.0, 5.0]), np.array([0.5, 0.5])) == 0


def test_an_empty_cell_counts_as_half_a_row() -> None:
    found = stability_index(np.array([100.0, 0.0]), np.array([0.9, 0.1]))
    assert found == pytest.approx(0.1 * log(1 / 0.9) + (0.005 - 0.1) * log(0.005 / 0.1))
