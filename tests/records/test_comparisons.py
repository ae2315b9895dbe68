from datetime import UTC, datetime

import polars as pl
import pytest

from rampart.records.comparisons import COLUMNS, comparisons
from tests.records.judged import judged, table


def test_a_choice_of_two_is_one_pair_in_the_order_shown() -> None:
    frame = comparisons(table(judged(["x", "y"], [2, 1], checkpoints=["m1", "m2"], annotator_id="w")))
    assert frame.columns == list(COLUMNS)
    (row,) = frame.rows(named=True)
    assert (row["first"], row["second"], row["outcome"], row["weight"]) == ("x", "y", 0.0, 1.0)
    assert (row["first_checkpoint"], row["second_checkpoint"], row["annotator_id"]) == ("m1", "m2", "w")
    assert (row["first_position"], row["second_position"], row["judgements"]) == (0, 1, 1)


def test_a_tie_is_half_a_win() -> None:
    assert comparisons(table(judged(["x", "y"], [1, 1])))["outcome"].to_list() == [0.5]


@pytest.mark.parametrize("k", [2, 3, 4, 9])
def test_a_ranking_gives_every_pair_once_and_the_pairs_of_a_judgement_weigh_one(k: int) -> None:
    frame = comparisons(table(judged([f"t{n}" for n in range(k)], list(range(1, k + 1)))))
    assert frame.height == k * (k - 1) // 2
    assert frame["weight"].sum() == pytest.approx(1.0)
    assert frame["outcome"].unique().to_list() == [1.0]
    assert frame.select("first", "second").is_unique().all()


@pytest.mark.parametrize("aggregation", ["judgement", "majority"])
def test_records_that_compare_nothing_give_no_pair(aggregation: str) -> None:
    records = table(judged(["x"], None), judged(["x"], [1]), judged([], None))
    frame = comparisons(records, aggregation)  # type: ignore[arg-type]
    assert frame.columns == list(COLUMNS)
    assert frame.is_empty()


def test_rows_keep_the_order_of_the_records() -> None:
    rows = [judged(["x", "y"], [1, 2], record_id=f"r{n}", item_id=f"i{n}") for n in (3, 1, 2)]
    for frame in (comparisons(table(*rows)), comparisons(table(*rows), "majority")):
        assert frame["record_id"].to_list() == ["r3", "r1", "r2"]


def test_a_missing_text_stays_missing_and_keeps_its_side() -> None:
    rows = [judged([None, "y"], [1, 2]), judged([None, "y"], [1, 2])]
    frame = comparisons(table(*rows), "majority")
    assert frame.select("first", "second", "outcome", "judgements").rows() == [(None, "y", 1.0, 2)]


def test_a_majority_needs_more_than_half_of_the_judgements() -> None:
    votes: dict[str, list[float]] = {
        "three of five": [1, 1, 1, 0, 0],
        "two of four": [1, 1, 0, 0],
        "two of five": [1, 1, 0, 0.5, 0.5],
    }
    ranks: dict[float, list[int]] = {1: [1, 2], 0: [2, 1], 0.5: [1, 1]}
    rows = [judged(["x", "y"], ranks[vote], item_id=item) for item, given in votes.items() for vote in given]
    frame = comparisons(table(*rows), "majority")
    assert frame.select("item_id", "outcome", "judgements").rows() == [
        ("three of five", 1.0, 5),
        ("two of four", 0.5, 4),
        ("two of five", 0.5, 5),
    ]
    assert frame["annotator_id"].null_count() == 3


def test_annotators_who_saw_the_pair_swapped_count_for_the_response_and_not_for_the_side() -> None:
    x_wins = [judged(["x", "y"], [1, 2]), judged(["y", "x"], [2, 1]), judged(["y", "x"], [2, 1])]
    (row,) = comparisons(table(*x_wins), "majority").rows(named=True)
    assert (row["first"], row["second"], row["outcome"], row["judgements"]) == ("x", "y", 1.0, 3)


def test_a_majority_over_different_orders_has_no_place_on_screen() -> None:
    swapped = [judged(["x", "y"], [1, 2]), judged(["y", "x"], [2, 1])]
    same = [judged(["x", "y"], [1, 2], item_id="same")] * 2
    shuffled = [
        judged(["x", "y", "z"], [1, 2, 3], item_id="k"),
        judged(["z", "x", "y"], [3, 1, 2], item_id="k"),
    ]
    frame = comparisons(table(*swapped, *same, *shuffled), "majority")
    places = frame.select("item_id", "first", "first_position", "second_position").rows()
    assert places[:2] == [("i", "x", None, None), ("same", "x", 0, 1)]
    assert {place[2:] for place in places[2:]} == {(None, None)}


def test_swapping_what_annotators_saw_never_changes_who_wins() -> None:
    rankings = [[1, 2, 3], [1, 3, 2], [2, 1, 2], [3, 1, 2], [1, 1, 1]]
    orders = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1], [2, 0, 1]]
    texts = ["x", "y", "z"]
    straight = [judged(texts, ranking) for ranking in rankings]
    turned = [
        judged([texts[n] for n in order], [ranking[n] for n in order])
        for order, ranking in zip(orders, rankings, strict=True)
    ]
    wanted = ["first", "second", "outcome", "judgements", "weight"]
    assert (
        comparisons(table(*turned), "majority")
        .select(wanted)
        .equals(comparisons(table(*straight), "majority").select(wanted))
    )


def test_two_models_with_the_same_text_are_told_apart_by_their_name() -> None:
    rows = [
        judged(["Yes.", "Yes."], [1, 2], checkpoints=["m", "n"]),
        judged(["Yes.", "Yes."], [2, 1], checkpoints=["n", "m"]),
    ]
    (row,) = comparisons(table(*rows), "majority").rows(named=True)
    assert (row["first_checkpoint"], row["outcome"], row["judgements"]) == ("m", 1.0, 2)


def test_one_text_twice_in_a_ranking_stays_two_responses() -> None:
    rows = [judged(["x", "x", "y"], [1, 2, 3])] * 2
    frame = comparisons(table(*rows), "majority")
    assert frame["judgements"].to_list() == [2, 2, 2]
    assert frame["weight"].sum() == pytest.approx(1.0)


def test_the_strength_of_a_majority_is_the_mean_of_its_judgements() -> None:
    rows = [judged(["x", "y"], [1, 2], strength=1.0), judged(["y", "x"], [2, 1], strength=0.5)]
    assert comparisons(table(*rows), "majority")["strength"].to_list() == [0.75]
    assert comparisons(table(*rows)).schema["strength"] == pl.Float64


def test_the_pairs_of_an_item_weigh_one_also_when_its_judgements_ranked_different_responses() -> None:
    shown = [["A", "B", "C"], ["B", "C", "D"], ["A", "B"]]
    rows = [judged(texts, list(range(1, len(texts) + 1)), item_id="k") for texts in shown]
    frame = comparisons(table(*rows, judged(["A", "B"], [1, 2], item_id="other")), "majority")
    item = frame.filter(pl.col("item_id") == "k")
    assert dict(zip(item["first"] + item["second"], item["judgements"], strict=True)) == {
        "AB": 2,
        "AC": 1,
        "BC": 2,
        "BD": 1,
        "CD": 1,
    }
    assert item["weight"].to_list() == pytest.approx([1 / 5] * 5)
    assert frame.filter(pl.col("item_id") == "other")["weight"].to_list() == [1.0]


def test_language_author_and_the_last_submission_are_there_for_audits() -> None:
    early, late = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC)
    rows = [
        judged(["x", "y"], [1, 2], language="de", prompt_author_id="p", submitted_at=moment)
        for moment in (late, early)
    ]
    for_audits = ("language", "prompt_author_id", "submitted_at")
    assert comparisons(table(*rows)).select(for_audits).rows() == [("de", "p", late), ("de", "p", early)]
    assert comparisons(table(*rows), "majority").select(for_audits).rows() == [("de", "p", late)]
