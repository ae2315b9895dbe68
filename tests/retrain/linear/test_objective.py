"""Each loss against its formula, its gradient against differences, its minimum against other code."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.optimize import check_grad, minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from statsmodels.base.model import GenericLikelihoodModel

from rampart.retrain.linear.objective import Comparisons, Fit, fit, loss_of

Floats = NDArray[np.float64]
Problem = tuple[sp.csr_array, Floats, Comparisons]


def compared(
    first: NDArray[np.int64], second: NDArray[np.int64], target: Floats, weight: Floats
) -> Comparisons:
    """Pairs without margins, a tie being half a win."""
    m = len(target)
    return Comparisons(first, second, target, weight, np.zeros(m), np.zeros(m, dtype=bool))


def problem(seed: int, n: int = 40, m: int = 120) -> Problem:
    """Random texts with 6 sparse and 3 dense features, and soft, weighted labels."""
    random = np.random.default_rng(seed)
    dense = random.normal(size=(n, 6)) * (random.random((n, 6)) < 0.5)
    first = random.integers(0, n, m)
    second = (first + random.integers(1, n, m)) % n
    target = random.choice([0.0, 0.5, 1.0, 0.8], m)
    pairs = compared(first, second, target, random.random(m))
    return sp.csr_array(dense), random.normal(size=(n, 3)), pairs


def with_margins(pairs: Comparisons) -> Comparisons:
    return replace(pairs, margin=np.linspace(0, 3, len(pairs.target)))


def with_ties(pairs: Comparisons) -> Comparisons:
    return replace(pairs, tied=pairs.target == 0.5)


def differences(counts: sp.csr_array, style: Floats, pairs: Comparisons) -> Floats:
    rows = np.hstack([counts.toarray(), style])
    return np.asarray(rows[pairs.first] - rows[pairs.second])


KINDS: dict[str, Callable[[Comparisons], Comparisons]] = {
    "plain": lambda pairs: pairs,
    "margins": with_margins,
    "ties": with_ties,
    "both": lambda pairs: with_ties(with_margins(pairs)),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("tie_theta", [1.7, None])
@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_is_that_of_the_loss(kind: str, tie_theta: float | None, seed: int) -> None:
    counts, style, pairs = problem(seed)
    objective = loss_of(counts, style, KINDS[kind](pairs), 2.0, tie_theta)
    at = np.random.default_rng(seed).normal(size=9)
    if tie_theta is None:
        at = np.append(at, 0.6)

    def loss(where: Floats) -> float:
        return objective(where)[0]

    def gradient(where: Floats) -> Floats:
        return objective(where)[1]

    assert check_grad(loss, gradient, at) < 1e-6


def test_the_loss_is_the_formula_written_out() -> None:
    counts, style, pairs = problem(1)
    theta = np.linspace(-1, 1, 9)
    p = expit(differences(counts, style, pairs) @ theta)
    summed = -(pairs.weight * (pairs.target * np.log(p) + (1 - pairs.target) * np.log(1 - p))).sum()
    expected = (summed + 2.0 / 2 * (theta**2).sum()) / pairs.weight.sum()
    assert loss_of(counts, style, pairs, 2.0)(theta)[0] == pytest.approx(expected, rel=1e-12)


def test_with_margins_the_loss_is_llama_2s_equation() -> None:
    counts, style, pairs = problem(1)
    strict = replace(with_margins(pairs), target=np.round(pairs.target))
    theta = np.linspace(-1, 1, 9)
    d = differences(counts, style, strict) @ theta
    lead = np.where(strict.target == 1, d, -d)  # r(chosen) - r(rejected)
    summed = -(strict.weight * np.log(expit(lead - strict.margin))).sum()
    expected = (summed + 2.0 / 2 * (theta**2).sum()) / strict.weight.sum()
    assert loss_of(counts, style, strict, 2.0)(theta)[0] == pytest.approx(expected, rel=1e-12)


def rao_kupper(d: Floats, tie_theta: float) -> tuple[Floats, Floats, Floats]:
    """P(first), P(second), P(tie) in the paper's own terms: worths π and θ."""
    one, other = np.exp(d), np.ones(len(d))
    first, second = one / (one + tie_theta * other), other / (other + tie_theta * one)
    tie = (tie_theta**2 - 1) * one * other / ((one + tie_theta * other) * (tie_theta * one + other))
    return first, second, tie


def test_rao_and_kuppers_probabilities_are_those_of_the_paper_and_sum_to_one() -> None:
    counts, style, pairs = problem(2)
    pairs = with_ties(replace(pairs, target=np.where(pairs.target == 0.8, 1.0, pairs.target)))
    theta = np.linspace(-1, 1, 9)
    first, second, tie = rao_kupper(differences(counts, style, pairs) @ theta, 1.5)
    np.testing.assert_allclose(first + second + tie, 1)
    said = np.where(pairs.target == 1, first, np.where(pairs.target == 0, second, tie))
    expected = -(pairs.weight * np.log(said)).sum() / pairs.weight.sum()
    assert loss_of(counts, style, pairs, 0.0, 1.5)(theta)[0] == pytest.approx(expected, rel=1e-12)


def fitted(found: Problem, l2: float, tie_theta: float | None = None) -> Fit:
    return fit(*found, l2=l2, max_iterations=1_000, tie_theta=tie_theta)


def test_logistic_regression_on_differences_finds_the_same_weights() -> None:
    counts, style, pairs = problem(7)
    found = fitted((counts, style, pairs), 0.5)
    x = differences(counts, style, pairs)
    # A soft label is two rows, one for each outcome, that share the weight.
    rows, labels = np.vstack([x, x]), np.repeat([1, 0], len(x))
    shares = np.concatenate([pairs.weight * pairs.target, pairs.weight * (1 - pairs.target)])
    oracle = LogisticRegression(C=1 / 0.5, fit_intercept=False, tol=1e-10, max_iter=5_000)
    oracle.fit(rows, labels, sample_weight=shares)
    assert found.converged
    np.testing.assert_allclose(found.theta, oracle.coef_[0], atol=1e-3)


def test_margins_are_an_offset_of_a_logistic_regression() -> None:
    counts, style, pairs = problem(7)
    pairs = replace(with_margins(pairs), target=np.round(pairs.target))
    x = differences(counts, style, pairs)
    chosen = np.where(pairs.target == 1, 1.0, -1.0)[:, None] * x
    oracle = sm.GLM(
        np.ones(len(x)), chosen, sm.families.Binomial(), offset=-pairs.margin, freq_weights=pairs.weight
    )
    found = fitted((counts, style, pairs), 1e-9)
    np.testing.assert_allclose(found.theta, oracle.fit(tol=1e-12).params, atol=2e-3)


class RaoKupper(GenericLikelihoodModel):  # type: ignore[misc]  # statsmodels publishes no types
    """The model as a generic maximum-likelihood fit; the last parameter is ln θ."""

    def loglikeobs(self, params: Floats) -> Floats:
        first, second, tie = rao_kupper(self.exog @ params[:-1], float(np.exp(params[-1])))
        return np.log(np.where(self.endog == 1, first, np.where(self.endog == 0, second, tie)))


@pytest.mark.filterwarnings("ignore:df_model")  # it cannot tell how many parameters a likelihood has
def test_a_generic_maximum_likelihood_fit_finds_the_same_weights_and_ties() -> None:
    counts, style, pairs = problem(5, m=400)
    target = np.where(pairs.target == 0.8, 1.0, pairs.target)
    pairs = with_ties(replace(pairs, target=target, weight=np.ones(len(target))))
    x = differences(counts, style, pairs)
    oracle = RaoKupper(target, x, extra_params_names=["tie"]).fit(
        start_params=np.append(np.zeros(9), 0.5), method="bfgs", gtol=1e-8, maxiter=2_000, disp=False
    )
    found = fitted((counts, style, pairs), 1e-9)
    np.testing.assert_allclose(found.theta, oracle.params[:-1], atol=2e-3)
    assert np.log(found.tie_theta) == pytest.approx(oracle.params[-1], abs=2e-3)


def one_feature(
    targets: list[float],
    weights: list[float],
    *,
    margin: float = 0.0,
    ties: bool = False,
    tie_theta: float | None = None,
) -> Fit:
    """A fit of a feature that only the first text of every pair has, almost without penalty."""
    m = len(targets)
    first = np.zeros(m, dtype=np.int64)
    pairs = compared(first, first + 1, np.array(targets), np.array(weights))
    pairs = replace(pairs, margin=np.full(m, margin), tied=np.array(targets) == 0.5 if ties else pairs.tied)
    return fitted((sp.csr_array(np.array([[1.0], [0.0]])), np.zeros((2, 0)), pairs), 1e-9, tie_theta)


def test_two_texts_with_ties_are_fitted_to_the_shares_that_were_seen() -> None:
    found = one_feature([1.0, 0.5, 0.0], [5.0, 3.0, 2.0], ties=True)
    first, second, tie = rao_kupper(found.theta, found.tie_theta)
    assert [first[0], tie[0], second[0]] == pytest.approx([0.5, 0.3, 0.2], abs=1e-4)


def test_a_given_theta_is_kept_and_the_weights_fit_it() -> None:
    found = one_feature([1.0, 0.5, 0.0], [5.0, 3.0, 2.0], ties=True, tie_theta=3.0)

    def nats(d: Floats) -> float:
        return -float(sum(w * np.log(p[0]) for w, p in zip((5, 2, 3), rao_kupper(d, 3.0), strict=True)))

    assert found.tie_theta == 3.0
    assert found.theta[0] == pytest.approx(minimize(nats, [0.0], tol=1e-10).x[0], abs=1e-3)


def test_without_a_tie_rao_and_kupper_is_bradley_and_terry() -> None:
    counts, style, pairs = problem(4)
    pairs = replace(pairs, target=np.round(pairs.target))
    plain, own = (fitted((counts, style, one), 1.0) for one in (pairs, with_ties(pairs)))
    pairs_without = replace(pairs, tied=np.zeros(len(pairs.target), dtype=bool))
    assert own.tie_theta == 1.0
    np.testing.assert_array_equal(plain.theta, fitted((counts, style, pairs_without), 1.0).theta)


@pytest.mark.parametrize("share", [0.001, 0.3, 0.98])
def test_rare_and_common_ties_are_both_learnt(share: float) -> None:
    found = one_feature([1.0, 0.5, 0.0], [(1 - share) / 2, share, (1 - share) / 2], ties=True)
    assert float(rao_kupper(found.theta, found.tie_theta)[2][0]) == pytest.approx(share, abs=1e-3)


def planted(random: np.random.Generator, tie_theta: float) -> tuple[Problem, Floats]:
    """20,000 labels drawn from the model itself, and the weights they were drawn with."""
    n, m = 3_000, 20_000
    style = random.normal(size=(n, 5))
    truth = np.array([1.0, -0.7, 0.4, 0.0, 0.2])
    first = random.integers(0, n, m)
    second = (first + random.integers(1, n, m)) % n
    one, _, tie = rao_kupper((style[first] - style[second]) @ truth, tie_theta)
    drawn = random.random(m)
    target = np.where(drawn < one, 1.0, np.where(drawn < one + tie, 0.5, 0.0))
    return (sp.csr_array((n, 0)), style, compared(first, second, target, np.ones(m))), truth


def test_planted_weights_and_ties_are_found_again() -> None:
    (counts, style, pairs), truth = planted(np.random.default_rng(1), tie_theta=2.0)
    found = fitted((counts, style, with_ties(pairs)), 1e-6)
    np.testing.assert_allclose(found.theta, truth, atol=0.06)
    assert found.tie_theta == pytest.approx(2.0, abs=0.06)


def test_ties_as_half_wins_shrink_what_ties_of_their_own_find() -> None:
    problem_, truth = planted(np.random.default_rng(2), tie_theta=3.0)
    half = fitted(problem_, 1e-6).theta
    own = fitted((problem_[0], problem_[1], with_ties(problem_[2])), 1e-6).theta
    assert abs(own[0] - truth[0]) < 0.06 < truth[0] - half[0]


def test_weights_that_were_planted_without_ties_are_found_again() -> None:
    found, truth = planted(np.random.default_rng(3), tie_theta=1.0)
    np.testing.assert_allclose(fitted(found, 1e-6).theta, truth, atol=0.06)


def test_margins_keep_the_direction_of_what_was_planted_and_stretch_it() -> None:
    (counts, style, pairs), truth = planted(np.random.default_rng(4), tie_theta=1.0)
    asked = replace(pairs, margin=np.full(len(pairs.target), 1.0))
    plain, wide = (fitted((counts, style, each), 1e-6).theta for each in (pairs, asked))
    assert plain @ truth / np.linalg.norm(plain) / np.linalg.norm(truth) > 0.995
    assert wide @ truth / np.linalg.norm(wide) / np.linalg.norm(truth) > 0.995
    assert np.linalg.norm(wide) > 1.2 * np.linalg.norm(plain)


def test_labels_flipped_at_random_leave_the_direction_and_doubt_bounds_the_size() -> None:
    random = np.random.default_rng(5)
    (counts, style, pairs), truth = planted(random, tie_theta=1.0)
    clean = (style[pairs.first] - style[pairs.second]) @ truth > 0
    flipped = np.where(random.random(len(clean)) < 0.1, ~clean, clean).astype(float)
    doubted = replace(pairs, target=0.9 * flipped + 0.1 * (1 - flipped))
    believed, doubting = (
        fitted((counts, style, each), 1e-6).theta for each in (replace(pairs, target=flipped), doubted)
    )
    for theta in (believed, doubting):
        assert theta @ truth / np.linalg.norm(theta) / np.linalg.norm(truth) > 0.99
    assert np.linalg.norm(doubting) < np.linalg.norm(believed)


def test_a_winner_of_every_pair_is_learnt_to_win_but_for_the_doubted_share() -> None:
    assert one_feature([0.9, 0.9], [1.0, 1.0]).theta[0] == pytest.approx(np.log(9), abs=1e-3)


def test_swapping_a_pair_and_its_label_changes_nothing() -> None:
    counts, style, pairs = problem(3)
    pairs = with_ties(with_margins(pairs))
    swapped = replace(pairs, first=pairs.second, second=pairs.first, target=1 - pairs.target)
    theta = np.linspace(-1, 1, 9)
    loss, gradient = loss_of(counts, style, pairs, 1.0, 1.4)(theta)
    other_loss, other_gradient = loss_of(counts, style, swapped, 1.0, 1.4)(theta)
    assert loss == pytest.approx(other_loss, rel=1e-12)
    np.testing.assert_allclose(gradient, other_gradient, atol=1e-12)


def test_a_soft_label_is_learnt_as_that_probability() -> None:
    assert one_feature([0.8, 0.8], [1.0, 1.0]).theta[0] == pytest.approx(np.log(0.8 / 0.2), abs=1e-3)


def test_weights_decide_between_contradicting_labels() -> None:
    assert one_feature([1.0, 0.0], [3.0, 1.0]).theta[0] == pytest.approx(np.log(3), abs=1e-3)


def test_a_margin_is_what_the_winner_leads_by_beyond_its_log_odds() -> None:
    # Nine wins of ten, each to lead by 1: at d the pulls 0.9 L(1 - d) and 0.1 L(1 + d) are equal.
    d = one_feature([1.0, 0.0], [9.0, 1.0], margin=1.0).theta[0]
    assert 0.9 * expit(1 - d) == pytest.approx(0.1 * expit(1 + d), abs=1e-5)
    assert d > np.log(9) + 0.9


def test_ties_alone_teach_nothing() -> None:
    assert one_feature([0.5, 0.5], [1.0, 2.0]).theta[0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_huge_difference_costs_a_finite_loss(kind: str) -> None:
    counts, style, pairs = problem(2)
    loss, gradient = loss_of(counts, style, KINDS[kind](pairs), 1.0, 1.5)(np.full(9, 1e6))
    assert np.isfinite(loss)
    assert np.isfinite(gradient).all()
