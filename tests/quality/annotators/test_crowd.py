"""What is usual is found in spite of a few odd people, and its p-values are honest."""

import numpy as np
import pytest
from scipy import stats

from quality.annotators.crowd import Shares, crowd_of, shares_of
from quality.annotators.evidence import Missing, of_estimates, of_shares


def estimates(rng: np.random.Generator, spread: float, size: int = 60) -> tuple[np.ndarray, np.ndarray]:
    variances = rng.uniform(0.01, 0.2, size)
    return 1.0 + spread * rng.normal(size=size) + np.sqrt(variances) * rng.normal(size=size), variances


@pytest.mark.parametrize("spread", [0.0, 0.2, 0.5])
def test_mean_and_spread_are_found(spread: float) -> None:
    rng = np.random.default_rng(1)
    crowds = [crowd_of(*estimates(rng, spread)) for _ in range(200)]
    assert np.mean([each.mean for each in crowds]) == pytest.approx(1.0, abs=0.02)
    assert np.median([each.spread for each in crowds]) == pytest.approx(spread, abs=0.05)


def test_three_rogues_of_sixty_hardly_move_what_is_usual() -> None:
    rng = np.random.default_rng(2)
    honest, variances = estimates(rng, 0.2)
    rogue = honest.copy()
    rogue[:3] += 5.0
    one, other = crowd_of(honest, variances), crowd_of(rogue, variances)
    assert other.mean == pytest.approx(one.mean, abs=0.05)
    assert other.spread == pytest.approx(one.spread, abs=0.05)
    assert (other.p(rogue, variances)[:3] < 1e-4).all()


@pytest.mark.parametrize("spread", [0.0, 0.15, 0.4])
def test_honest_people_alarm_in_one_figure_of_twenty(spread: float) -> None:
    rng, found = np.random.default_rng(3), []
    for _ in range(300):
        each = estimates(rng, spread)
        found.append(crowd_of(*each).p(*each))
    assert 0.03 <= (np.concatenate(found) < 0.05).mean() <= 0.07


def test_against_the_mean_alone_one_honest_figure_of_four_would_alarm() -> None:
    rng, found = np.random.default_rng(8), []
    for _ in range(100):
        each, variances = estimates(rng, 0.4)
        found.append(2 * stats.norm.sf(np.abs(each - each.mean()) / np.sqrt(variances)))
    assert (np.concatenate(found) < 0.05).mean() == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize("strength", [8.0, 60.0, 1e9])
@pytest.mark.parametrize("tail", ["both", "low", "high"])
def test_honest_shares_alarm_in_one_figure_of_twenty(strength: float, tail: str) -> None:
    rng, found = np.random.default_rng(4), []
    for _ in range(200):
        tries = rng.integers(20, 200, 50).astype(float)
        hits = rng.binomial(tries.astype(int), rng.beta(0.7 * strength, 0.3 * strength, 50)).astype(float)
        found.append(shares_of(hits, tries).p(hits, tries, tail))  # type: ignore[arg-type]
    assert 0.03 <= (np.concatenate(found) < 0.05).mean() <= 0.07


@pytest.mark.parametrize(("alpha", "beta"), [(3.0, 1.0), (0.4, 7.0), (2e5, 9e5)])
def test_tails_of_shares_are_scipys_beta_binomial_with_half_the_point(alpha: float, beta: float) -> None:
    rng = np.random.default_rng(7)
    tries = rng.integers(1, 300, 40).astype(float)
    hits = np.floor(tries * rng.random(40))
    rho = 1 / (alpha + beta + 1)
    crowd = Shares(alpha / (alpha + beta), rho, 40)
    law = stats.betabinom(tries, alpha, beta)
    assert crowd.p(hits, tries, "low") == pytest.approx(law.cdf(hits) - law.pmf(hits) / 2, abs=1e-7)
    assert crowd.p(hits, tries, "high") == pytest.approx(law.sf(hits) + law.pmf(hits) / 2, abs=1e-7)


def test_the_share_of_little_work_is_drawn_to_the_crowds() -> None:
    hits, tries = np.array([80.0, 78.0, 83.0, 79.0, 70.0, 1.0]), np.array([100.0] * 5 + [4.0])
    mean, low, high = shares_of(hits, tries).shrunken(hits, tries)
    assert 0.7 < mean[5] < 0.81
    assert (low < mean).all()
    assert (mean < high).all()


def test_a_margin_makes_a_p_value_larger_and_none_leaves_it() -> None:
    rng = np.random.default_rng(5)
    each = estimates(rng, 0.2)
    crowd = crowd_of(*each)
    assert (crowd.p(*each, margin=0.2) >= crowd.p(*each)).all()
    hits, tries = rng.binomial(100, 0.5, 20).astype(float), np.full(20, 100.0)
    shares = shares_of(hits, tries)
    assert (shares.p(hits, tries, margin=0.05) >= shares.p(hits, tries) - 1e-12).all()


def test_a_share_that_all_have_is_no_evidence_against_anybody() -> None:
    tries = np.full(10, 50.0)
    for hits in (np.zeros(10), tries):
        found = shares_of(hits, tries)
        assert np.isfinite(found.p(hits, tries)).all()
        assert (found.p(hits, tries) > 0.05).all()


def test_people_who_do_not_differ_beyond_chance_have_no_spread() -> None:
    same, variances = np.full(30, 2.0), np.full(30, 0.5)
    crowd = crowd_of(same, variances)
    assert (crowd.mean, crowd.spread) == (2.0, 0.0)
    believed, sd = crowd.shrunken(same, variances)
    assert believed == pytest.approx(same)
    assert sd == pytest.approx(np.zeros(30))


def test_shrinking_is_what_the_normal_model_says() -> None:
    rng = np.random.default_rng(6)
    each = estimates(rng, 0.5)
    crowd = crowd_of(*each)
    believed, sd = crowd.shrunken(*each)
    # Two normals multiplied, by hand.
    precision = 1 / each[1] + 1 / crowd.spread**2
    assert believed == pytest.approx((each[0] / each[1] + crowd.mean / crowd.spread**2) / precision)
    assert sd == pytest.approx(np.sqrt(1 / precision))
    assert crowd.p(*each) == pytest.approx(2 * stats.t.sf(np.abs(crowd.z(*each)), 59))


def test_under_five_people_there_is_no_telling_what_is_usual() -> None:
    four = np.ones(4)
    shares = of_shares("first_side", list("abcd"), four, four * 30, tail="both")
    slopes = of_estimates(
        "runs", list("abcd"), four * 30, estimates=four, variances=four, tail="both", margin=0.1
    )
    for found in (shares, slopes):
        assert isinstance(found, Missing)
        assert found.field == "annotator_id"
