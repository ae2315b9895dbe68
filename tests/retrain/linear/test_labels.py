"""What labels become under each choice, against the numbers worked out by hand."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.labels import labelled
from rampart.retrain.linear.objective import Comparisons
from rampart.retrain.snapshot import PAIR
from rampart.retrain.texts import texts_of

USUAL: dict[str, Any] = {
    **{"prompt_key": "k", "prompt": "user: p", "first": "a", "second": "b", "target": 1.0, "weight": 1.0},
    **{"contract_id": "acme", "week": 1, "split": "train", "group": "g", "vendor": "acme-labels"},
    **{"domain": None, "language": None, "strength": None, "group_size": 2, "annotators": 1},
    **{"agreement": None, "on_policy": None, "anchor": False},
}


def read(*rows: dict[str, Any], **choices: Any) -> Comparisons:
    """`rows` under `choices`; what a row does not say is as usual."""
    pairs = pa.Table.from_pylist([USUAL | row for row in rows], schema=PAIR)
    return labelled(pairs, texts_of(pairs), LinearConfig(**choices))


def test_outcomes_and_weights_are_taken_as_they_are_where_nothing_is_known_of_strength() -> None:
    found = read({"target": 1.0, "weight": 0.5}, {"target": 0.0}, {"target": 0.5, "weight": 2.0})
    assert found.target.tolist() == [1.0, 0.0, 0.5]
    assert found.weight.tolist() == [0.5, 1.0, 2.0]
    assert found.margin.tolist() == [0.0] * 3
    assert not found.tied.any()


STRONG: tuple[dict[str, Any], ...] = (
    {"strength": 1.0},
    {"strength": 0.5, "target": 0.0},
    {"strength": 0.0, "target": 0.5},
    {},
)


def test_strength_is_weight_unless_another_choice_is_made() -> None:
    assert LinearConfig().strength == "weight"
    # The mean strength of the two strict labels that have one is 0.75.
    assert read(*STRONG).weight.tolist() == pytest.approx([1 / 0.75, 0.5 / 0.75, 1.0, 1.0])
    assert read(*STRONG).margin.tolist() == [0.0] * 4


def test_weighing_by_strength_leaves_each_contract_the_weight_it_had() -> None:
    rows = [
        {"contract_id": contract, "strength": strength, "weight": weight}
        for contract, scale in (("acme", 1.0), ("birch", 0.25))
        for strength, weight in ((scale, 1.0), (scale / 2, 3.0), (scale / 4, 2.0))
    ]
    weight = read(*rows).weight
    np.testing.assert_allclose(weight[:3], weight[3:])
    assert weight[:3].sum() == pytest.approx(6.0)


def test_a_contract_whose_strengths_are_all_nothing_keeps_its_weights() -> None:
    assert read({"strength": 0.0}, {"strength": 0.0, "weight": 2.0}).weight.tolist() == [1.0, 2.0]


def test_strength_as_margin_asks_strict_labels_to_lead_by_it() -> None:
    found = read(*STRONG, strength="margin", margin=3.0)
    assert found.margin.tolist() == [3.0, 1.5, 0.0, 0.0]
    assert found.weight.tolist() == [1.0] * 4


def test_strength_can_be_ignored() -> None:
    found = read(*STRONG, strength="ignore")
    assert (found.margin.tolist(), found.weight.tolist()) == ([0.0] * 4, [1.0] * 4)


def test_a_majoritys_label_is_as_sure_as_it_was_large() -> None:
    rows = (
        {"annotators": 3, "agreement": 2 / 3},
        {"annotators": 5, "agreement": 0.8, "target": 0.0, "first": "c"},
        {"annotators": 3, "agreement": 2 / 3, "target": 0.5, "first": "d"},
        {"first": "e"},
    )
    assert read(*rows, labels="agreement").target.tolist() == pytest.approx([2 / 3, 0.2, 0.5, 1.0])
    assert read(*rows).target.tolist() == [1.0, 0.0, 0.5, 1.0]


def test_judgements_with_a_row_each_are_a_soft_label_already() -> None:
    same = {"annotators": 3, "agreement": 2 / 3}
    rows = (same, same, {"first": "b", "second": "a", **same})  # the third saw them the other way round
    assert read(*rows, labels="agreement").target.tolist() == [1.0, 1.0, 1.0]


def test_the_same_pair_in_another_week_is_another_pair() -> None:
    rows = [{"annotators": 2, "agreement": 1.0, "week": week} for week in (1, 2)]
    other = {"annotators": 3, "agreement": 2 / 3, "week": 3}
    assert read(*rows, other, labels="agreement").target.tolist() == pytest.approx([1.0, 1.0, 2 / 3])


def test_an_answer_that_less_than_half_gave_decides_nothing() -> None:
    assert read({"annotators": 5, "agreement": 0.4}, labels="agreement").target.tolist() == [0.5]


def test_strict_labels_are_believed_less_where_some_are_taken_to_be_flipped() -> None:
    found = read({}, {"target": 0.0}, {"target": 0.5}, flipped_share=0.1)
    assert found.target.tolist() == pytest.approx([0.9, 0.1, 0.5])


def test_doubt_comes_on_top_of_disagreement() -> None:
    found = read({"annotators": 5, "agreement": 0.8}, flipped_share=0.1, labels="agreement")
    assert found.target.tolist() == pytest.approx([0.9 * 0.8 + 0.1 * 0.2])


def test_ties_are_an_outcome_of_their_own_where_that_is_asked_for() -> None:
    rows: tuple[dict[str, Any], ...] = ({}, {"target": 0.5}, {"annotators": 4, "agreement": 0.5})
    assert read(*rows, ties="rao_kupper", labels="agreement").tied.tolist() == [False, True, False]
