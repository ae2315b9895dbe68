"""The fit: against Evalica's published scores and statsmodels, and where votes are one-sided."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from quality.audits.joint.design import design
from quality.audits.joint.likelihood import maximise
from simulator.votes import votes
from tests.quality.audits.joint.conftest import bradley_terry_case


@pytest.mark.parametrize("name", ["food", "simple"])
def test_source_models_alone_give_evalicas_published_bradley_terry_scores(name: str) -> None:
    matches, golden = bradley_terry_case(name)
    # A ridge this small only settles that strengths have no zero of their own.
    terms = replace(design(matches, pl.DataFrame()), source_ridge=1e-9)
    strength = np.exp(maximise(terms).coefficients)
    found = dict(zip(terms.source_names, strength / strength.sum(), strict=True))
    assert found == pytest.approx(golden, abs=1e-6)


def test_without_source_models_coefficients_are_statsmodels_logit_and_ties_count_as_half_wins() -> None:
    batch = votes(np.random.default_rng(21), 3000, tie_share=0.2, slopes=(0.4, -0.2))
    none = pl.lit(None, dtype=pl.String)
    frame = batch.frame.with_columns(first_checkpoint=none, second_checkpoint=none)
    terms = design(frame, batch.deltas, batch.quality)
    expected = sm.GLM(terms.outcome, terms.dense, family=sm.families.Binomial()).fit().params
    assert (terms.outcome == 0.5).any()
    assert maximise(terms).coefficients == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_terms_that_are_no_number_have_no_maximum() -> None:
    batch = votes(np.random.default_rng(24), 300)
    terms = design(batch.frame, batch.deltas)
    with pytest.raises(ArithmeticError, match="not finite"):
        maximise(replace(terms, dense=np.full_like(terms.dense, np.nan)))


def test_turning_all_comparisons_round_changes_no_estimate() -> None:
    batch = votes(np.random.default_rng(22), 1500, slopes=(0.3,))
    sides = [("first_checkpoint", "second_checkpoint"), ("first_position", "second_position")]
    exchanged = {a: pl.col(b) for a, b in [*sides, *((b, a) for a, b in sides)]}
    turned = batch.frame.with_columns(outcome=1 - pl.col("outcome"), **exchanged)
    there = maximise(design(batch.frame, batch.deltas, batch.quality)).coefficients
    back = maximise(design(turned, batch.deltas.select(-pl.all()), -batch.quality)).coefficients
    assert back == pytest.approx(there, abs=1e-8)


def test_a_feature_that_decides_every_vote_has_a_large_finite_coefficient() -> None:
    batch = votes(np.random.default_rng(23), 800, planted=1.0)
    fit = maximise(design(batch.frame, batch.deltas))
    found = fit.coefficients[fit.design.names.index("f0")]
    assert 4 < found < 100


def test_weights_count_as_repetitions() -> None:
    batch = votes(np.random.default_rng(24), 400)
    weighted = batch.frame.with_columns(weight=pl.lit(3.0))
    copies = pl.concat([batch.frame] * 3), pl.concat([batch.deltas] * 3)
    assert maximise(design(weighted, batch.deltas)).coefficients == pytest.approx(
        maximise(design(*copies)).coefficients, abs=1e-8
    )
