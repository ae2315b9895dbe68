import hashlib

import polars as pl
import pytest
from statsmodels.stats.power import normal_sample_size_one_tail

from quality.audits.features.catalogue import BY_NAME
from quality.audits.features.length import LENGTH
from quality.audits.features.measuring import deltas
from quality.mitigation.requests import needed, requested
from tests.quality.mitigation.planted import Planted


def asked(one: Planted, max_lean: float = 0.1, seed: int = 0) -> pl.DataFrame:
    frame = one.batch.each
    return requested(frame, deltas(frame, [LENGTH]).to_series(), LENGTH, max_lean, seed)


@pytest.mark.parametrize("max_lean", [0.05, 0.1, 0.2])
def test_as_many_pairs_as_the_usual_formula_says(max_lean: float) -> None:
    usual = normal_sample_size_one_tail(max_lean, 0.8, 0.025, std_null=0.5, std_alternative=0.5)
    assert needed(max_lean) - 1 < usual <= needed(max_lean)


def test_half_of_the_pairs_are_those_that_the_longer_response_lost(swayed: Planted) -> None:
    found, frame = asked(swayed), swayed.batch.each
    rows = found.join(frame, on="record_id", maintain_order="left")
    won = ((rows["position"] == 0) == (rows["outcome"] == 1.0)).sum()
    assert (found.height, won) == (197, 98)


def test_the_longer_response_is_to_be_as_long_as_the_other(swayed: Planted) -> None:
    rows = asked(swayed).join(swayed.batch.each, on="record_id", maintain_order="left")
    lengths = rows.select(one=pl.col("first").str.len_chars(), other=pl.col("second").str.len_chars())
    assert (rows["characters"] == lengths.max_horizontal()).all()
    assert (rows["target_characters"] == lengths.min_horizontal()).all()
    for row in rows.head(20).iter_rows(named=True):
        text = row["first"] if row["position"] == 0 else row["second"]
        assert hashlib.sha256(text.encode()).hexdigest() == row["sha256"]


def test_each_pair_is_asked_for_once_whoever_judged_it(swayed: Planted) -> None:
    found = asked(swayed, max_lean=0.02)
    assert found["item_id"].n_unique() == found.height > 1000


def test_a_seed_repeats_the_request(swayed: Planted) -> None:
    assert asked(swayed, seed=2).equals(asked(swayed, seed=2))
    assert not asked(swayed, seed=2).equals(asked(swayed, seed=3))


def test_markup_is_to_be_left_out_and_its_length_is_free(swayed: Planted) -> None:
    frame = swayed.batch.each.head(30).with_columns(first=pl.concat_str("first", pl.lit(" **so**")))
    bold = BY_NAME["bold"]
    found = requested(frame, deltas(frame, [bold]).to_series(), bold, 0.1, 0)
    assert found.height > 0
    assert (found["position"] == 0).all()
    assert found["target_characters"].null_count() == found.height
    assert found["instruction"].unique().to_list() == [
        "Write this response anew without bold: same content, same length."
    ]


def test_no_text_of_the_work_and_no_annotator_is_in_it(swayed: Planted) -> None:
    assert asked(swayed).columns == [
        *("request", "record_id", "item_id", "position", "against", "sha256"),
        *("characters", "target_characters", "instruction"),
    ]
