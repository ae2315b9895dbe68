import numpy as np
import polars as pl
import pytest

from quality.mitigation.soft import ALONE, dawid_skene_labels, missing, onto, shares
from rampart.records.comparisons import comparisons
from tests.quality.mitigation.planted import Planted, planted


def judged(rows: list[tuple[str, str, bool, float]]) -> pl.DataFrame:
    """Judgements as (item, annotator, shown the other way round, outcome for the first as shown)."""
    return pl.DataFrame(
        {
            "record_id": [f"r{i}" for i in range(len(rows))],
            "item_id": [row[0] for row in rows],
            "annotator_id": [row[1] for row in rows],
            "first": ["right" if row[2] else "left" for row in rows],
            "second": ["left" if row[2] else "right" for row in rows],
            "first_checkpoint": pl.Series([None] * len(rows), dtype=pl.String),
            "second_checkpoint": pl.Series([None] * len(rows), dtype=pl.String),
            "outcome": [row[3] for row in rows],
        }
    )


def test_shares_are_of_the_winner_and_not_of_the_side() -> None:
    each = judged([("i", "a", False, 1.0), ("i", "b", True, 0.0), ("i", "c", True, 1.0)])
    assert shares(each) == pytest.approx([2 / 3, 1 / 3, 1 / 3])


def test_a_pair_judged_once_keeps_its_label() -> None:
    each = judged([("i", "a", False, 1.0), ("j", "b", True, 0.0), ("k", "b", True, 0.5)])
    assert shares(each).tolist() == [1.0, 0.0, 0.5]
    assert missing(each) == ALONE


def test_dawid_and_skene_believe_those_who_agree_with_the_rest() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 120)
    rows = []
    for item, right in enumerate(truth):
        for who in ("a", "b", "c"):
            said = right if rng.random() < 0.95 else 1 - right
            rows.append((f"i{item}", who, False, float(said)))
        rows += [(f"i{item}", who, False, float(rng.integers(0, 2))) for who in ("x", "y", "z")]
    each = judged(rows)
    answer = np.repeat(truth, 6)
    believed, counted = dawid_skene_labels(each), shares(each)
    assert np.mean((believed > 0.5) == answer) > 0.97
    assert np.mean(np.abs(believed - answer)) < 0.5 * np.mean(np.abs(counted - answer))


def test_the_label_turns_with_the_sides(swayed: Planted) -> None:
    each = swayed.batch.each
    pairs = {"first": "second", "first_checkpoint": "second_checkpoint"}
    there = pairs | {theirs: ours for ours, theirs in pairs.items()}
    turned = each.with_columns(
        *(pl.col(theirs).alias(ours) for ours, theirs in there.items()), outcome=1 - pl.col("outcome")
    )
    for labels in (shares, dawid_skene_labels):
        assert labels(turned) == pytest.approx(1 - labels(each), abs=1e-9)


def test_joined_judgements_find_the_labels_of_their_pair() -> None:
    one = planted(1.0, items=200, count=400, seed=4)
    records = one.batch.records
    joined, each = comparisons(records, "majority"), one.batch.each
    soft = onto(joined, each, shares(each))
    by_item = each.group_by("item_id").agg(pl.col("outcome").mean())
    expected = joined.select("item_id").join(by_item, on="item_id", how="left", maintain_order="left")
    assert soft == pytest.approx(expected["outcome"].to_numpy())
    assert set(np.unique(soft)) == {0.0, 0.5, 1.0}
