"""A delivery's volume against the plan, on counts."""

import pytest

from quality.gates.batch.volume import tolerated_units, unreadable_share, volume
from tests.quality.gates.delivered import terms

TOLERANT = terms(ramp={"volume_under": 0.1, "volume_over": 0.25})


@pytest.mark.parametrize(
    ("delivered", "status"), [(89, "warn"), (90, "pass"), (100, "pass"), (125, "pass"), (126, "warn")]
)
def test_volume_is_held_against_the_plan_with_its_tolerance(delivered: int, status: str) -> None:
    verdict = volume(delivered, TOLERANT, 1, "address")
    assert (verdict.status, verdict.observed, verdict.n) == (status, delivered, delivered)
    assert (verdict.spec.clause, verdict.spec.threshold) == ("ramp.weeks.1.units", 100.0)
    assert verdict.evidence == "address"


def test_a_wrong_volume_is_said_with_its_limits_and_costs_nothing_by_itself() -> None:
    short, much = volume(50, TOLERANT, 1), volume(200, TOLERANT, 1)
    assert short.reason == "50 readable judgements, short of the tolerated 90 to 125 around 100"
    assert much.reason == "200 readable judgements, above the tolerated 90 to 125 around 100"
    assert short.consequence == much.consequence == "none"


def test_the_tolerance_is_exact_where_binary_fractions_are_not() -> None:
    # 100 * (1 - 0.41) is 59.00000000000001 in floating point: 59 units would count as short.
    contract = terms(ramp={"volume_under": 0.41, "volume_over": 0.1})
    assert tuple(map(str, tolerated_units(contract, 1))) == ("59.00", "110.0")
    assert volume(59, contract, 1).status == "pass"


@pytest.mark.parametrize(("unreadable", "status"), [(0, "pass"), (5, "pass"), (6, "fail")])
def test_too_much_that_cannot_be_read_holds_the_batch(unreadable: int, status: str) -> None:
    found = unreadable_share(unreadable, 100, terms({"max_unreadable": 0.05}), "address")
    assert (found.status, found.observed, found.n) == (status, unreadable / 100, 100)
    assert found.consequence == ("hold" if status == "fail" else "none")
    assert unreadable_share(0, 0, terms()).status == "not_testable"
