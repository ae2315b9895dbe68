import numpy as np
import pytest
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import check_grad
from sklearn.linear_model import LogisticRegression

from rampart.retrain.linear.objective import Comparisons, bradley_terry, fit

Floats = NDArray[np.float64]


def problem(seed: int, n: int = 40, m: int = 120) -> tuple[sp.csr_array, Floats, Comparisons]:
    """Random texts with 6 sparse and 3 dense features, and soft, weighted labels."""
    random = np.random.default_rng(seed)
    dense = random.normal(size=(n, 6)) * (random.random((n, 6)) < 0.5)
    first = random.integers(0, n, m)
    second = (first + random.integers(1, n, m)) % n
    target = random.choice([0.0, 0.5, 1.0, 0.8], m)
    return (
        sp.csr_array(dense),
        random.normal(size=(n, 3)),
        Comparisons(first, second, target, random.random(m)),
    )


def features_of_difference(counts: sp.csr_array, style: Floats, pairs: Comparisons) -> Floats:
    rows = np.hstack([counts.toarray(), style])
    return np.asarray(rows[pairs.first] - rows[pairs.second])


@pytest.mark.parametrize("seed", range(5))
def test_the_gradient_is_that_of_the_loss(seed: int) -> None:
    counts, style, pairs = problem(seed)
    objective = bradley_terry(counts, style, pairs, l2=2.0)
    theta = np.random.default_rng(seed).normal(size=9)

    def loss(at: Floats) -> float:
        return objective(at)[0]

    def gradient(at: Floats) -> Floats:
        return objective(at)[1]

    assert check_grad(loss, gradient, theta) < 1e-6


def test_the_loss_is_the_formula_written_out() -> None:
    counts, style, pairs = problem(1)
    theta = np.linspace(-1, 1, 9)
    d = features_of_difference(counts, style, pairs) @ theta
    p = 1 / (1 + np.exp(-d))
    summed = -(pairs.weight * (pairs.target * np.log(p) + (1 - pairs.target) * np.log(1 - p))).sum()
    expected = (summed + 2.0 / 2 * (theta**2).sum()) / pairs.weight.sum()
    assert bradley_terry(counts, style, pairs, l2=2.0)(theta)[0] == pytest.approx(expected, rel=1e-12)


def test_logistic_regression_on_differences_finds_the_same_weights() -> None:
    counts, style, pairs = problem(7)
    found = fit(counts, style, pairs, l2=0.5, max_iterations=500)
    x = features_of_difference(counts, style, pairs)
    # A soft label is two rows, one for each outcome, that share the weight.
    rows, labels = np.vstack([x, x]), np.repeat([1, 0], len(x))
    shares = np.concatenate([pairs.weight * pairs.target, pairs.weight * (1 - pairs.target)])
    oracle = LogisticRegression(C=1 / 0.5, fit_intercept=False, tol=1e-10, max_iter=5_000)
    oracle.fit(rows, labels, sample_weight=shares)
    assert found.converged
    np.testing.assert_allclose(found.theta, oracle.coef_[0], atol=1e-3)


def test_swapping_a_pair_and_its_label_changes_nothing() -> None:
    counts, style, pairs = problem(3)
    swapped = Comparisons(pairs.second, pairs.first, 1 - pairs.target, pairs.weight)
    theta = np.linspace(-1, 1, 9)
    loss, gradient = bradley_terry(counts, style, pairs, 1.0)(theta)
    other_loss, other_gradient = bradley_terry(counts, style, swapped, 1.0)(theta)
    assert loss == pytest.approx(other_loss, rel=1e-12)
    np.testing.assert_allclose(gradient, other_gradient, atol=1e-12)


def one_feature(targets: list[float], weights: list[float]) -> float:
    """The weight learnt for a feature that only the first text of every pair has, almost without penalty."""
    m = len(targets)
    first = np.zeros(m, dtype=np.int64)
    pairs = Comparisons(first, first + 1, np.array(targets), np.array(weights))
    counts = sp.csr_array(np.array([[1.0], [0.0]]))
    return float(fit(counts, np.zeros((2, 0)), pairs, 1e-9, 200).theta[0])


def test_a_soft_label_is_learnt_as_that_probability() -> None:
    learnt = one_feature([0.8, 0.8], [1.0, 1.0])
    assert learnt == pytest.approx(np.log(0.8 / 0.2), abs=1e-3)


def test_weights_decide_between_contradicting_labels() -> None:
    learnt = one_feature([1.0, 0.0], [3.0, 1.0])
    assert learnt == pytest.approx(np.log(3), abs=1e-3)


def test_ties_alone_teach_nothing() -> None:
    assert one_feature([0.5, 0.5], [1.0, 2.0]) == pytest.approx(0, abs=1e-6)


def test_a_huge_margin_costs_a_finite_loss() -> None:
    counts, style, pairs = problem(2)
    loss, gradient = bradley_terry(counts, style, pairs, 1.0)(np.full(9, 1e6))
    assert np.isfinite(loss)
    assert np.isfinite(gradient).all()
