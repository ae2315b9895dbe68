"""Where preferences differ: planted slices are found, and a spread of tastes is not an alarm."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import special

from quality.audits.joint.fit import fit
from quality.audits.joint.slices import slices
from quality.audits.joint.slicing import slicings
from simulator.votes import Votes, votes


def sliced(batch: Votes) -> pl.DataFrame:
    return slices(fit(batch.frame, batch.deltas, batch.quality), slicings(batch.frame)[0])


def decided_by_the_first_feature(batch: Votes, rows: pl.Expr, share: float, seed: int) -> Votes:
    lot = pl.Series(np.random.default_rng(seed).random(batch.frame.height) < share)
    says = (batch.deltas["f0"] > 0).cast(pl.Float64)
    outcome = pl.when(rows & lot).then(says).otherwise(pl.col("outcome"))
    return Votes(batch.frame.with_columns(outcome=outcome), batch.deltas, batch.quality)


def test_a_domain_in_which_a_feature_decides_is_found_and_the_others_lean_the_other_way() -> None:
    batch = votes(np.random.default_rng(81), 6000, pairs_a_prompt=1)
    found = sliced(decided_by_the_first_feature(batch, pl.col("domain") == "d1", 0.4, 82))
    rows = found.filter(dimension="domain", feature="f0").sort("slice")
    assert rows["slice"].to_list() == ["d0", "d1", "d2"]
    deviation = rows["deviation"].to_numpy()
    assert rows["p"][1] < 0.001
    assert rows["win_rate"][1] > 0.6
    assert deviation[1] > 0 > deviation[[0, 2]].max()
    assert (found.filter(dimension="domain", feature="f1")["p"] > 0.01).all()


def test_an_odd_annotator_stands_out_of_the_ordinary_spread() -> None:
    batch = votes(np.random.default_rng(83), 8000, annotators=40)
    odd = batch.frame["annotator_id"].value_counts(sort=True)["annotator_id"][5]
    found = sliced(decided_by_the_first_feature(batch, pl.col("annotator_id") == odd, 0.9, 84))
    rows = found.filter(dimension="annotator", feature="f0").sort("p")
    assert rows["slice"][0] == odd
    assert rows["p"][0] < 0.001
    assert 0.05 < rows["spread"][0] < 0.5


def test_estimates_are_drawn_towards_the_batch() -> None:
    batch = votes(np.random.default_rng(85), 4000)
    rows = sliced(batch).filter(dimension="annotator", feature="f0")
    whole = fit(batch.frame, batch.deltas, batch.quality).effects[1].beta
    shrunken = special.logit(rows["win_rate"].to_numpy()) - whole
    assert (np.abs(shrunken) < np.abs(rows["deviation"].to_numpy())).all()
    assert (np.sign(shrunken) == np.sign(rows["deviation"].to_numpy())).all()
    assert (rows["low"] < rows["win_rate"]).all() and (rows["win_rate"] < rows["high"]).all()


def test_a_slice_with_too_few_votes_is_left_out() -> None:
    batch = votes(np.random.default_rng(86), 600, annotators=60)
    kept = sliced(batch).filter(dimension="annotator", feature="f0")
    assert kept.height < batch.frame["annotator_id"].n_unique()
    assert (kept["n"] >= 20).all()


def test_false_alarms_of_slices_stay_nominal_where_people_differ() -> None:
    tables = [sliced(votes(np.random.default_rng([87, number]), 2000)) for number in range(80)]
    rate = (
        pl.concat(tables)
        .filter(pl.col("feature") != "position")
        .group_by("dimension")
        .agg(alarms=(pl.col("p") < 0.05).mean())
    )
    assert dict(rate.iter_rows()) == {
        "annotator": pytest.approx(0.05, abs=0.025),
        "domain": pytest.approx(0.05, abs=0.025),
        "source model": pytest.approx(0.05, abs=0.025),
    }


def test_every_dimension_is_sliced_or_says_what_is_missing() -> None:
    batch = votes(np.random.default_rng(88), 200)
    found, missing = slicings(batch.frame)
    assert [each.dimension for each in found] == ["annotator", "domain", "source model"]
    assert "all have the same language" in missing["language"]
    assert "none has a submitted_at" in missing["week"]


def test_weeks_start_on_monday() -> None:
    start = datetime(2026, 1, 7, tzinfo=UTC)
    frame = votes(np.random.default_rng(89), 200).frame.with_columns(
        submitted_at=pl.Series([start + timedelta(days=i % 10) for i in range(200)])
    )
    week = next(each for each in slicings(frame)[0] if each.dimension == "week")
    assert week.names == ("2026-01-05", "2026-01-12")


def test_a_vote_belongs_to_both_of_its_source_models_once() -> None:
    frame = votes(np.random.default_rng(90), 3).frame.with_columns(
        first_checkpoint=pl.Series(["a", "a", "b"]), second_checkpoint=pl.Series(["b", "a", None])
    )
    source = next(each for each in slicings(frame)[0] if each.dimension == "source model")
    assert sorted(zip(source.row.tolist(), source.code.tolist(), strict=True)) == [
        (0, 0),
        (0, 1),
        (1, 0),
        (2, 1),
    ]


def test_without_a_fit_there_are_no_slices() -> None:
    batch = votes(np.random.default_rng(91), 6, judgements_a_pair=6)
    assert sliced(batch).is_empty()


def test_a_slice_that_is_the_whole_batch_has_no_rest_to_differ_from() -> None:
    batch = votes(np.random.default_rng(88), 2000)
    alone = batch.frame.with_columns(
        domain=pl.lit("d0"), first_checkpoint=pl.lit("m0"), second_checkpoint=pl.lit("m1")
    )
    found = sliced(Votes(alone, batch.deltas, batch.quality))
    assert set(found["dimension"]) == {"annotator"}
