"""The share of ties is told, and nothing is asked of it."""

import pyarrow as pa
import pytest
from statsmodels.stats.proportion import proportion_confint

from quality.audits import ties
from rampart.records.comparisons import comparisons
from tests.quality.conftest import Judgements


def test_the_share_comes_with_wilsons_interval_and_always_passes(judgements: Judgements) -> None:
    rows = [{"prompt": str(n), "texts": ["a", "b"], "ranking": [1, 1 + (n >= 30)]} for n in range(100)]
    verdict = ties.audit(comparisons(judgements(rows)), "s3://rows")
    assert (verdict.status, verdict.consequence, verdict.n) == ("pass", "none", 100)
    assert verdict.observed == pytest.approx(0.3)
    assert (verdict.low, verdict.high) == pytest.approx(proportion_confint(30, 100, method="wilson"))
    assert verdict.evidence == "s3://rows"


def test_a_tie_within_a_ranking_weighs_its_part(judgements: Judgements) -> None:
    rows = [{"prompt": "p", "texts": ["a", "b", "c"], "ranking": [1, 1, 2]}]
    assert ties.audit(comparisons(judgements(rows))).observed == pytest.approx(1 / 3)


def test_without_comparisons_there_is_no_share(judgements: Judgements) -> None:
    verdict = ties.audit(comparisons(judgements([{"prompt": "p", "texts": ["a"], "ranking": None}])))
    assert (verdict.status, verdict.observed, verdict.n) == ("not_testable", None, 0)


def test_crowd_votes_give_the_published_figure(llmfao: pa.Table) -> None:
    verdict = ties.audit(comparisons(llmfao))
    assert verdict.n == 8931
    assert verdict.observed == pytest.approx(0.389, abs=5e-4)
