"""The audit audits itself: placebos, power, and the report that acts on them."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from quality.audits.dependence import dependence
from quality.audits.joint.design import design
from quality.audits.joint.fit import fit
from quality.audits.joint.linearise import Linearised, linearise
from quality.audits.joint.multiplicity import level_alone
from quality.audits.joint.pairs import pairs
from quality.audits.joint.placebos import placebo_p_values, placebos
from quality.audits.joint.power import power
from quality.audits.joint.report import joint_report
from quality.audits.joint.slices import slices
from quality.audits.joint.slicing import slicings
from simulator.votes import votes


def linearised(frame: pl.DataFrame, deltas: pl.DataFrame) -> Linearised:
    found = fit(frame, deltas).linearised
    assert found is not None
    return found


def test_a_placebo_belongs_to_the_pair_and_turns_its_sign_with_the_sides() -> None:
    frame = pl.DataFrame({"item_id": ["i", "i", "j"], "first": ["a", "b", "a"], "second": ["b", "a", "b"]})
    drawn = pairs(frame).draw(np.random.default_rng(1), 2)
    assert (drawn[0] == -drawn[1]).all()
    assert (drawn[0] != drawn[2]).all()


def test_on_real_votes_placebos_alarm_at_the_nominal_rate(crowd_votes: pl.DataFrame) -> None:
    longer = pl.col("first").str.len_chars().cast(pl.Float64) - pl.col("second").str.len_chars()
    found = linearised(crowd_votes, crowd_votes.select(length=longer))
    own = placebos(crowd_votes, found, number=600)
    assert 0.03 <= own.rates["pair"] <= 0.075  # 0.03 to 0.07, and the noise of 600 draws above
    assert 0.015 <= own.rates["source"] <= 0.07
    assert own.spread == 1 or own.rates["pair"] > 0.07


def test_on_real_votes_a_style_of_the_model_alarms_without_source_models(crowd_votes: pl.DataFrame) -> None:
    none = pl.lit(None, dtype=pl.String)
    unsourced = crowd_votes.with_columns(first_checkpoint=none, second_checkpoint=none)
    sources = design(crowd_votes, pl.DataFrame()).sources
    found = linearised(unsourced, pl.DataFrame())
    style = sources @ np.random.default_rng(2).normal(size=(sources.shape[1], 300))
    assert (found.further(style).p < 0.05).mean() > 0.1


def test_votes_that_copy_each_other_unseen_alarm_too_often_and_calibration_sets_it_right() -> None:
    # Each pair is judged by ten people who talk to each other, and nothing in the clusters says so.
    batch = votes(np.random.default_rng(3), 3000, annotators=150, judgements_a_pair=10)
    alone = batch.frame.with_columns(
        outcome=pl.col("outcome").first().over("item_id"),
        prompt_key=pl.col("record_id"),
        checkpoint=pl.lit(None, dtype=pl.String),
    ).with_columns(first_checkpoint="checkpoint", second_checkpoint="checkpoint")
    found = linearised(alone, batch.deltas)
    own = placebos(alone, found)
    assert own.rates["pair"] > 0.2
    assert own.calibrates and own.spread > 1.5
    assert "calibrated on the placebos" in own.reason
    fresh = placebo_p_values(alone, found, "pair", 400, np.random.default_rng(4))
    needed = placebos(alone, found, seed=5).spread
    assert own.spread == pytest.approx(needed, rel=0.25)
    assert (stats.norm.isf(fresh / 2) / own.spread > 1.96).mean() < 0.1


def test_the_power_curve_agrees_with_refits() -> None:
    batch = votes(np.random.default_rng(6), 3000, annotators=150, features=1)
    base = linearised(batch.frame, batch.deltas)
    quick = power(batch.frame, base, shares=(0.05,), plants=400)
    rng, found, refits = np.random.default_rng(7), 0, 150
    told = pairs(batch.frame)
    for _ in range(refits):
        x = told.draw(rng, 1)[:, 0]
        outcome = np.where(rng.random(3000) < 0.05, x > 0, batch.frame["outcome"].to_numpy())
        frame = batch.frame.with_columns(outcome=pl.Series(outcome))
        again = linearise(
            design(frame, batch.deltas.with_columns(x=pl.Series(x))), dependence(frame).ways, seed=0
        )
        found += int(again.steps.p[again.fit.design.names.index("x")] < 0.05)
    assert quick.found[0] == pytest.approx(found / refits, abs=0.12)


def test_five_in_a_hundred_votes_decided_are_found_on_five_thousand_pairs() -> None:
    batch = votes(np.random.default_rng(8), 5000, annotators=60)
    curve = power(batch.frame, linearised(batch.frame, batch.deltas))
    assert curve.shares == (0.02, 0.05, 0.08, 0.12)
    assert curve.found[1] >= 0.5
    assert curve.found[2] >= 0.9
    assert curve.minimum_detectable is not None and 0.02 < curve.minimum_detectable < 0.08


def test_a_lone_feature_of_many_needs_more_votes_decided_than_nominal_power_says() -> None:
    batch = votes(np.random.default_rng(8), 5000, annotators=150)
    found, level = linearised(batch.frame, batch.deltas), level_alone(17)
    curve = power(batch.frame, found, level=level)
    assert curve.found == power(batch.frame, found).found
    assert curve.minimum_detectable is not None and curve.minimum_detectable_alone is not None
    assert 1.3 < curve.minimum_detectable_alone / curve.minimum_detectable < 1.65
    assert all(alone <= nominal for alone, nominal in zip(curve.found_alone, curve.found, strict=True))
    assert f"{curve.minimum_detectable_alone:.1%}" in curve.reason
    wide = power(batch.frame, found, level=level, spread=1.2)
    assert (wide.minimum_detectable_alone or 1.0) > curve.minimum_detectable_alone


def test_a_report_tells_what_is_needed_at_the_level_of_all_of_its_families() -> None:
    batch = votes(np.random.default_rng(14), 2000)
    report, plain = joint_report(batch.frame, batch.deltas), fit(batch.frame, batch.deltas)
    assert report.power is not None and report.power.level == level_alone(report.result.tested)
    for effect, before in zip(report.result.effects, plain.effects, strict=True):
        assert (effect.minimum_detectable_alone or 0) > (before.minimum_detectable_alone or 1)
        assert "found as the only one of the report" in effect.reason


def test_a_batch_too_small_to_show_twelve_in_a_hundred_says_so() -> None:
    batch = votes(np.random.default_rng(9), 200)
    curve = power(batch.frame, linearised(batch.frame, batch.deltas))
    assert curve.minimum_detectable is None
    assert "more than 12%" in curve.reason


def test_the_report_adjusts_features_slices_and_other_audits_together() -> None:
    batch = votes(np.random.default_rng(10), 3000, slopes=(1.0,))
    report = joint_report(batch.frame, batch.deltas, batch.quality, others={"ties": [0.2, None]})
    assert report.result.effects[1].status == "fail"
    assert report.others["ties"][1] is None
    assert report.slices["q"].null_count() == 0
    assert set(report.not_sliced) == {"language", "week"}
    assert report.placebos is not None and report.power is not None
    assert joint_report(batch.frame, batch.deltas, batch.quality).slices.height == report.slices.height


def test_a_report_on_nothing_is_not_testable_and_has_no_rates_of_its_own() -> None:
    batch = votes(np.random.default_rng(11), 4)
    report = joint_report(batch.frame.head(0), batch.deltas.head(0))
    assert {effect.status for effect in report.result.effects} == {"not_testable"}
    assert (report.placebos, report.power) == (None, None)
    assert report.slices.is_empty()


@pytest.mark.parametrize("error", [ArithmeticError("no maximum"), np.linalg.LinAlgError("singular")])
def test_a_model_that_cannot_be_fitted_stops_no_report_and_says_why(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("quality.audits.joint.linearise.maximise", fails)
    batch = votes(np.random.default_rng(13), 800)
    report = joint_report(batch.frame, batch.deltas, batch.quality, others={"ties": [0.2]})
    assert {effect.status for effect in report.result.effects} == {"not_testable"}
    assert all(str(error) in effect.reason for effect in report.result.effects)
    assert (report.placebos, report.power, report.slices.height) == (None, None, 0)
    assert report.others == {"ties": [pytest.approx(0.2)]}


def test_where_placebos_alarm_features_and_slices_of_the_report_are_calibrated() -> None:
    batch = votes(np.random.default_rng(12), 2000, annotators=150, judgements_a_pair=10)
    copied = batch.frame.with_columns(
        outcome=pl.col("outcome").first().over("item_id"), prompt_key=pl.col("record_id")
    )
    report, plain = joint_report(copied, batch.deltas), fit(copied, batch.deltas)
    assert report.placebos is not None and report.placebos.calibrates
    for effect, before in zip(report.result.effects[1:], plain.effects[1:], strict=True):
        assert effect.se is not None and before.se is not None
        assert effect.se == pytest.approx(before.se * report.placebos.spread)
    assert "calibrated on placebos" in report.result.effects[1].reason
    uncalibrated = slices(plain, slicings(copied)[0])
    # The people's ordinary spread is smaller beside larger errors, so a few p may even fall.
    assert (report.slices["p"] >= uncalibrated["p"] - 1e-9).sum() > 0.95 * uncalibrated.height
    assert (report.slices["se"] > uncalibrated["se"]).all()
