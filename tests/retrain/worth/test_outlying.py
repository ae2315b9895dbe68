import numpy as np
import pytest
from scipy.stats import t as student
from statsmodels.stats.meta_analysis import combine_effects

from rampart.retrain.worth.outlying import against, outlying


def test_the_prediction_is_that_of_a_random_effects_meta_analysis() -> None:
    random = np.random.default_rng(3)
    means, errors = random.normal(0.8, 0.05, 7), random.uniform(0.01, 0.03, 7)
    pooled = combine_effects(means[1:], errors[1:] ** 2, method_re="chi2")
    spread = errors[0] ** 2 + pooled.tau2 + pooled.sd_eff_w_re**2
    mu, p = against(means, errors, 0)
    assert mu == pytest.approx(pooled.mean_effect_re)
    assert p == pytest.approx(student.cdf((means[0] - mu) / np.sqrt(spread), 5))


@pytest.mark.parametrize("spread", [0.0, 0.02, 0.2])
def test_seasons_without_a_bad_week_are_flagged_at_most_one_time_in_twenty(spread: float) -> None:
    random = np.random.default_rng(5)
    flagged = 0
    for _ in range(1_000):
        errors = random.uniform(0.015, 0.04, 6)
        found = outlying(random.normal(0.8, spread, 6) + random.normal(0, errors), errors)
        assert found is not None
        flagged += any(one.flagged for one in found)
    assert flagged / 1_000 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1_000)


def test_a_poisoned_week_is_flagged_and_no_other() -> None:
    found = outlying(
        np.array([0.78, 0.8, 0.79, 0.53, 0.81, 0.8]), np.array([0.04, 0.03, 0.02, 0.02, 0.02, 0.02])
    )
    assert found is not None
    assert [one.flagged for one in found] == [False, False, False, True, False, False]
    assert found[0].expected == pytest.approx(0.8, abs=0.01), "what is flagged does not say what to expect"


def test_two_bad_weeks_cannot_hide_each_other() -> None:
    means = np.array([0.78, 0.53, 0.79, 0.53, 0.81, 0.8])
    found = outlying(means, np.full(6, 0.02))
    assert found is not None
    assert [one.flagged for one in found] == [False, True, False, True, False, False]


def test_three_batches_cannot_be_told_apart() -> None:
    assert outlying(np.array([0.8, 0.8, 0.5]), np.full(3, 0.02)) is None
