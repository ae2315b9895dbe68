from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rampart.retrain.evaluate import correctness, evaluate, expected_calibration_error, log_loss
from rampart.retrain.snapshot import PAIR

DIGEST = "0123456789abcdef" * 4


def pairs(targets: list[float], **columns: list[Any]) -> pa.Table:
    """Held-out pairs, each with a prompt of its own unless `columns` says otherwise."""
    n = len(targets)
    made: dict[str, list[Any]] = {
        "prompt_key": [f"key-{i}" for i in range(n)],
        "prompt": ["p"] * n,
        "first": ["a"] * n,
        "second": ["b"] * n,
        "target": targets,
        "weight": [1.0] * n,
        "contract_id": ["acme"] * n,
        "week": [1] * n,
        "split": ["holdout"] * n,
        "group": [f"judgement-{i}" for i in range(n)],
        "vendor": ["acme-labels"] * n,
        "domain": [None] * n,
        "language": [None] * n,
        "strength": [None] * n,
        "group_size": [2] * n,
        "annotators": [1] * n,
        "agreement": [None] * n,
        "on_policy": [None] * n,
        "anchor": [False] * n,
    }
    return pa.table(made | columns, schema=PAIR)


def logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


def test_a_tie_of_scores_is_half_right() -> None:
    assert correctness(np.array([1.0, 0.0, -1.0]), np.array([1.0, 1.0, 1.0])).tolist() == [1, 0.5, 0]
    assert correctness(np.array([1.0, 0.0, -1.0]), np.array([0.0, 0.0, 0.0])).tolist() == [0, 0.5, 1]


def test_accuracy_and_log_loss_weigh_each_pair() -> None:
    margins = np.array([logit(0.8), logit(0.6)])
    found = evaluate(pairs([1.0, 0.0], weight=[3.0, 1.0]), margins, DIGEST)
    assert found.accuracy.value == pytest.approx(0.75)
    assert found.log_loss == pytest.approx(-(3 * np.log(0.8) + np.log(0.4)) / 4)


def test_a_coin_has_a_log_loss_of_ln_2() -> None:
    assert log_loss(np.zeros(4), np.array([1.0, 0, 1, 0]), np.ones(4)) == pytest.approx(np.log(2))


def test_calibration_error_is_what_the_hand_computes() -> None:
    # Bin 0.60..0.65: confidences 0.62, 0.64, one of two right: |0.5 - 0.63| = 0.13, with 2 of 4 pairs.
    # Bin 0.90..0.95: confidences 0.91, 0.93, both right: |1 - 0.92| = 0.08, with 2 of 4 pairs.
    margins = np.array([logit(0.62), -logit(0.64), logit(0.91), -logit(0.93)])
    targets = np.array([1.0, 1.0, 1.0, 0.0])
    found = expected_calibration_error(margins, targets, np.ones(4))
    assert found == pytest.approx(0.5 * 0.13 + 0.5 * 0.08)


def test_calibration_error_weighs_each_pair() -> None:
    margins, targets = np.array([logit(0.62), logit(0.64)]), np.array([1.0, 0.0])
    found = expected_calibration_error(margins, targets, np.array([3.0, 1.0]))
    assert found == pytest.approx(abs(0.75 - (3 * 0.62 + 0.64) / 4))


def test_honest_probabilities_have_little_calibration_error_and_boasts_have_much() -> None:
    random = np.random.default_rng(1)
    margins = random.normal(size=20_000)
    targets = (random.random(20_000) < 1 / (1 + np.exp(-margins))).astype(float)
    weights = np.ones(20_000)
    assert expected_calibration_error(margins, targets, weights) < 0.02
    assert expected_calibration_error(4 * margins, targets, weights) > 0.1


def test_certainty_itself_falls_in_the_last_bin() -> None:
    assert expected_calibration_error(np.array([800.0]), np.array([1.0]), np.ones(1)) == pytest.approx(0)


def test_slices_are_each_contract_and_each_of_its_weeks() -> None:
    table = pairs([1.0, 1.0, 1.0, 1.0], contract_id=["a", "a", "a", "b"], week=[1, 1, 2, 1])
    found = evaluate(table, np.array([1.0, -1.0, 1.0, -1.0]), DIGEST).slices
    assert [(s.contract_id, s.week, s.n_pairs) for s in found] == [
        ("a", None, 3), ("a", 1, 2), ("a", 2, 1), ("b", None, 1), ("b", 1, 1),
    ]  # fmt: skip
    assert [s.accuracy.value for s in found] == pytest.approx([2 / 3, 0.5, 1, 0, 0])


def test_prompts_are_counted_once() -> None:
    found = evaluate(pairs([1.0, 1.0, 0.0], prompt_key=["x", "x", "y"]), np.ones(3), DIGEST)
    assert (found.n_pairs, found.n_prompts) == (3, 2)


def test_the_same_snapshot_is_evaluated_to_the_same_numbers() -> None:
    random = np.random.default_rng(2)
    table, margins = pairs((random.random(100) < 0.6).astype(float).tolist()), random.normal(size=100)
    assert evaluate(table, margins, DIGEST) == evaluate(table, margins, DIGEST)
    assert evaluate(table, margins, DIGEST).accuracy != evaluate(table, margins, DIGEST[::-1]).accuracy


@pytest.mark.parametrize(
    ("targets", "margins", "problem"),
    [
        ([], [], "no held-out pair"),
        ([1.0], [1.0, 2.0], "2 margins for 1 pairs"),
        ([0.5], [1.0], "there is a tie among the pairs"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(
    targets: list[float], margins: list[float], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        evaluate(pairs(targets), np.array(margins), DIGEST)
