"""Learning curves of a programme's vendors: partial pooling, averaged over shapes and spreads."""

from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import integrate, special, stats

from quality.ramp.learning import learning_curves

# (learning ends?, tau_a, tau_b, delta, sigma), as the docstring says.
GRID = list(product((0.0, 1.0), (0.25, 0.8), (0.12, 0.4), (0.04, 0.17), (0.05, 0.17)))


def counts(*rows: tuple[str, int, int, int]) -> pl.DataFrame:
    """(vendor, week, readable, discarded) rows."""
    return pl.DataFrame(rows, schema=["vendor", "week", "readable", "discarded"], orient="row")


def test_one_week_s_posterior_is_what_numerical_integration_finds() -> None:
    curves = learning_curves(counts(("a", 1, 200, 50)))
    evidence, means = [], []
    for _, tau_a, _, _, sigma in GRID:  # in week 1 neither curve nor walk has begun
        prior = stats.norm(-1.0, np.sqrt(1.0 + tau_a**2 + sigma**2))

        def density(logit: float, prior: Any = prior) -> float:
            return float(stats.binom.pmf(50, 200, special.expit(logit)) * prior.pdf(logit))

        mass = integrate.quad(density, -3, 1)[0]
        evidence.append(mass)
        means.append(integrate.quad(lambda x, f=density: special.expit(x) * f(x), -3, 1)[0] / mass)
    weights = np.array(evidence) / sum(evidence)
    assert curves.weights == pytest.approx(weights, rel=0.02)
    drawn = curves.draw("a", [1], 20_000, np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(float(weights @ means), abs=0.002)


def test_two_weeks_evidence_is_what_a_fine_grid_over_both_logits_finds() -> None:
    curves = learning_curves(counts(("a", 1, 300, 120), ("a", 3, 500, 60)))
    axis = np.linspace(-4, 2, 601)
    first, second = np.meshgrid(axis, axis, indexing="ij")
    seen = stats.binom.logpmf(120, 300, special.expit(first)) + stats.binom.logpmf(
        60, 500, special.expit(second)
    )
    evidence = []
    for ends, tau_a, tau_b, step, sigma in GRID:
        f = np.array([0.0, 2 * (1 - np.exp(-1.0)) if ends else np.log(3)])
        covariance = (1 + tau_a**2) + (0.4**2 + tau_b**2) * np.outer(f, f) + sigma**2 * np.eye(2)
        covariance[1, 1] += 2 * step**2
        prior = stats.multivariate_normal(-1.0 - 0.6 * f, covariance)
        evidence.append(np.exp(seen + prior.logpdf(np.dstack([first, second]))).sum())
    assert curves.weights == pytest.approx(np.array(evidence) / sum(evidence), rel=0.03)


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
    assert curves.weights == pytest.approx(np.full(len(GRID), 1 / len(GRID)))
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
        ).learning_ends
        for rates in (ended, going)
    ]
    assert found[0] > 0.9
    assert found[1] < 0.1


def test_everything_and_nothing_discarded_still_give_curves() -> None:
    drawn = learning_curves(counts(("a", 1, 100, 100), ("a", 2, 100, 0))).draw(
        "a", [3], 100, np.random.default_rng(5)
    )
    assert ((drawn > 0) & (drawn < 1)).all()


@pytest.mark.parametrize("rows", [[("a", 1, 10, 1), ("a", 1, 10, 1)], [("a", 1, 10, 11)]])
def test_a_week_given_twice_and_impossible_counts_are_refused(rows: list[tuple[str, int, int, int]]) -> None:
    with pytest.raises(ValueError, match="one row a vendor and week"):
        learning_curves(counts(*rows))
