"""Rows cluster by prompt and by annotator, as far as these are known."""

from typing import Any

import polars as pl

from quality.audits.dependence import dependence


def rows(**columns: list[Any]) -> pl.DataFrame:
    """A frame of comparisons with the columns that matter here."""
    n = len(next(iter(columns.values())))
    names = [f"x{number}" for number in range(n)]
    defaults = {"record_id": names, "item_id": names, "prompt_key": names, "annotator_id": names}
    return pl.DataFrame({**defaults, **columns}, schema_overrides={"annotator_id": pl.String})


def test_items_of_one_prompt_cluster_together() -> None:
    found = dependence(
        rows(item_id=["a", "b", "c"], prompt_key=["p", "p", "q"], annotator_id=["u", "v", "v"])
    )
    assert {name: way.tolist() for name, way in found.ways.items()} == {
        "prompt": [0, 0, 1],
        "annotator": [0, 1, 1],
    }
    assert found.note == ""


def test_where_all_share_one_prompt_the_items_are_the_clusters() -> None:
    found = dependence(rows(item_id=["a", "b", "b"], prompt_key=["p"] * 3))
    assert list(found.ways) == ["item", "annotator"]
    assert found.ways["item"].tolist() == [0, 1, 1]


def test_one_item_leaves_nothing_to_generalise_from() -> None:
    assert dependence(rows(item_id=["a", "a"], prompt_key=["p", "p"])).ways == {}


def test_unknown_annotators_leave_the_prompts_and_a_note() -> None:
    found = dependence(rows(annotator_id=[None, None]))
    assert list(found.ways) == ["prompt"]
    assert "annotators are not told apart" in found.note


def test_a_single_annotator_leaves_the_prompts_and_a_note() -> None:
    found = dependence(rows(annotator_id=["u", "u"]))
    assert list(found.ways) == ["prompt"]
    assert "all by one annotator" in found.note


def test_judgements_without_an_id_count_as_by_different_people_even_if_a_record_is_named_like_one() -> None:
    found = dependence(rows(record_id=["r", "r", "u", "z"], annotator_id=[None, None, None, "u"]))
    first, second, third, known = found.ways["annotator"].tolist()
    assert first == second  # pairs of one K-wise record
    assert len({first, third, known}) == 3
    assert "3 comparisons without an annotator id" in found.note
