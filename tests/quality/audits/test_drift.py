"""Coefficients from week to week: against statsmodels' heterogeneity test and planted change."""

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from contracts.model import ContrastLimit
from quality.audits import drift, lean_drift
from quality.audits.features.catalogue import BY_NAME
from simulator.crowd import Crowd, batch


def history(rng: np.random.Generator, weeks: int = 6, features: int = 20) -> pl.DataFrame:
    """Coefficients that stay what they are, seen with noise."""
    truth = rng.normal(size=features)
    se = rng.uniform(0.05, 0.15, (weeks, features))
    beta = truth + se * rng.normal(size=(weeks, features))
    return pl.DataFrame(
        {
            "week": np.repeat(np.arange(1, weeks + 1), features),
            "feature": [f"f{number:02}" for number in range(features)] * weeks,
            "beta": beta.ravel(),
            "se": se.ravel(),
        }
    )


def test_a_change_is_the_latest_less_the_weighted_mean_before() -> None:
    told = history(np.random.default_rng(1))
    row = drift.changes(told).row(3, named=True)
    mine = told.filter(pl.col("feature") == row["feature"])
    before, now = mine.filter(pl.col("week") < 6), mine.filter(pl.col("week") == 6)
    pooled = combine_effects(before["beta"].to_numpy(), before["se"].to_numpy() ** 2)
    assert row["before"] == pytest.approx(pooled.mean_effect_fe)
    assert row["change"] == pytest.approx(now["beta"].item() - pooled.mean_effect_fe)
    assert row["se"] == pytest.approx(np.hypot(now["se"].item(), pooled.sd_eff_w_fe))
    whole = combine_effects(mine["beta"].to_numpy(), mine["se"].to_numpy() ** 2)
    assert row["homogeneity"] == pytest.approx(whole.test_homogeneity().pvalue)


def test_steady_coefficients_alarm_in_one_of_twenty_before_and_hardly_after_correction() -> None:
    rng = np.random.default_rng(2)
    tables = [drift.changes(history(rng)) for _ in range(150)]
    assert 0.03 <= np.mean([(table["p"] < 0.05).mean() or 0.0 for table in tables]) <= 0.07
    assert np.mean([bool((table["q"] < 0.05).any()) for table in tables]) <= 0.1


def test_a_coefficient_that_moves_is_named_and_the_others_are_not() -> None:
    told = history(np.random.default_rng(3)).with_columns(
        beta=pl.when((pl.col("week") == 6) & (pl.col("feature") == "f07"))
        .then(pl.col("beta") + 0.8)
        .otherwise("beta")
    )
    warned = [finding for finding in drift.audit(told, "s3://rows") if finding.status == "warn"]
    assert [finding.feature for finding in warned] == ["f07"]
    assert warned[0].observed == pytest.approx(0.8, abs=0.4)
    assert warned[0].evidence == "s3://rows"


@pytest.mark.parametrize("given", [None, history(np.random.default_rng(4), weeks=1)])
def test_one_week_alone_has_nothing_to_change_from(given: pl.DataFrame | None) -> None:
    (finding,) = drift.audit(given)
    assert finding.status == "not_testable"
    assert "`history`" in finding.reason


def test_a_feature_that_is_new_this_week_is_left_out() -> None:
    told = history(np.random.default_rng(5), features=2)
    late = told.filter((pl.col("feature") == "f00") | (pl.col("week") == 6))
    assert [finding.feature for finding in drift.audit(late)] == ["f00"]


def test_a_taste_that_comes_up_in_the_latest_week_is_found_and_others_are_not() -> None:
    frame, found = batch(np.random.default_rng(6), Crowd(items=1500))
    late = frame["submitted_at"] == frame["submitted_at"].max()
    lists = found.delta["lists"]
    swayed = late & (lists != 0) & pl.Series(np.random.default_rng(7).random(frame.height) < 0.5)
    changed = frame.with_columns(
        outcome=pl.when(swayed).then((lists > 0).cast(pl.Float64)).otherwise("outcome")
    )
    features = (BY_NAME["lists"], BY_NAME["emoji"])
    lists_won, emoji_won = lean_drift.audit(changed, found, features, ContrastLimit())
    assert (lists_won.status, lists_won.spec.metric) == ("fail", "lists_wins_change")
    assert emoji_won.status == "pass"
    alone = lean_drift.audit(frame.with_columns(week=pl.lit(3)), found, features, ContrastLimit())
    assert {each.reason for each in alone} == {"All comparisons are of one week (3)."}
