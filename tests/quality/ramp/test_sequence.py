"""A confidence sequence holds at every look at once, whatever the rate does from week to week."""

from math import exp, log, log1p

import numpy as np
import pytest

from quality.ramp.sequence import confidence_sequence
from simulator.ramps import LLAMA2_WEEKS

WEEKS = range(1, 15)
TILTS = [0.003 * 1000 ** (step / 39) for step in range(40)]


def mixture(rate: float, discarded: int, readable: int, tilts: list[float]) -> float:
    """The definition, tilt by tilt."""
    return sum(exp(t * discarded - readable * log1p(rate * (exp(t) - 1))) for t in tilts) / len(tilts)


def test_the_interval_is_where_the_mixture_of_martingales_stays_below_twenty() -> None:
    (look,) = confidence_sequence([1], [400], [60]).looks
    both = [*TILTS, *(-tilt for tilt in TILTS)]
    assert mixture(look.low, 60, 400, both) == pytest.approx(20, rel=1e-6)
    assert mixture(look.high, 60, 400, both) == pytest.approx(20, rel=1e-6)
    assert mixture(0.15, 60, 400, both) < 20


def test_the_e_value_multiplies_each_week_against_its_own_ceiling() -> None:
    look = confidence_sequence([1, 2], [200, 300], [80, 60], [0.35, 0.15]).looks[1]
    expected = sum(
        exp(t * 140 - 200 * log1p(0.35 * (exp(t) - 1)) - 300 * log1p(0.15 * (exp(t) - 1))) for t in TILTS
    )
    assert look.e_value == pytest.approx(expected / 40, rel=1e-9)


def test_it_is_narrower_than_the_bound_that_knows_no_more_than_that_rates_are_shares() -> None:
    # Two-sided normal mixture of Howard et al. 2021 with variance 1/4, tuned to this very n.
    n, alpha = 5000, 0.05
    rho = n / 4 / (2 * log(1 / alpha) + log(1 + 2 * log(1 / alpha)))
    half = ((n / 4 + rho) * log((n / 4 + rho) / (rho * alpha**2))) ** 0.5 / n
    (look,) = confidence_sequence([1], [n], [250]).looks
    assert look.high - look.low < 2 * half


@pytest.mark.parametrize("volumes", [LLAMA2_WEEKS, (100,) * 14])
@pytest.mark.parametrize("learning", [False, True])
def test_in_at_most_one_of_twenty_contracts_any_of_14_looks_is_wrong(
    volumes: tuple[int, ...], learning: bool
) -> None:
    rng = np.random.default_rng(3)
    rates = 0.35 * np.arange(1, 15) ** -0.6 if learning else np.full(14, 0.15)
    means = np.cumsum(np.array(volumes) * rates) / np.cumsum(volumes)
    wrong = alarms = 0
    for _ in range(100):
        found = confidence_sequence(WEEKS, volumes, rng.binomial(volumes, rates).tolist(), rates.tolist())
        wrong += any(not x.low <= mean <= x.high for x, mean in zip(found.looks, means, strict=True))
        alarms += found.breached_in is not None
    assert wrong <= 5 and alarms <= 5


def test_a_95_percent_interval_taken_every_week_is_wrong_far_more_often() -> None:
    rng = np.random.default_rng(4)
    volumes = np.full(14, 1000)
    totals = np.cumsum(rng.binomial(volumes, 0.15, (400, 14)), axis=1)
    n = np.cumsum(volumes)
    outside = np.abs(totals / n - 0.15) > 1.96 * np.sqrt(0.15 * 0.85 / n)
    assert outside.any(axis=1).mean() > 0.15


def test_a_vendor_over_its_ceiling_is_found_out_and_the_week_is_named() -> None:
    found = confidence_sequence([1, 2, 3, 4], [1000] * 4, [150, 190, 200, 200], [0.15] * 4)
    assert found.breached_in == 3
    last = found.looks[-1]
    assert last.p_value is not None and last.p_value < 0.05
    # Once passed it stays passed: later weeks within the ceiling take nothing back.
    later = confidence_sequence(range(1, 7), [1000] * 6, [150, 190, 200, 200, 90, 90], [0.15] * 6)
    assert later.breached_in == 3
    assert later.looks[-1].p_value == last.p_value


def test_weeks_without_readable_records_are_not_looks() -> None:
    found = confidence_sequence([1, 2, 3], [0, 100, 0], [0, 0, 0], [0.1] * 3)
    assert [look.week for look in found.looks] == [2]
    assert found.looks[0].low == 0.0
    (everything,) = confidence_sequence([1], [100], [100]).looks
    assert (everything.high, everything.e_value, everything.p_value) == (1.0, None, None)


def test_bursts_widen_the_interval_by_the_design_effect_given() -> None:
    (alone,) = confidence_sequence([1], [1000], [150]).looks
    (bursts,) = confidence_sequence([1], [4000], [600], design_effect=4.0).looks
    assert (bursts.low, bursts.high) == pytest.approx((alone.low, alone.high))


@pytest.mark.parametrize(
    ("readable", "discarded", "design_effect"), [([10], [11], 1.0), ([10, 10], [1], 1.0), ([10], [1], 0.5)]
)
def test_counts_that_do_not_go_together_are_refused(
    readable: list[int], discarded: list[int], design_effect: float
) -> None:
    with pytest.raises(ValueError, match="do not go together"):
        confidence_sequence([1], readable, discarded, design_effect=design_effect)
