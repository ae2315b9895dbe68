"""A lasting change of the discard rate is told from learning, and its week is named."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import special

from quality.ramp.change import change_point
from simulator.ramps import LLAMA2_WEEKS, simulated_contract

WEEKS = np.arange(1, 9)
COLUMNS = ("week", "readable", "discarded")
VOLUMES = np.array([500, 1000, 2000, 4000, 6000, 6000, 6000, 6000])


def discards(rng: np.random.Generator, step: float = 0.0, since: int = 99) -> list[int]:
    """A vendor that learns, with a week's ordinary own, and a step from week `since` on."""
    logits = -0.7 - 0.6 * np.log(WEEKS) + rng.normal(0, 0.12, len(WEEKS)) + step * (since <= WEEKS)
    return [int(count) for count in rng.binomial(VOLUMES, special.expit(logits))]


def test_step_and_p_value_rest_on_weighted_least_squares_as_statsmodels_does_it() -> None:
    counts = np.array(discards(np.random.default_rng(0), step=1.0, since=5))
    found = change_point(WEEKS.tolist(), VOLUMES.tolist(), counts.tolist())
    logits = np.log((counts + 0.5) / (VOLUMES - counts + 0.5))
    weights = 1 / (1 / (counts + 0.5) + 1 / (VOLUMES - counts + 0.5) + 0.15**2)
    fits = {
        tau: sm.WLS(
            logits,
            np.column_stack([np.ones(8), np.log(WEEKS), np.exp(-(WEEKS - 1) / 2), tau <= WEEKS]),
            weights=weights,
        ).fit(cov_type="fixed scale", cov_kwds={"scale": 1.0})
        for tau in WEEKS[2:]
    }
    scaled = {
        tau: fit.params[3] ** 2 / fit.cov_params()[3, 3] / max(1.0, fit.ssr / 4) for tau, fit in fits.items()
    }
    best = max(scaled, key=lambda tau: scaled[tau])
    assert found.week == best == 5
    assert found.step == pytest.approx(fits[best].params[3])
    assert found.low is not None and found.high is not None
    half = 1.96 * abs(fits[best].params[3]) / np.sqrt(scaled[best])
    assert (found.high - found.low) / 2 == pytest.approx(half)


def test_learning_alone_is_called_a_change_in_about_one_contract_of_twenty() -> None:
    rng = np.random.default_rng(1)
    called = [change_point(WEEKS.tolist(), VOLUMES.tolist(), discards(rng)).changed for _ in range(300)]
    assert 0.0 < np.mean(np.array(called, dtype=float)) < 0.08


def test_learning_to_a_floor_over_14_weeks_is_not_called_a_change() -> None:
    rng = np.random.default_rng(4)
    called = []
    for _ in range(150):
        counts = simulated_contract(rng, "floor", LLAMA2_WEEKS, vendors=1).counts
        called.append(change_point(*(counts[name].to_list() for name in COLUMNS)).changed)
    assert np.mean(np.array(called, dtype=float)) < 0.10


def test_a_step_of_a_logit_is_mostly_found_and_its_week_named() -> None:
    rng = np.random.default_rng(2)
    found = [
        change_point(WEEKS.tolist(), VOLUMES.tolist(), discards(rng, step=1.0, since=5)) for _ in range(100)
    ]
    named = [one.week for one in found if one.changed]
    assert len(named) >= 85
    assert np.mean(np.array(named) == 5) > 0.9


def test_the_reason_sets_the_rate_beside_the_one_that_was_to_be_expected() -> None:
    counts = discards(np.random.default_rng(3), step=1.2, since=6)
    found = change_point(WEEKS.tolist(), VOLUMES.tolist(), counts)
    assert found.changed and found.without is not None and found.share is not None
    assert found.share > 2 * found.without
    assert f"From week 6 on the discard rate is {found.share:.1%}" in found.reason


def test_fewer_than_five_weeks_cannot_tell_a_change_from_learning() -> None:
    found = change_point([1, 2, 3, 4, 5], [100, 100, 100, 100, 0], [50, 40, 30, 90, 0])
    assert (found.changed, found.week, found.p_value) == (None, None, None)
    assert "4 weeks" in found.reason
