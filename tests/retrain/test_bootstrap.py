import numpy as np
import pytest
from numpy.typing import NDArray

from rampart.retrain.bootstrap import clustered_mean

SIMULATIONS = 200


def drawn(seed: int, clusters: int = 60, size: int = 5) -> tuple[NDArray[np.float64], list[str]]:
    """Right or wrong, the same for all pairs of a prompt with probability 0.8; 0.7 right in the mean."""
    random = np.random.default_rng(seed)
    shared = np.repeat(random.random(clusters) < 0.7, size)
    own = random.random(clusters * size) < 0.7
    values = np.where(np.repeat(random.random(clusters) < 0.8, size), shared, own).astype(float)
    return values, [f"prompt-{i // size}" for i in range(clusters * size)]


def covered(as_clusters: bool) -> float:
    """How often the 95 % interval holds the truth."""
    hits = 0
    for seed in range(SIMULATIONS):
        values, clusters = drawn(seed)
        names = clusters if as_clusters else [str(i) for i in range(len(values))]
        found = clustered_mean(values, np.ones(len(values)), names, seed)
        assert found.low is not None and found.high is not None
        hits += found.low <= 0.7 <= found.high
    return hits / SIMULATIONS


def test_the_interval_holds_the_truth_about_95_times_in_100() -> None:
    assert 0.90 <= covered(as_clusters=True) <= 0.99  # 0.95 less or plus three standard errors of 200


def test_forgetting_that_pairs_share_prompts_would_be_far_too_sure() -> None:
    assert covered(as_clusters=False) < 0.80


def test_weights_count() -> None:
    found = clustered_mean(np.array([1.0, 0.0]), np.array([3.0, 1.0]), ["a", "b"], seed=1)
    assert found.value == pytest.approx(0.75)


def test_the_same_seed_gives_the_same_interval_and_another_another() -> None:
    values, clusters = drawn(1)
    one, again, other = (clustered_mean(values, np.ones(300), clusters, seed) for seed in (1, 1, 2))
    assert one == again != other


def test_fewer_than_ten_prompts_have_no_interval() -> None:
    values, clusters = drawn(1, clusters=9)
    found = clustered_mean(values, np.ones(len(values)), clusters, seed=1)
    assert (found.low, found.high) == (None, None)


def test_no_values_are_refused() -> None:
    with pytest.raises(ValueError, match="no value to average"):
        clustered_mean(np.array([]), np.array([]), [], seed=1)
