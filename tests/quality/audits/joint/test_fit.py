"""What the joint model says of a batch, feature by feature."""

import numpy as np
import polars as pl
import pytest
from scipy import special, stats

from contracts.model import AuditLimit
from quality.audits.joint.effects import Effect, alone, calibrated, measured
from quality.audits.joint.fit import fit
from quality.audits.joint.report import joint_report
from simulator.votes import Votes, votes


def effects(batch: Votes, deltas: pl.DataFrame | None = None) -> dict[str, Effect]:
    result = fit(batch.frame, batch.deltas if deltas is None else deltas, batch.quality)
    return {effect.feature: effect for effect in result.effects}


def test_every_figure_of_a_feature_is_told() -> None:
    batch = votes(np.random.default_rng(61), 4000, slopes=(1.5,), slope_sd=0.1)
    length = effects(batch)["f0"]
    assert (length.n, length.status, length.evidence) == (4000, "fail", "association")
    assert length.beta is not None and length.se is not None and length.low is not None
    assert length.win_rate == pytest.approx(special.expit(length.beta))
    assert 0.6 < length.low < (length.win_rate or 0) < (length.high or 0)
    assert length.q is not None and length.q <= 0.05
    assert length.effective_n == pytest.approx(4000 / max(1, length.design_effect or 0))
    assert length.minimum_detectable is not None and 0.5 < length.minimum_detectable < 0.6
    assert length.minimum_detectable_alone is not None
    assert length.minimum_detectable < length.minimum_detectable_alone < 0.65
    assert length.identifiable_share == pytest.approx(1, abs=0.1)
    assert length.threshold == 0.1
    assert "an association" in length.reason and "bias" not in length.reason


def test_a_small_association_that_is_found_warns() -> None:
    batch = votes(np.random.default_rng(62), 6000, slopes=(0.3,), slope_sd=0.0)
    assert effects(batch)["f0"].status == "warn"


def test_bias_is_said_of_counterfactual_evidence_only() -> None:
    batch = votes(np.random.default_rng(61), 4000, slopes=(1.5,), slope_sd=0.1)
    result = fit(batch.frame, batch.deltas, evidence={"f0": "counterfactual"})
    told = {effect.feature: effect for effect in result.effects}
    assert "a bias, by counterfactual pairs" in told["f0"].reason
    assert told["f1"].evidence == "association"


def test_what_belongs_to_the_source_model_is_not_identifiable() -> None:
    batch = votes(np.random.default_rng(63), 3000, of_source=1.0)
    found = effects(batch)["f0"]
    assert (found.status, found.q) == ("not_identifiable", None)
    assert found.identifiable_share == pytest.approx(0, abs=1e-6)
    assert "source model" in found.reason


def test_the_identifiable_share_is_what_the_source_model_leaves() -> None:
    batch = votes(np.random.default_rng(64), 6000, of_source=0.6, sources=30)
    assert effects(batch)["f0"].identifiable_share == pytest.approx(0.4, abs=0.08)


def test_without_source_models_the_share_is_unknown() -> None:
    batch = votes(np.random.default_rng(65), 1000)
    none = pl.lit(None, dtype=pl.String)
    frame = batch.frame.with_columns(first_checkpoint=none, second_checkpoint=none)
    result = fit(frame, batch.deltas)
    assert {effect.identifiable_share for effect in result.effects} == {None}
    assert result.source_strengths == {}


def test_features_that_repeat_each_other_are_not_identifiable() -> None:
    batch = votes(np.random.default_rng(66), 2000)
    found = effects(batch, batch.deltas.with_columns(same=pl.col("f0") * 2))
    assert [found[name].status for name in ("f0", "same")] == ["not_identifiable"] * 2
    assert "tell" in found["f0"].reason
    assert found["f1"].status == "pass"


def test_strengths_of_source_models_and_the_quality_proxy_are_told() -> None:
    batch = votes(np.random.default_rng(67), 4000)
    result = fit(batch.frame, batch.deltas, batch.quality)
    assert set(result.source_strengths) == {f"m{i}" for i in range(8)}
    assert sum(result.source_strengths.values()) == pytest.approx(0, abs=1e-6)
    assert result.quality_coefficient is not None and result.quality_coefficient > 0.3
    assert "quality" not in {effect.feature for effect in result.effects}


@pytest.mark.parametrize(
    ("delta", "said"),
    [
        (pl.lit(None, dtype=pl.Float64), "No comparison tells x"),
        (pl.lit(float("nan")), "No comparison tells x"),
        (pl.lit(0.0), "In 0 comparisons the sides differ in x"),
    ],
    ids=["null", "NaN", "never differs"],
)
def test_a_feature_that_nobody_told_is_not_testable(delta: pl.Expr, said: str) -> None:
    batch = votes(np.random.default_rng(68), 500)
    found = effects(batch, batch.deltas.with_columns(x=delta))["x"]
    assert (found.status, found.n, found.p) == ("not_testable", 0, None)
    assert said in found.reason


def test_too_few_effective_votes_are_not_testable_but_shown() -> None:
    batch = votes(np.random.default_rng(69), 2000)
    limit = AuditLimit(max_lean=0.1, min_effective_n=1999, severity="advisory")
    found = fit(batch.frame, batch.deltas, limit=limit).effects[1]
    assert (found.status, found.q) == ("not_testable", None)
    assert found.win_rate is not None
    assert "effective n of at least 1,999" in found.reason


@pytest.mark.parametrize("outcome", [None, 1.0], ids=["order unknown", "first always wins"])
def test_position_is_not_testable_where_the_listing_cannot_tell(outcome: float | None) -> None:
    batch = votes(np.random.default_rng(70), 800)
    unknown = pl.lit(None, dtype=pl.Int64)
    changed = (
        batch.frame.with_columns(first_position=unknown, second_position=unknown)
        if outcome is None
        else batch.frame.with_columns(outcome=pl.lit(outcome))
    )
    result = fit(changed, batch.deltas)
    assert result.effects[0].status == "not_testable"
    assert ("first_position" if outcome is None else "same place") in result.effects[0].reason
    assert result.effects[1].p is not None


@pytest.mark.parametrize("rows", [0, 6], ids=["none", "one item"])
def test_a_batch_of_one_item_or_none_is_not_testable_throughout(rows: int) -> None:
    batch = votes(np.random.default_rng(71), 6, judgements_a_pair=6)
    result = fit(batch.frame.head(rows), batch.deltas.head(rows))
    assert {effect.status for effect in result.effects} == {"not_testable"}
    assert all(effect.reason for effect in result.effects)
    assert result.linearised is None


def test_the_reason_names_what_the_errors_allow_for_and_how_ties_count() -> None:
    batch = votes(np.random.default_rng(72), 1500, tie_share=0.2, pairs_a_prompt=3)
    about = fit(batch.frame, batch.deltas).about
    assert "500 prompts and 40 annotators, wild score bootstrap" in about
    assert "ties counted as half wins" in about
    assert about in fit(batch.frame, batch.deltas).effects[1].reason


def test_the_same_batch_gives_the_same_figures() -> None:
    batch = votes(np.random.default_rng(73), 800)
    assert fit(batch.frame, batch.deltas).effects == fit(batch.frame, batch.deltas).effects


def test_calibration_widens_and_never_sharpens() -> None:
    effect = effects(votes(np.random.default_rng(74), 2000, slopes=(0.4,)))["f0"]
    wide = calibrated(effect, 1.5)
    assert effect.p is not None and wide.p is not None and wide.p > effect.p
    assert effect.se is not None and wide.se == pytest.approx(1.5 * effect.se)
    assert effect.high is not None and wide.high is not None and effect.beta is not None
    half = special.logit(effect.high) - effect.beta
    assert special.logit(wide.high) - effect.beta == pytest.approx(1.5 * half)
    assert (wide.beta, wide.win_rate) == (effect.beta, effect.win_rate)


def with_degrees(degrees: float) -> Effect:
    critical = float(stats.t.isf(0.025, degrees))
    return measured(
        "x",
        n=1000,
        effective_n=1000.0,
        beta=0.0,
        se=0.1,
        critical=critical,
        p=1.0,
        design_effect=1.0,
        identifiable_share=None,
        evidence="association",
        threshold=0.1,
    )


@pytest.mark.parametrize(("degrees", "times"), [(np.inf, 1.476), (12, 1.707)])
def test_what_a_lone_effect_needs_is_beyond_what_nominal_five_per_cent_would_show(
    degrees: float, times: float
) -> None:
    raw, level = with_degrees(degrees), 0.001
    least = alone(raw, level, least_p=0.0).minimum_detectable_alone
    assert raw.minimum_detectable is not None and least is not None
    # Of estimates about the effect, t distributed about it, four in five are beyond the level's value.
    shown = special.logit(least) / 0.1 - stats.t.isf(level / 2, degrees)
    assert stats.norm.cdf(shown) == pytest.approx(0.8, abs=1e-4)
    assert special.logit(least) / special.logit(raw.minimum_detectable) == pytest.approx(times, abs=2e-3)


def test_a_bootstrap_of_too_few_draws_to_find_a_lone_effect_says_so() -> None:
    assert alone(with_degrees(20), 0.0004, least_p=1 / 2000).minimum_detectable_alone is None
    batch = votes(np.random.default_rng(75), 1000)
    result = fit(batch.frame, batch.deltas).alone(0.0004).with_q([None, 1.0, 1.0, 1.0, 1.0])
    assert "no rate would be found as the only one of the report" in result.effects[1].reason


def test_a_batch_of_ties_is_not_judged_and_shows_no_power() -> None:
    batch = votes(np.random.default_rng(89), 2000, tie_share=0.97)
    report = joint_report(batch.frame, batch.deltas)
    assert {effect.status for effect in report.result.effects} == {"not_testable"}
    assert report.power is None
    assert "of the comparisons; the contract asks for an effective n of at least 100" in (
        report.result.effects[1].reason
    )
