"""A batch is accepted with at most as many defects as its plan allows."""

import pytest

from quality.sampling.acceptance import METRIC, acceptance
from quality.sampling.plans import sampling_plan
from quality.verdict import GateSpec

PLAN = sampling_plan(1000, 2.5)  # 80 records, 5 defects
SPEC = GateSpec("sampling.aql", METRIC, 0.025, "hold")


@pytest.mark.parametrize(("defects", "status"), [(0, "pass"), (5, "pass"), (6, "fail"), (80, "fail")])
def test_the_acceptance_number_decides_and_not_the_share(defects: int, status: str) -> None:
    verdict = acceptance(PLAN, SPEC, 80, defects, "s3://sheet")
    assert (verdict.status, verdict.observed, verdict.n) == (status, defects / 80, 80)
    assert verdict.evidence == "s3://sheet"
    assert verdict.low is not None and verdict.high is not None
    assert verdict.low - 1e-12 <= defects / 80 <= verdict.high + 1e-12


def test_a_failure_carries_the_clause_s_consequence() -> None:
    assert acceptance(PLAN, SPEC, 80, 6).consequence == "hold"
    assert "more than the 5 that the plan accepts" in acceptance(PLAN, SPEC, 80, 6).reason


@pytest.mark.parametrize(
    ("reviewed", "defects", "status"),
    [(74, 0, "not_testable"), (75, 0, "pass"), (79, 5, "not_testable"), (79, 4, "pass"), (6, 6, "fail")],
)
def test_a_plan_is_decided_once_what_is_left_cannot_change_it(
    reviewed: int, defects: int, status: str
) -> None:
    """Nobody escapes a failed plan by leaving a record unjudged."""
    verdict = acceptance(PLAN, SPEC, reviewed, defects)
    assert verdict.status == status
    assert (verdict.observed is None) == (status == "not_testable")
    assert f"other {80 - reviewed} " in verdict.reason


def test_more_defects_than_reviewed_records_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be"):
        acceptance(PLAN, SPEC, 1, 2)


def test_more_records_than_the_plan_draws_are_refused() -> None:
    with pytest.raises(ValueError, match="of 80 cannot be"):
        acceptance(PLAN, SPEC, 81, 0)
