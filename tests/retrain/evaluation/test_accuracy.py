"""Accuracy with an interval that knows that pairs of one prompt go together."""

import numpy as np
import pytest

from rampart.retrain.evaluation.accuracy import Judged, accuracy_of, slice_accuracy
from rampart.retrain.evaluation.slices import NamedSlice


def drawn(random: np.random.Generator, prompts: int, mean: float, rho: float = 0.3) -> Judged:
    """Prompts of one to six pairs each, right with intraclass correlation `rho`: beta-binomial."""
    scale = 1 / rho - 1
    size = random.integers(1, 7, prompts)
    likely = random.beta(mean * scale, (1 - mean) * scale, prompts)
    place = np.repeat(np.arange(prompts), size)
    right = (random.random(len(place)) < likely[place]).astype(np.float64)
    return Judged(right, np.ones(len(place)), place)


@pytest.mark.parametrize("mean", [0.55, 0.75, 0.9])
@pytest.mark.parametrize("prompts", [10, 30, 200])
def test_the_interval_covers_the_truth_at_its_level(prompts: int, mean: float) -> None:
    random, draws, covered = np.random.default_rng(8), 500, 0
    for _ in range(draws):
        found = accuracy_of(drawn(random, prompts, mean))
        assert found.low is not None and found.high is not None
        covered += found.low <= mean <= found.high
    # 95 % less three standard errors of 500 draws (1.0 point each), less the point that 3,000 draws found.
    assert covered / draws > 0.95 - 0.03 - 0.01


def test_an_interval_that_took_pairs_for_independent_would_not() -> None:
    random, draws, covered = np.random.default_rng(8), 500, 0
    for _ in range(draws):
        one = drawn(random, 200, 0.75, rho=0.6)
        alone = accuracy_of(Judged(one.right, one.weights, np.arange(len(one.right))))
        assert alone.low is not None and alone.high is not None
        covered += alone.low <= 0.75 <= alone.high
    assert covered / draws < 0.9


def test_independent_pairs_of_equal_weight_get_wilsons_interval() -> None:
    # 75 of 100, each its own prompt: V = share (1 - share) / (n - 1), so the effective size is 99.
    right = np.array([1.0] * 75 + [0.0] * 25)
    found = accuracy_of(Judged(right, np.ones(100), np.arange(100)))
    t, n = 1.984217, 99  # Student's 0.975 quantile on 99 degrees of freedom
    centre = (0.75 + t**2 / (2 * n)) / (1 + t**2 / n)
    half = t * np.sqrt(0.75 * 0.25 / n + t**2 / (4 * n**2)) / (1 + t**2 / n)
    assert (found.low, found.high) == pytest.approx((centre - half, centre + half), abs=1e-6)


def test_copies_of_a_pair_under_its_prompt_narrow_nothing() -> None:
    right, prompts = np.tile([1.0, 1.0, 0.0, 1.0], 10), np.arange(40)
    once = accuracy_of(Judged(right, np.ones(40), prompts))
    thrice = accuracy_of(Judged(np.repeat(right, 3), np.ones(120), np.repeat(prompts, 3)))
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high))


def test_a_model_that_is_always_right_may_still_be_wrong_sometimes() -> None:
    found = accuracy_of(Judged(np.ones(60), np.ones(60), np.repeat(np.arange(20), 3)))
    assert (found.value, found.high) == (1.0, 1.0)
    # Twenty prompts and no error: the rule of three would say 0.85.
    assert found.low == pytest.approx(0.82, abs=0.01)


def test_a_slice_of_nine_prompts_says_that_it_is_too_small() -> None:
    judged = Judged(np.ones(40), np.ones(40), np.repeat(np.arange(20), 2))
    small = slice_accuracy(judged, NamedSlice("domain", "law", judged.prompts < 9))
    assert (small.accuracy, small.n_pairs, small.n_prompts) == (None, 18, 9)
    assert small.said == "Too few prompts to say: 9, at least 10 are needed."
    enough = slice_accuracy(judged, NamedSlice("domain", "code", judged.prompts < 10))
    assert enough.accuracy is not None and enough.said == ""


def test_no_pair_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no pair to be right about"):
        accuracy_of(Judged(np.array([]), np.array([]), np.array([], dtype=np.intp)))
