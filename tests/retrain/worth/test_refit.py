import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from rampart.retrain.config import LinearConfig
from rampart.retrain.linear.train import train
from rampart.retrain.run import margins_of
from rampart.retrain.snapshot import build_snapshot
from rampart.retrain.worth.refit import LinearRefit
from rampart.retrain.worth.table import judged
from tests.retrain.planted import batch, planted_rows
from tests.retrain.worth.conftest import WEEKLY, Weeks


def test_a_refit_on_everything_ranks_as_the_trained_model_does(poisoned: Weeks) -> None:
    model, _ = train(poisoned.table.filter(poisoned.pairs.train), LinearConfig(max_iterations=200))
    assert np.allclose(poisoned.everything, margins_of(model, poisoned.table), atol=0.01)


def test_a_refit_on_a_part_is_the_penalised_logistic_regression_of_its_differences(poisoned: Weeks) -> None:
    chosen = poisoned.pairs.train & (poisoned.pairs.week != 2)
    gaps = poisoned.refit._gaps
    reference = LogisticRegression(C=1 / LinearConfig().l2, fit_intercept=False, tol=1e-8, max_iter=2_000)
    reference.fit(gaps[chosen], poisoned.pairs.target[chosen] > 0.5)
    assert np.allclose(poisoned.refit(chosen), gaps @ reference.coef_[0], atol=2e-3)


def test_labels_that_are_left_out_leave_no_trace() -> None:
    tables = [
        build_snapshot(
            [batch(planted_rows(WEEKLY, 1), week=1), batch(planted_rows(WEEKLY, 2, flipped_share=s), week=2)]
        ).pairs
        for s in (0.0, 1.0)
    ]
    one, other = (LinearRefit(table, LinearConfig()) for table in tables)
    left = [
        np.sort(np.abs(refit(judged(t).train & (judged(t).week == 1))))
        for refit, t in zip((one, other), tables, strict=True)
    ]
    assert np.array_equal(*left)


def test_nothing_cannot_be_trained_on(poisoned: Weeks) -> None:
    with pytest.raises(ValueError, match="no pair to train on"):
        poisoned.refit(np.zeros(len(poisoned.pairs.target), dtype=bool))
