from typing import Any

import pytest

from contracts.terms.annotation import Arena, Rating
from rampart.records.training_pairs import training_pairs
from tests.records.judged import judged, table

ARENA = Arena(kind="arena")


def told(rows: list[dict[str, Any]], **given: Any) -> list[tuple[Any, ...]]:
    frame = training_pairs(table(*rows), given.pop("scheme", ARENA), **given)
    return frame.select("group_size", "annotators", "agreement").rows()


def test_one_judgement_agrees_with_nobody() -> None:
    assert told([judged(["x", "y"], [1, 2])]) == [(2, 1, None)]


@pytest.mark.parametrize("aggregation", ["judgement", "majority"])
def test_agreement_is_the_share_of_the_most_frequent_answer_on_whichever_side_it_was_shown(
    aggregation: str,
) -> None:
    rows = [judged(["x", "y"], [1, 2]), judged(["y", "x"], [2, 1]), judged(["y", "x"], [1, 2])]
    found = told(rows, aggregation=aggregation)
    assert set(found) == {(2, 3, 2 / 3)}
    assert len(found) == (3 if aggregation == "judgement" else 1)


def test_ties_agree_with_ties() -> None:
    rows = [judged(["x", "y"], ranks) for ranks in ([1, 1], [1, 1], [1, 1], [2, 1])]
    assert set(told(rows)) == {(2, 4, 0.75)}


def test_judgements_of_other_prompts_and_other_responses_are_not_counted() -> None:
    other = [{"role": "user", "content": "Name a tree."}]
    rows = [judged(["x", "y"], [1, 2]), judged(["x", "y"], [1, 2], prompt=other), judged(["x", "z"], [1, 2])]
    assert told(rows) == [(2, 1, None)] * 3


def test_a_prompt_sent_out_under_two_item_ids_is_one_pair() -> None:
    rows = [judged(["x", "y"], [1, 2], item_id="i"), judged(["x", "y"], [2, 1], item_id="j")]
    assert told(rows) == told(rows, aggregation="majority") == [(2, 2, 0.5)] * 2


def test_a_ranking_says_how_many_responses_it_ranked_and_counts_once_a_pair() -> None:
    rows = [judged(["x", "y", "z"], [1, 2, 3]), judged(["z", "y"], [1, 2])]
    found = training_pairs(table(*rows), ARENA).select("first", "second", "group_size", "annotators")
    assert found.rows() == [("x", "y", 3, 1), ("x", "z", 3, 1), ("y", "z", 3, 2), ("z", "y", 2, 2)]


def test_one_annotator_who_ranked_the_same_text_twice_is_one_judgement() -> None:
    assert [row[1] for row in told([judged(["x", "y", "x"], [1, 2, 3])])] == [1, 1, 1]


def test_a_drawn_pair_keeps_the_size_of_the_judgement_it_was_drawn_from() -> None:
    row = judged(["x", "y", "z"], [1, 2, 3], ratings=[9.0, 5.0, 2.0])
    assert told([row], scheme=Rating(kind="rating", low=1, high=10)) == [(3, 1, None)]
