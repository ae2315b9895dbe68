"""Batches that have every field and still cannot answer: each audit says why."""

import numpy as np
import polars as pl
import pytest

from contracts.model import AuditLimit, ContrastLimit, StyleLimit
from quality.audits import authorship, disagreement, gold_misses, judge, opening, style, sycophancy
from quality.audits.features.measuring import Measured
from quality.audits.style import auc, cross_fitted
from simulator.crowd import NAMES, Crowd, batch

FRAME, FOUND = batch(np.random.default_rng(1), Crowd(items=400))
APART = ContrastLimit()


def part(keep: pl.Expr) -> tuple[pl.DataFrame, Measured]:
    """Some of the rows."""
    mask = FRAME.select(keep=keep).to_series()
    return FRAME.filter(mask), Measured(
        *(side.filter(mask) for side in (FOUND.first, FOUND.second, FOUND.delta))
    )


def test_no_judgement_tells_both_author_and_annotator() -> None:
    half = pl.int_range(pl.len()) % 2 == 0
    apart = FRAME.with_columns(
        prompt_author_id=pl.when(half).then("prompt_author_id"),
        annotator_id=pl.when(~half).then("annotator_id"),
    )
    share, *contrasts = authorship.audit(apart, FOUND, APART)
    assert "both `prompt_author_id` and `annotator_id`" in share.reason
    assert {each.status for each in (share, *contrasts)} == {"not_testable"}


def test_groups_of_one_person_give_a_difference_and_no_interval() -> None:
    frame, found = part(pl.col("annotator_id").is_in(["a1", "a2"]))
    one = frame.with_columns(prompt_author_id=pl.lit("a1"))
    finding = authorship.audit(one, found, ContrastLimit(min_cell=1))[1]
    assert (finding.status, finding.low, finding.p) == ("not_testable", None, None)
    assert finding.observed is not None
    assert "single annotator or prompt" in finding.reason


def test_nobody_shares_an_item() -> None:
    alone = FRAME.unique("item_id", keep="first", maintain_order=True)
    for finding in disagreement.audit(alone):
        assert (finding.status, "`item_id`" in finding.reason) == ("not_testable", True)


def test_golds_that_do_not_differ_in_tone() -> None:
    flat = Measured(FOUND.first, FOUND.second, FOUND.delta.with_columns(pl.col(NAMES) * 0.0))
    for finding in gold_misses.audit(FRAME, flat, FRAME["known"], APART):
        assert (finding.status, "differs in" in finding.reason) == ("not_testable", True)


def test_no_response_agrees_more_with_the_view() -> None:
    finding = sycophancy.audit(FRAME, pl.Series([0.0] * FRAME.height), AuditLimit())
    assert "of which one agrees more" in finding.reason


def test_a_judge_that_decided_nothing_or_one_item_or_without_dates() -> None:
    for finding in judge.audit(FRAME, pl.Series([0.5] * FRAME.height)):
        assert "decided no strict comparison" in finding.reason
    one = FRAME.head(1).with_columns(outcome=1.0)
    level, beside, _ = judge.audit(one, pl.Series([1.0]))
    assert "of one item" in level.reason
    assert "`item_id`" in beside.reason
    undated = judge.audit(FRAME.drop("submitted_at"), FRAME["judge"])[2]
    assert "`submitted_at`" in undated.reason


def test_openings_that_never_recur() -> None:
    odd = FRAME.with_columns(
        first=pl.format("w{} {}", pl.int_range(pl.len()), "first"), second=pl.lit("w same")
    )
    few = odd.head(100)
    (finding,) = opening.audit(few, AuditLimit())
    assert "pairs apart in the choosing half" in finding.reason


def test_style_of_one_item_has_nothing_to_generalise_from() -> None:
    same = FRAME.with_columns(item_id=pl.lit("i"), prompt_key=pl.lit("p"))
    finding = style.audit(same, FOUND.delta, StyleLimit())
    assert "of one item" in finding.reason


def test_a_block_that_shares_a_cluster_with_everything_is_not_scored() -> None:
    # Three judgements by two people of two prompts: the first shares one of them with each of the others.
    prompt, person = np.array([0, 0, 1]), np.array([0, 1, 0])
    score = cross_fitted(np.eye(3), np.ones(3), np.ones(3), [prompt, person])
    assert score[0] == 0.0


def test_an_auc_over_one_cluster_is_refused() -> None:
    with pytest.raises(ValueError, match="single cluster"):
        auc(np.ones(3), np.ones(3), {"item": np.zeros(3, dtype=np.intp)})
