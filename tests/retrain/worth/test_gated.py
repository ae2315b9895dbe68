import numpy as np
import pytest

from rampart.retrain.worth.gated import gated
from tests.retrain.worth.conftest import Weeks


def test_discarding_the_poisoned_week_beats_a_random_discard_of_equal_size(poisoned: Weeks) -> None:
    pairs = poisoned.pairs
    judging = pairs.holdout & (pairs.week != 4)
    found = gated(pairs, pairs.week != 4, judging, poisoned.refit, draws=4)
    assert found.kept == int((pairs.train & (pairs.week != 4)).sum()) < found.delivered
    assert found.over_random.value == pytest.approx(found.gated.value - np.mean(found.random))
    assert found.over_random.value > 0
    assert found.over_ungated.value == pytest.approx(found.gated.value - found.ungated.value)


def test_the_random_draws_widen_the_interval(poisoned: Weeks) -> None:
    pairs = poisoned.pairs
    found = gated(pairs, pairs.week != 4, pairs.holdout, poisoned.refit, draws=3, seed=2)
    gap, draws = found.over_random, np.var(found.random, ddof=1) / 3
    assert gap.error is not None
    assert gap.error**2 > draws > 0


def test_keeping_a_random_part_is_worth_nothing_but_its_size(poisoned: Weeks) -> None:
    kept = np.random.default_rng(1).random(len(poisoned.pairs.target)) < 0.7
    found = gated(poisoned.pairs, kept, poisoned.pairs.holdout, poisoned.refit, draws=4)
    assert not found.over_random.distinguishable


def test_a_pair_that_was_trained_on_judges_nothing(poisoned: Weeks) -> None:
    pairs = poisoned.pairs
    with pytest.raises(ValueError, match="strict pairs that nothing was trained on"):
        gated(pairs, pairs.week != 4, pairs.train, poisoned.refit)
