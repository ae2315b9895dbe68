"""Errors against statsmodels; one step against refits."""

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from quality.audits.dependence import dependence
from quality.audits.joint.design import Numbers, design
from quality.audits.joint.linearise import Linearised, linearise
from simulator.votes import Votes, votes


def fitted(batch: Votes, deltas: pl.DataFrame | None = None, outcome: Numbers | None = None) -> Linearised:
    frame = batch.frame if outcome is None else batch.frame.with_columns(outcome=pl.Series(outcome))
    terms = design(frame, batch.deltas if deltas is None else deltas, batch.quality)
    return linearise(terms, dependence(frame).ways, seed=0, draws=399)


def without_sources(batch: Votes) -> Votes:
    none = pl.lit(None, dtype=pl.String)
    frame = batch.frame.with_columns(first_checkpoint=none, second_checkpoint=none)
    return Votes(frame, batch.deltas, batch.quality)


def test_errors_are_statsmodels_two_way_cluster_robust_ones() -> None:
    rng = np.random.default_rng(31)
    batch = without_sources(votes(rng, 4000, annotators=150, pairs_a_prompt=4, judgements_a_pair=2))
    found = fitted(batch)
    ways = list(found.clusters.codes.values())
    model = sm.GLM(found.fit.design.outcome, found.fit.design.dense, family=sm.families.Binomial())
    both, *singles = (
        model.fit(cov_type="cluster", cov_kwds={"groups": groups})
        for groups in (np.column_stack(ways), *ways)
    )
    assert found.draws is None
    assert found.steps.beta == pytest.approx(both.params, abs=1e-5)
    assert (both.bse > np.maximum(*(one.bse for one in singles))).any()
    floored = np.maximum.reduce([both.bse, *(one.bse for one in singles)])
    assert found.steps.se == pytest.approx(floored, rel=1e-4)


def test_errors_are_statsmodels_one_way_ones_where_annotators_are_not_told_apart() -> None:
    batch = without_sources(votes(np.random.default_rng(32), 2000, pairs_a_prompt=3))
    unknown = batch.frame.with_columns(annotator_id=pl.lit(None, dtype=pl.String))
    found = fitted(Votes(unknown, batch.deltas, batch.quality))
    model = sm.GLM(found.fit.design.outcome, found.fit.design.dense, family=sm.families.Binomial())
    expected = model.fit(cov_type="cluster", cov_kwds={"groups": found.clusters.codes["prompt"]})
    assert list(found.clusters.codes) == ["prompt"]
    assert found.steps.se == pytest.approx(expected.bse, rel=1e-4)


@pytest.mark.parametrize("annotators", [30, 150], ids=["bootstrap", "t"])
def test_one_step_for_a_further_feature_agrees_with_a_refit(annotators: int) -> None:
    batch = votes(np.random.default_rng(33), 5000, annotators=annotators, judgements_a_pair=2, features=2)
    base = fitted(batch)
    pair = batch.frame["item_id"].rank("dense").to_numpy() - 1
    further = np.random.default_rng(34).normal(size=(2500, 12))[pair]
    quick = base.further(further)
    for j in range(further.shape[1]):
        again = fitted(batch, batch.deltas.with_columns(x=pl.Series(further[:, j])))
        at, scale = again.fit.design.names.index("x"), again.fit.design.scales[-2]
        assert quick.beta[j] * scale == pytest.approx(again.fit.coefficients[at], rel=0.02, abs=2e-4)
        assert quick.se[j] * scale == pytest.approx(again.steps.se[at], rel=0.02)
        assert quick.p[j] == pytest.approx(again.steps.p[at], abs=0.015)


def test_one_step_agrees_with_a_refit_for_what_belongs_to_the_source_model() -> None:
    batch = votes(np.random.default_rng(35), 5000, annotators=150, sources=12, features=2)
    base = fitted(batch)
    style = np.random.default_rng(36).normal(size=(12, 8))
    further = np.asarray(base.fit.design.sources @ style)
    quick = base.further(further)
    for j in range(further.shape[1]):
        again = fitted(batch, batch.deltas.with_columns(x=pl.Series(further[:, j])))
        at, scale = again.fit.design.names.index("x"), again.fit.design.scales[-2]
        assert quick.beta[j] * scale == pytest.approx(again.fit.coefficients[at], rel=0.05, abs=2e-3)
        assert quick.p[j] == pytest.approx(again.steps.p[at], abs=0.02)


def test_one_step_after_planting_agrees_with_a_refit() -> None:
    batch = votes(np.random.default_rng(37), 5000, annotators=150, features=2)
    base, rng = fitted(batch), np.random.default_rng(38)
    x = rng.normal(size=5000)
    outcome = np.where(rng.random(5000) < 0.08, x > 0, batch.frame["outcome"].to_numpy())
    residual = base.fit.residual.copy()
    residual[:5000] += outcome - base.fit.design.outcome
    quick = base.further(x[:, None], residual[:, None])
    again = fitted(batch, batch.deltas.with_columns(x=pl.Series(x)), outcome)
    at, scale = again.fit.design.names.index("x"), again.fit.design.scales[-2]
    assert quick.beta[0] * scale == pytest.approx(again.fit.coefficients[at], rel=0.05)
    assert (quick.beta / quick.se)[0] == pytest.approx((again.steps.beta / again.steps.se)[at], rel=0.05)
