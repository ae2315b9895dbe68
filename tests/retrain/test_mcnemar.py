"""McNemar's test is over-confident where a prompt holds several pairs; the clustered bootstrap is not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from rampart.retrain.mcnemar import McNemar, mcnemar
from rampart.retrain.promotion import decide

Floats = NDArray[np.float64]
PROMPTS, PAIRS_A_PROMPT = 120, 6
SIMULATIONS = 300


def clustered(random: np.random.Generator) -> Floats:
    """Who is right about whom: a model reads a prompt rightly or not, and mostly answers its pairs so."""
    reads = random.random((PROMPTS, 1)) < 0.7
    of_its_own = random.random((PROMPTS, PAIRS_A_PROMPT)) < 0.7
    follows = random.random((PROMPTS, PAIRS_A_PROMPT)) < 0.6
    return np.where(follows, reads, of_its_own).astype(float).ravel()


def false_alarms() -> tuple[int, int]:
    """Of two equal models, how often each method sees a difference at a nominal 5 %: McNemar, bootstrap."""
    keys = [f"prompt-{prompt}" for prompt in range(PROMPTS) for _ in range(PAIRS_A_PROMPT)]
    weights = np.full(len(keys), 1 / PAIRS_A_PROMPT)
    naive = robust = 0
    for seed in range(SIMULATIONS):
        random = np.random.default_rng(seed)
        one, other = clustered(random), clustered(random)
        naive += mcnemar(one, other).p_value < 0.05
        found = decide(one, other, weights=weights, prompt_keys=keys, margin=0.02, seed=seed)
        assert found.low is not None and found.high is not None
        robust += not found.low <= 0 <= found.high
    return naive, robust


def test_on_clustered_prompts_mcnemar_alarms_falsely_and_the_clustered_bootstrap_keeps_its_level() -> None:
    naive, robust = false_alarms()
    assert stats.binomtest(naive, SIMULATIONS, 0.05, alternative="greater").pvalue < 1e-6
    assert naive > 2 * robust
    assert stats.binomtest(robust, SIMULATIONS, 0.05, alternative="greater").pvalue > 0.01


def test_it_is_the_exact_test_of_the_pairs_on_which_the_models_differ() -> None:
    challenger = np.array([1.0] * 9 + [0.0] * 2 + [1.0] * 20)
    champion = np.array([0.0] * 9 + [1.0] * 2 + [1.0] * 20)
    found = mcnemar(challenger, champion)
    assert (found.gained, found.lost) == (9, 2)
    assert found.p_value == pytest.approx(2 * stats.binom.cdf(2, 11, 0.5))


def test_undecided_pairs_are_neither_gained_nor_lost() -> None:
    assert mcnemar(np.array([1.0, 0.5, 0.0]), np.array([0.5, 0.0, 0.0])) == McNemar(0, 0, 1.0)


def test_it_says_of_itself_that_it_is_over_confident_and_decides_nothing() -> None:
    assert str(McNemar(31, 12, 0.005)) == (
        "McNemar's test gives p = 0.005 (31 pairs gained, 12 lost); it takes pairs of one prompt for "
        "independent, so it is over-confident, and decides nothing"
    )
