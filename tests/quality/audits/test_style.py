"""Can style alone tell the winner? Against scikit-learn's AUC, planted truth and real votes."""

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from contracts.model import StyleLimit
from quality.audits import style
from quality.audits.features.catalogue import JOINT
from quality.audits.features.measuring import deltas
from quality.audits.style import auc, cross_fitted
from rampart.records.comparisons import comparisons
from simulator.crowd import Crowd, batch
from tests.quality.audits.swapping import swapped

STYLE = [feature.name for feature in JOINT]


def test_the_auc_is_scikit_learns_over_both_ways_to_show_each_pair() -> None:
    rng = np.random.default_rng(1)
    score, won = rng.normal(size=300).round(1), rng.random(300) < 0.6
    weight = rng.choice([1.0, 0.5], 300)
    lead = np.where(won, score, -score)
    found = auc(lead, weight, {"item": np.arange(300)})
    both_ways = roc_auc_score(np.r_[won, ~won], np.r_[score, -score], sample_weight=np.r_[weight, weight])
    assert found.value == pytest.approx(both_ways)


def test_no_row_is_scored_by_a_model_that_saw_its_prompt_or_its_annotator() -> None:
    rng = np.random.default_rng(2)
    prompt, annotator = np.repeat(np.arange(100), 3), rng.integers(0, 30, 300)
    sign, features = rng.choice([-1.0, 1.0], 300), rng.normal(size=(300, 4))
    before = cross_fitted(features, sign, np.ones(300), [prompt, annotator])
    changed = sign.copy()
    row = 17
    changed[(prompt == prompt[row]) | (annotator == annotator[row])] *= -1
    assert cross_fitted(features, changed, np.ones(300), [prompt, annotator])[row] == before[row]


def test_planted_style_is_found_and_beyond_the_limit_fails() -> None:
    crowd = Crowd(items=1500, skill=0.5)
    frame, found = batch(np.random.default_rng(3), crowd, {"length": 1.0, "emoji": 1.0, "hedges": -1.0})
    finding = style.audit(frame, found.delta.select(STYLE), StyleLimit())
    assert finding.status == "fail"
    assert finding.low > 0.65  # type: ignore[operator]
    none, found = batch(np.random.default_rng(3), crowd)
    told = style.audit(none, found.delta.select(STYLE), StyleLimit())
    assert told.status == "pass"
    assert told.low < 0.5 < told.high  # type: ignore[operator]


def test_too_few_comparisons_and_texts_without_style_are_not_testable() -> None:
    frame, found = batch(np.random.default_rng(4), Crowd(items=100))
    few = style.audit(frame, found.delta.select(STYLE), StyleLimit())
    assert few.status == "not_testable"
    assert "at least 300 asked" in few.reason
    same = found.delta.select(STYLE) * 0.0
    plain = style.audit(frame, same, StyleLimit(min_comparisons=1))
    assert "differ in style" in plain.reason


def test_expert_majorities_are_told_by_style_alone(pandalm: pa.Table) -> None:
    experts = comparisons(pandalm, "majority")
    told = style.audit(experts, deltas(experts, JOINT), StyleLimit())
    assert told.observed == pytest.approx(0.71, abs=0.02)
    assert told.status == "warn"
    assert told.p < 0.001  # type: ignore[operator]


def test_thirteen_prompts_leave_what_style_tells_wide_open(llmfao: pa.Table) -> None:
    votes = comparisons(llmfao)
    told = style.audit(votes, deltas(votes, JOINT), StyleLimit())
    assert told.observed == pytest.approx(0.65, abs=0.02)
    assert told.low < 0.5  # type: ignore[operator]


def test_swapping_sides_changes_nothing() -> None:
    frame, found = batch(np.random.default_rng(5))
    turn = np.random.default_rng(6).random(frame.height) < 0.5
    delta = found.delta.select(STYLE)
    other = swapped(frame, pl.Series(turn))
    told, again = (
        style.audit(rows, each, StyleLimit())
        for rows, each in ((frame, delta), (other, delta * pl.Series(np.where(turn, -1.0, 1.0))))
    )
    assert again.observed == pytest.approx(told.observed)
    assert (again.low, again.high) == pytest.approx((told.low, told.high))
