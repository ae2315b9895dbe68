"""The interval of a difference: against statsmodels and planted truth."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from quality.intervals.clustered_estimate import clustered_difference, clustered_estimate
from quality.intervals.clustered_share import clustered_share
from tests.quality.intervals.test_clustered_share import crowd


def test_a_difference_has_the_variance_of_statsmodels_regression_on_the_arm() -> None:
    rng = np.random.default_rng(3)
    wins, prompt, annotator = crowd(rng)
    weights, arms = rng.choice([1.0, 0.5], len(wins)), rng.random(len(wins)) < 0.4
    found = clustered_difference(wins, weights, arms, {"prompt": prompt, "annotator": annotator})
    groups = np.column_stack([prompt, annotator])
    fit = sm.WLS(wins, sm.add_constant(arms.astype(float)), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    assert found is not None
    assert found.value == pytest.approx(fit.params[1])
    # statsmodels scales by all of the sample, we by each way's own number of clusters.
    assert found.standard_error == pytest.approx(fit.bse[1], rel=0.02)
    half = stats.t.ppf(0.975, found.clusters - 1) * found.standard_error
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half))


def test_the_p_value_is_under_5_percent_where_the_interval_leaves_the_null_out() -> None:
    wins, prompt, annotator = crowd(np.random.default_rng(4))
    share = clustered_share(wins, np.ones(len(wins)), {"prompt": prompt, "annotator": annotator})
    assert share.p(share.low) == pytest.approx(0.05)
    assert share.p(share.share) == 1.0
    arms = prompt % 2 == 0
    found = clustered_difference(wins, np.ones(len(wins)), arms, {"annotator": annotator})
    assert found is not None
    assert found.p(found.high) == pytest.approx(0.05)


def test_without_spread_the_p_value_is_the_score_tests_over_the_clusters() -> None:
    share = clustered_share(np.ones(40), np.ones(40), {"prompt": np.repeat(np.arange(20), 2)})
    assert share.p(0.5) == pytest.approx(2 * stats.norm.sf(np.sqrt(20)))
    assert share.p(share.low) == pytest.approx(0.05)


def test_arms_of_equal_taste_differ_in_one_batch_of_twenty() -> None:
    rng, alarms = np.random.default_rng(5), 0
    for _ in range(1000):
        wins, prompt, annotator = crowd(rng)
        arms = rng.random(len(wins)) < 0.5
        found = clustered_difference(wins, np.ones(len(wins)), arms, {"p": prompt, "a": annotator})
        assert found is not None
        alarms += found.p() < 0.05
    assert 0.03 <= alarms / 1000 <= 0.07


def test_an_arm_of_one_cluster_has_no_interval() -> None:
    arms = np.array([True, True, False, False])
    people = np.array([0, 0, 1, 2])
    assert clustered_difference([1, 0, 1, 0], np.ones(4), arms, {"annotator": people}) is None
    assert clustered_difference([1, 0, 1, 0], np.ones(4), arms & False, {"annotator": people}) is None
    assert clustered_estimate(0.0, np.zeros(4), {}) is None


def test_a_difference_without_spread_is_sure() -> None:
    arms, people = np.array([True, True, False, False]), np.array([0, 1, 2, 3])
    found = clustered_difference([1, 1, 0, 0], np.ones(4), arms, {"annotator": people})
    assert found is not None
    assert (found.value, found.low, found.p(), found.p(1.0)) == (1.0, 1.0, 0.0, 1.0)
