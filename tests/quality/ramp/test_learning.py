"""Learning curves of a programme's vendors: no cheat pulls them, averaged over shapes and steps."""

from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import integrate, special, stats

from quality.ramp.learning import (
    OWNS,
    SHAPES,
    SLOPE_SD,
    SLOPES,
    START_SD,
    STARTS,
    STEPS,
    learning_curves,
)

# (start, slope, shape, step, own), as the docstring says, and how likely each is beforehand.
GRID = list(product(STARTS, SLOPES, SHAPES, STEPS, OWNS))
BELIEVED = np.array(
    [STARTS[a] * SLOPES[b] * SHAPES[shape] * STEPS[step] * OWNS[own] for a, b, shape, step, own in GRID]
)
HONEST = (("honest", 1, 238, 107), ("honest", 2, 396, 150), ("honest", 3, 693, 187))
CHEAT = (("cheat", 1, 240, 12), ("cheat", 2, 400, 109), ("cheat", 3, 700, 455))


def counts(*rows: tuple[str, int, int, int]) -> pl.DataFrame:
    """(vendor, week, readable, discarded) rows."""
    return pl.DataFrame(rows, schema=["vendor", "week", "readable", "discarded"], orient="row")


def test_one_week_s_posterior_is_what_numerical_integration_finds() -> None:
    curves = learning_curves(counts(("a", 1, 200, 50)))
    found: dict[tuple[float, float], tuple[float, float]] = {}
    for start, own in product(STARTS, OWNS):  # in week 1 neither curve nor walk has begun
        prior = stats.norm(start, np.hypot(START_SD, own))

        def density(logit: float, prior: Any = prior) -> float:
            return float(stats.binom.pmf(50, 200, special.expit(logit)) * prior.pdf(logit))

        mass = integrate.quad(density, -3, 1)[0]
        mean = integrate.quad(lambda x, f=density: special.expit(x) * f(x), -3, 1)[0] / mass
        found[start, own] = mass, mean
    weights = BELIEVED * [found[start, own][0] for start, _, _, _, own in GRID]
    weights /= weights.sum()
    assert curves.weights("a") == pytest.approx(weights, rel=0.02)
    drawn = curves.draw("a", [1], 20_000, np.random.default_rng(0))
    means = [found[start, own][1] for start, _, _, _, own in GRID]
    assert drawn.mean() == pytest.approx(float(weights @ means), abs=0.002)


def test_two_weeks_evidence_is_what_a_fine_grid_over_both_logits_finds() -> None:
    curves = learning_curves(counts(("a", 1, 300, 120), ("a", 3, 500, 60)))
    axis = np.linspace(-4, 2, 301)
    first, second = np.meshgrid(axis, axis, indexing="ij")
    seen = stats.binom.logpmf(120, 300, special.expit(first)) + stats.binom.logpmf(
        60, 500, special.expit(second)
    )
    third = dict(
        zip(SHAPES, [np.log(3), *(2 * (1 - np.exp(-past)) for past in (1.0, 4 / 6, 4 / 16))], strict=True)
    )
    evidence = []
    for start, slope, shape, step, own in GRID:
        f = np.array([0.0, third[shape]])
        covariance = START_SD**2 + SLOPE_SD**2 * np.outer(f, f) + own**2 * np.eye(2)
        covariance[1, 1] += 2 * step**2
        prior = stats.multivariate_normal(start + slope * f, covariance)
        evidence.append(np.exp(seen + prior.logpdf(np.dstack([first, second]))).sum())
    weights = BELIEVED * evidence
    assert curves.weights("a") == pytest.approx(weights / weights.sum(), rel=0.04)


def test_a_cheat_s_jumps_hardly_move_an_honest_colleague_s_forecast() -> None:
    alone, beside = (
        learning_curves(counts(*rows)).draw("honest", [4], 8000, np.random.default_rng(6))[:, 0]
        for rows in (HONEST, HONEST + CHEAT)
    )
    quantiles = (0.1, 0.5, 0.9)
    assert np.quantile(beside, quantiles) == pytest.approx(np.quantile(alone, quantiles), abs=0.025)


def test_steps_to_come_have_long_tails_even_after_quiet_weeks() -> None:
    quiet = [("a", week, 20_000, k) for week, k in enumerate((6000, 4000, 3100, 2600, 2300, 2050), 1)]
    drawn = special.logit(learning_curves(counts(*quiet)).draw("a", [7], 20_000, np.random.default_rng(7)))
    middle, outer = (np.ptp(np.quantile(drawn, ends)) for ends in ((0.25, 0.75), (0.005, 0.995)))
    assert outer > 1.5 * middle * float(stats.norm.ppf(0.995) / stats.norm.ppf(0.75))


def test_a_vendor_with_few_records_is_drawn_towards_the_others() -> None:
    others = [(f"other-{at}", week, 2000, k) for at in range(4) for week, k in ((1, 200), (2, 130), (3, 100))]
    rng = np.random.default_rng(1)
    alone = learning_curves(counts(("new", 1, 20, 8))).draw("new", [1], 4000, rng).mean()
    among = learning_curves(counts(("new", 1, 20, 8), *others)).draw("new", [1], 4000, rng).mean()
    assert 0.10 < among < alone < 0.40


def test_a_vendor_never_seen_is_taken_for_one_like_the_others() -> None:
    others = [(f"other-{at}", week, 2000, k) for at in range(4) for week, k in ((1, 200), (2, 130), (3, 100))]
    curves = learning_curves(counts(*others))
    rng = np.random.default_rng(2)
    unseen, seen = (curves.draw(name, [4], 4000, rng)[:, 0] for name in ("unheard-of", "other-1"))
    assert np.median(unseen) == pytest.approx(np.median(seen), abs=0.02)
    assert unseen.std() > 2 * seen.std()


def test_without_a_single_week_what_is_left_is_the_prior() -> None:
    curves = learning_curves(counts(("a", 1, 0, 0)))
    assert curves.weights("a") == pytest.approx(BELIEVED)
    first = special.logit(curves.draw("a", [1], 20_000, np.random.default_rng(3)))
    assert first.mean() == pytest.approx(-1.0, abs=0.03)


def test_further_weeks_are_less_certain() -> None:
    curves = learning_curves(counts(("a", 1, 2000, 700), ("a", 2, 5000, 1300), ("a", 3, 9000, 1900)))
    drawn = special.logit(curves.draw("a", [3, 4, 6, 12], 4000, np.random.default_rng(4)))
    spreads = drawn.std(axis=0)
    assert (np.diff(spreads) > 0).all()


def test_learning_that_ended_is_told_from_learning_that_goes_on() -> None:
    weeks = np.arange(1, 15)
    ended = special.expit(-0.2 - 1.2 * (1 - np.exp(-(weeks - 1) / 2)))
    going = special.expit(-0.2 - 0.7 * np.log(weeks))
    found = [
        learning_curves(
            counts(*(("a", int(w), 50_000, round(50_000 * r)) for w, r in zip(weeks, rates, strict=True)))
        ).shape("a")["goes on"]
        for rates in (ended, going)
    ]
    assert found[0] < 0.1
    assert found[1] > 0.9


def test_everything_and_nothing_discarded_still_give_curves() -> None:
    drawn = learning_curves(counts(("a", 1, 100, 100), ("a", 2, 100, 0))).draw(
        "a", [3], 100, np.random.default_rng(5)
    )
    assert ((drawn > 0) & (drawn < 1)).all()


@pytest.mark.parametrize("rows", [[("a", 1, 10, 1), ("a", 1, 10, 1)], [("a", 1, 10, 11)]])
def test_a_week_given_twice_and_impossible_counts_are_refused(rows: list[tuple[str, int, int, int]]) -> None:
    with pytest.raises(ValueError, match="one row a vendor and week"):
        learning_curves(counts(*rows))
