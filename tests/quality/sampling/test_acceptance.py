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


def test_a_sample_that_was_not_reviewed_to_the_end_judges_nothing() -> None:
    verdict = acceptance(PLAN, SPEC, 79, 0)
    assert (verdict.status, verdict.observed) == ("not_testable", None)
    assert "79 records were reviewed and the plan asks for 80" in verdict.reason


def test_more_defects_than_reviewed_records_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be"):
        acceptance(PLAN, SPEC, 1, 2)
