import numpy as np
import pytest
import statsmodels.api as sm

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.snapshot import build_snapshot
from rampart.retrain.worth.left_out import left_out, refits_without
from rampart.retrain.worth.refit import LinearRefit
from rampart.retrain.worth.table import judged
from tests.retrain.planted import batch, planted_rows
from tests.retrain.worth.conftest import Weeks


def test_the_difference_and_its_interval_are_those_of_a_clustered_regression(poisoned: Weeks) -> None:
    found = left_out(poisoned.pairs, poisoned.everything, poisoned.without)
    pairs, holdout = poisoned.pairs, poisoned.pairs.holdout
    for one in found:
        right = [
            ((margins > 0) == (pairs.target > 0.5)).astype(float)
            for margins in (poisoned.everything, poisoned.without[("acme", one.week)])
        ]
        lost = (right[0] - right[1])[holdout]
        reference = sm.WLS(lost, np.ones(len(lost)), weights=pairs.weight[holdout]).fit(
            cov_type="cluster", cov_kwds={"groups": np.unique(pairs.prompt[holdout], return_inverse=True)[1]}
        )
        assert one.difference.value == pytest.approx(reference.params[0])
        assert one.difference.error == pytest.approx(reference.bse[0])


def test_elsewhere_leaves_the_batch_s_own_held_out_pairs_out(poisoned: Weeks) -> None:
    pairs = poisoned.pairs
    for one in left_out(pairs, poisoned.everything, poisoned.without):
        own = int((pairs.holdout & (pairs.week == one.week)).sum())
        assert one.elsewhere is not None
        assert one.elsewhere.n_pairs == one.difference.n_pairs - own


def test_the_only_batch_cannot_be_left_out() -> None:
    table = build_snapshot([batch(planted_rows(60, 1))]).pairs
    pairs, refit = judged(table), LinearRefit(table, LinearConfig())
    assert refits_without(pairs, refit) == {}
    assert left_out(pairs, refit(pairs.train), {}) == ()
