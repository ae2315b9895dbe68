"""Does the response shown first win?"""

from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from contracts.model import AuditLimit
from quality.audits import position
from rampart.records.comparisons import comparisons
from tests.quality.conftest import Judgements

LIMIT = AuditLimit(min_effective_n=50)


def votes(first_wins: int, of: int) -> list[dict[str, Any]]:
    """`of` judgements of different prompts, of which the first response wins `first_wins`."""
    return [
        {
            "prompt": f"prompt {number}",
            "texts": ["one", "two"],
            "ranking": [1, 2] if number * first_wins % of < first_wins else [2, 1],
            "annotator_id": f"a{number % 19}",
        }
        for number in range(of)
    ]


@pytest.mark.parametrize(
    ("first_wins", "of", "status"), [(900, 1000, "fail"), (62, 100, "warn"), (520, 1000, "pass")]
)
def test_a_lean_to_the_first_response_is_judged_on_the_interval(
    judgements: Judgements, first_wins: int, of: int, status: str
) -> None:
    verdict = position.audit(comparisons(judgements(votes(first_wins, of))), LIMIT, "s3://rows")
    assert verdict.observed == pytest.approx(first_wins / of)
    assert (verdict.status, verdict.n, verdict.evidence) == (status, of, "s3://rows")
    assert (verdict.spec.clause, verdict.spec.metric) == ("audits.position", "first_wins")


def test_the_place_on_screen_counts_not_the_place_in_the_frame(judgements: Judgements) -> None:
    frame = comparisons(judgements(votes(900, 1000)))
    swapped = frame.with_columns(first_position="second_position", second_position="first_position")
    assert position.audit(swapped, LIMIT).observed == pytest.approx(0.1)


def test_without_any_order_shown_there_is_nothing_to_test(judgements: Judgements) -> None:
    frame = comparisons(judgements(votes(90, 100)))
    unknown = frame.with_columns(first_position=pl.lit(None, dtype=pl.Int64))
    verdict = position.audit(unknown, LIMIT)
    assert (verdict.status, verdict.observed, verdict.n) == ("not_testable", None, 0)
    assert "tells the order shown" in verdict.reason


def test_ties_alone_leave_nothing_to_test(judgements: Judgements) -> None:
    ties = [{"prompt": "p", "texts": ["one", "two"], "ranking": [1, 1]}] * 100
    verdict = position.audit(comparisons(judgements(ties)), LIMIT)
    assert verdict.status == "not_testable"
    assert "is strict" in verdict.reason


def test_a_file_that_lists_the_chosen_response_first_fails_and_the_reason_names_the_suspicion(
    judgements: Judgements,
) -> None:
    verdict = position.audit(comparisons(judgements(votes(200, 200))), LIMIT)
    assert (verdict.status, verdict.observed) == ("fail", 1.0)
    assert "list the chosen response in a fixed place" in verdict.reason
    assert "fixed place" not in position.audit(comparisons(judgements(votes(199, 200))), LIMIT).reason


def test_crowd_votes_give_the_published_figures(llmfao: pa.Table) -> None:
    verdict = position.audit(comparisons(llmfao), AuditLimit())
    assert (verdict.n, verdict.status) == (5460, "pass")
    assert verdict.observed == pytest.approx(0.533, abs=5e-4)
    assert "Wilson's interval would be 52.0% to 54.6%" in verdict.reason
