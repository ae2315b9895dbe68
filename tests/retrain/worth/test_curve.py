from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import curve_fit

from rampart.retrain.worth.curve import learning_curve, power_law
from tests.retrain.worth.conftest import Weeks

SIZES = np.array([200.0, 400, 800, 1600, 3200])


def law(n: np.ndarray, a: float, b: float, c: float) -> np.ndarray:
    return a - b * n**-c


def test_the_fit_is_that_of_a_general_least_squares() -> None:
    random = np.random.default_rng(2)
    accuracies = law(SIZES, 0.85, 2.0, 0.4) + random.normal(0, 0.003, 5)
    a, b, c = power_law(np.log(SIZES), accuracies[None])[0]
    reference, _ = curve_fit(law, SIZES, accuracies, p0=(0.9, 1.0, 0.3), bounds=([0, 0, 0.05], [1, 50, 1]))
    ours, best = (float(((law(SIZES, *found) - accuracies) ** 2).sum()) for found in ((a, b, c), reference))
    assert ours <= best * 1.05 + 1e-7, "the grid of exponents loses next to nothing"


def test_no_curve_promises_more_than_every_pair_right() -> None:
    a, _, _ = power_law(np.log(SIZES), np.array([[0.5, 0.6, 0.72, 0.84, 0.97]]))[0]
    assert a == pytest.approx(1.0)


def test_a_flat_curve_promises_nothing() -> None:
    a, b, _ = power_law(np.log(SIZES), np.full((1, 5), 0.7))[0]
    assert (a, b) == pytest.approx((0.7, 0.0))


def test_accuracy_grows_with_pairs_and_the_next_week_brings_less_than_the_last_half(poisoned: Weeks) -> None:
    found = learning_curve(poisoned.pairs, poisoned.refit, another=120, draws=2)
    assert found is not None
    assert [point.n_pairs for point in found.points] == sorted(point.n_pairs for point in found.points)
    assert found.points[0].accuracy < found.points[-1].accuracy
    assert found.gain_low <= found.gain <= found.gain_high
    assert found.gain < found.points[-1].accuracy - found.points[-2].accuracy + 0.02


def test_too_little_has_no_curve(poisoned: Weeks) -> None:
    few = poisoned.pairs
    assert learning_curve(few, lambda _: poisoned.everything, 100, draws=2) is not None
    train = few.train.copy()
    train[np.flatnonzero(train)[300:]] = False
    assert learning_curve(replace(few, train=train), poisoned.refit, 100) is None
