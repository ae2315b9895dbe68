"""Source models by the thousand: the rare ones are one, and nothing grows with their square."""

import numpy as np
import polars as pl
import pytest

from quality.audits.identifiable import identifiable_share
from quality.audits.joint.fit import fit
from quality.audits.source_models import MOST_MODELS, OTHER, pooled
from simulator.votes import Votes, votes


def with_a_run_id_for_some(share: float) -> Votes:
    """A batch in which this share of the responses on either side has a model of its own."""
    batch, rng = votes(np.random.default_rng(91), 5000), np.random.default_rng(92)
    runs = {
        side: pl.when(pl.Series(rng.random(5000) < share))
        .then(pl.format("{}-run-{}", pl.lit(side[:1]), pl.int_range(5000)))
        .otherwise(pl.col(side))
        for side in ("first_checkpoint", "second_checkpoint")
    }
    return Votes(batch.frame.with_columns(**runs), batch.deltas, batch.quality)


def test_of_thousands_of_models_the_rare_ones_are_one_and_the_report_says_so() -> None:
    batch = with_a_run_id_for_some(0.3)
    result = fit(batch.frame, batch.deltas, batch.quality)
    assert set(result.source_strengths) == {*(f"m{number}" for number in range(8)), OTHER}
    rare = pooled(batch.frame)[1]
    assert rare > 2500
    assert f"{rare:,} source models, mostly of under 20 comparisons, taken as one" in result.about
    assert result.effects[1].status == "pass"


def test_a_run_id_for_each_response_leaves_no_source_model_and_no_share_to_tell() -> None:
    batch = with_a_run_id_for_some(1.1)
    result = fit(batch.frame, batch.deltas)
    assert result.source_strengths == {}
    assert {effect.identifiable_share for effect in result.effects} == {None}
    assert identifiable_share(batch.deltas["f0"], batch.frame) is None


def test_the_share_of_a_feature_that_the_busy_models_explain_is_told_among_thousands() -> None:
    batch = with_a_run_id_for_some(0.3)
    style = batch.frame.select(
        first=pl.col("first_checkpoint") == "m0", second=pl.col("second_checkpoint") == "m0"
    )
    delta = style["first"].cast(pl.Float64) - style["second"].cast(pl.Float64)
    assert identifiable_share(delta, batch.frame) == pytest.approx(0, abs=1e-9)


def test_only_the_most_frequent_models_have_an_effect_of_their_own() -> None:
    names = [f"m{number:03}" for number in range(600)]
    many = pl.DataFrame({"first_checkpoint": names * 30, "second_checkpoint": (names[1:] + names[:1]) * 30})
    frame, rare = pooled(many)
    assert rare == 600 - MOST_MODELS
    assert frame["first_checkpoint"].n_unique() == MOST_MODELS + 1


def test_an_ordinary_batch_keeps_all_of_its_models_and_unknown_ones_stay_unknown() -> None:
    few = pl.DataFrame({"first_checkpoint": ["a", None, "b"], "second_checkpoint": ["b", "c", "b"]})
    frame, rare = pooled(few)
    assert (frame.equals(few), rare) == (True, 0)
