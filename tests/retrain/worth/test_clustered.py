import numpy as np
import pytest
import statsmodels.api as sm

from rampart.retrain.worth.clustered import clustered


def clusters_of(seed: int, many: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(many), random.integers(1, 5, many))
    values = random.normal(size=many)[cluster] + random.normal(size=len(cluster))
    return values, random.uniform(0.3, 1.0, len(cluster)), cluster


def test_the_error_is_that_of_clustered_weighted_least_squares_on_a_constant() -> None:
    values, weights, cluster = clusters_of(1, 60)
    found = clustered(values, weights, cluster.astype(str))
    reference = sm.WLS(values, np.ones(len(values)), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True
    )
    low, high = reference.conf_int()[0]
    assert found.value == pytest.approx(reference.params[0])
    assert found.error == pytest.approx(reference.bse[0])
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.n_pairs, found.n_prompts) == (len(values), 60)


def test_the_interval_covers_the_mean_at_its_level() -> None:
    covered = [
        found.low < 0 < found.high
        for found in (clustered(v, w, c.astype(str)) for v, w, c in (clusters_of(s, 40) for s in range(600)))
        if found.low is not None and found.high is not None
    ]
    assert len(covered) == 600
    assert np.mean(covered) == pytest.approx(0.95, abs=0.03)  # three standard errors of 600 draws


def test_too_few_prompts_have_no_interval() -> None:
    found = clustered(np.arange(9.0), np.ones(9), np.arange(9).astype(str))
    assert (found.value, found.error, found.low) == (4.0, None, None)
    assert not found.distinguishable


def test_an_average_over_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no pair"):
        clustered(np.zeros(0), np.zeros(0), np.zeros(0, dtype=str))
