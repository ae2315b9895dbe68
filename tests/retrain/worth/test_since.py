import numpy as np
import pytest

from rampart.retrain.run import strict_holdout
from rampart.retrain.worth.since import reached, since
from tests.retrain.worth.conftest import Weeks


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [
        (0.05, 0.09, "reached"),
        (0.049, 0.09, "not_distinguishable"),
        (-0.02, 0.049, "missed"),
        (None, None, "not_distinguishable"),
    ],
)
def test_a_gain_is_reached_or_missed_only_where_the_whole_interval_says_so(
    low: float | None, high: float | None, answer: str
) -> None:
    assert reached(low, high, 5.0) == answer


def test_a_gain_of_the_size_asked_for_is_said_to_be_missed_or_reached_one_time_in_twenty() -> None:
    random = np.random.default_rng(4)
    answers = []
    for _ in range(2_000):
        error = 0.01
        gain = 0.05 + error * random.normal()
        answers.append(reached(gain - 1.96 * error, gain + 1.96 * error, 5.0))
    assert np.mean([one != "not_distinguishable" for one in answers]) == pytest.approx(0.05, abs=0.015)


def test_without_a_model_before_the_gain_is_over_a_coin(poisoned: Weeks) -> None:
    holdout = strict_holdout(poisoned.table)
    margins = poisoned.everything[poisoned.pairs.holdout]
    found = since(holdout, ("acme", 6), None, margins, None)
    right = (margins > 0) == (holdout["target"].to_numpy() > 0.5)
    assert found.gain.value == pytest.approx(np.average(right, weights=holdout["weight"].to_numpy()) - 0.5)
    assert since(holdout, ("acme", 6), "ab", margins, margins).gain.value == 0
