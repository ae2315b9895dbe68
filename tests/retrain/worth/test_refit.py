from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression

from rampart.retrain.linear.config import LinearConfig
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
    margins = []
    for share in (0.0, 1.0):
        second = batch(planted_rows(WEEKLY, 2, flipped_share=share), week=2)
        table = build_snapshot([batch(planted_rows(WEEKLY, 1), week=1), second]).pairs
        pairs, refit = judged(table), LinearRefit(table, LinearConfig())
        margins.append(np.sort(refit(pairs.train & (pairs.week == 1))))
    assert np.allclose(margins[0], margins[1], atol=1e-9)


def test_nothing_cannot_be_trained_on(poisoned: Weeks) -> None:
    with pytest.raises(ValueError, match="no pair to train on"):
        poisoned.refit(np.zeros(len(poisoned.pairs.target), dtype=bool))


CHOICES = (
    LinearConfig(),
    LinearConfig(strength="margin"),
    LinearConfig(ties="rao_kupper", flipped_share=0.1),
    LinearConfig(length="neutral"),
)


@pytest.mark.parametrize("config", CHOICES, ids=("weight", "margin", "ties", "neutral"))
def test_a_refit_makes_of_strength_ties_and_length_what_a_training_does(
    poisoned: Weeks, config: LinearConfig
) -> None:
    table, random = poisoned.table, np.random.default_rng(5)
    strength, target = random.choice([0.2, 0.6, 1.0], table.num_rows), table["target"].to_numpy().copy()
    target[random.random(table.num_rows) < 0.1] = 0.5
    for name, values in (("strength", strength), ("target", target)):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), pa.array(values))
    pairs = judged(table)
    model, _ = train(table.filter(pairs.train), replace(config, max_iterations=200))
    margins = LinearRefit(table, config)(pairs.train)
    assert np.allclose(margins, margins_of(model, table), atol=3e-3)
    others = [other for other in (LinearConfig(strength="ignore"), *CHOICES) if other != config]
    for other in others:
        assert np.abs(LinearRefit(table, other)(pairs.train) - margins).max() > 0.02
