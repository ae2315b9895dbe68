"""Terms of a review: by phase, told to both sides, and refused where they cannot be kept."""

from datetime import UTC, datetime

import pytest

from contracts.load import ContractError, parse_contract
from contracts.model import Contract
from contracts.sheets.term_sheet import term_sheet
from contracts.versions.diff import diff
from contracts.versions.reach import weeks_touched
from rampart.specification.rules import batch_rules
from tests.contracts.files import changed


def asking(review: str) -> Contract:
    return parse_contract(changed("audits:", f"review: {review}\n      audits:"), "c")


PLAIN = "{plan: {method: aql, aql_percent: 2.5}}"
PLAN_OF_EACH = (
    "{plan: {method: aql, aql_percent: 2.5}, "
    "phases: {calibration: {method: confidence, on_fail: review_all}}}"
)


def test_a_phase_may_have_a_plan_of_its_own() -> None:
    contract = asking("{plan: {method: aql}, phases: {production: {method: confidence}}}")
    week = next(number for number, one in contract.ramp.weeks.items() if one.phase == "production")
    assert contract.review_plan(week)[1] == "review.phases.production"
    assert contract.review_plan(week)[0].method == "confidence"
    assert asking(PLAIN).review_plan(week) == (asking(PLAIN).review.plan, "review.plan")
    assert week in weeks_touched("review.phases.production.method", contract, contract)


def test_both_sides_are_told() -> None:
    told = " ".join(batch_rules(asking(PLAIN)))
    assert "a random sample of what was accepted; where too many are defective, the batch is held" in told
    advice = " ".join(batch_rules(asking("{plan: {method: aql, on_fail: advisory}}")))
    assert "look at a random sample of what was accepted, and told to you" in advice
    assert "random sample" not in " ".join(batch_rules(asking("{also: 20}")))


@pytest.mark.parametrize(
    ("review", "says"),
    [
        ("{plan: {method: aql, aql_percent: 2}}", "2 % is not in the tables of ISO 2859-1"),
        ("{also: 5}", "5 records are too few to look where the risk is"),
        ("{defects: {Wrong Label: x}}", "Wrong Label"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_fix(review: str, says: str) -> None:
    with pytest.raises(ContractError) as caught:
        asking(review)
    assert says in str(caught.value.problems[0])


def test_fewer_allowed_and_a_lower_aql_are_stricter() -> None:
    looser, stricter = asking(PLAIN), asking("{plan: {method: aql, aql_percent: 1.0}}")
    changes = diff(looser, stricter, datetime(2026, 1, 5, tzinfo=UTC))
    (change,) = [one for one in changes if one.address == "review.plan.aql_percent"]
    assert change.rating == "stricter"


def test_the_term_sheet_says_how_many_defects_are_too_many() -> None:
    shown = str(term_sheet(asking(PLAN_OF_EACH)))
    assert "ISO 2859-1, AQL 2.5 %, level II; held where it fails" in shown
    assert "shown below 2 % with 95 %; held and reviewed whole where it fails" in shown
