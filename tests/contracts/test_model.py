from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from contracts.load import load_contract, parse_contract
from contracts.model import OnPolicy
from contracts.terms.annotation import Guideline, Rating, Thumbs
from contracts.terms.mapping import Csv, Times, Transcript
from contracts.terms.ramp import Term
from tests.contracts.files import GOOD, SPECS, changed

CONTRACT = parse_contract(GOOD.encode(), "c.yaml")


def test_a_week_knows_its_plan_its_phase_and_the_clause_of_its_ceiling() -> None:
    assert CONTRACT.week(2).units == 20
    assert CONTRACT.phase(1).discard_ceiling == 0.5
    assert CONTRACT.ceiling_clause(2) == "ramp.phases.production.discard_ceiling"
    with pytest.raises(KeyError):
        CONTRACT.week(3)


def test_a_delivery_arrives_in_the_vendors_folder_of_its_week() -> None:
    assert CONTRACT.inbox(2) == "acme/week-02"


def test_only_an_active_contract_is_looked_for_every_week() -> None:
    assert not CONTRACT.active
    assert load_contract(SPECS / "demo" / "alder.odcs.yaml").active


def test_weeks_start_at_local_midnight_through_changes_of_the_clock() -> None:
    term = Term.model_validate(
        {"start": "2026-03-23", "weeks": 2, "timezone": "Europe/Berlin", "due_after_days": 1}
    )
    assert term.week_start(1) == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert term.week_end(1) == term.week_start(2) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert term.due(1) == datetime(2026, 3, 31, 7, tzinfo=UTC)


def test_terms_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CONTRACT.program = "other"  # type: ignore[misc]  # what mypy says too


def test_blanks_count_where_they_mean_something() -> None:
    assert Csv(delimiter="\t", encoding="cp1252").delimiter == "\t"
    assert Transcript(markers={"user": "\n\nHuman:"}).markers == {"user": "\n\nHuman:"}


def test_schemes_take_any_words_that_differ_and_any_scale_that_has_room() -> None:
    assert Thumbs.model_validate({"kind": "thumbs", "up": [1], "down": [-1]}).up == (1,)
    assert Rating.model_validate({"kind": "rating", "low": -1, "high": 1, "min_gap": 0.01}).min_gap == 0.01


def test_moments_may_have_a_pattern() -> None:
    assert Times(format="%d/%m/%Y").format == "%d/%m/%Y"


def test_a_field_may_be_required_that_the_whole_contract_settles() -> None:
    data = changed("required: [prompt", "required: [guideline_version, checkpoint_id, prompt")
    data = data.replace(b"annotation:", b"annotation:\n        guideline: {version: v3}")
    assert parse_contract(data, "c.yaml").annotation.guideline == Guideline(version="v3")


def test_the_newest_checkpoints_of_this_week_and_earlier_ones_are_allowed() -> None:
    named = {1: ["pol-0"], 2: ["pol-1"], 3: ["pol-2", "pol-3"], 4: ["pol-1"]}
    newest = OnPolicy.model_validate({"checkpoints": named, "newest": 2})
    allowed = [newest.allowed(week) for week in (1, 2, 3, 4, 5)]
    # Named again in week 4, pol-1 is the newest there.
    expected = [("pol-0",), ("pol-0", "pol-1"), ("pol-2", "pol-3"), ("pol-3", "pol-1"), ("pol-3", "pol-1")]
    assert allowed == expected


def test_a_phase_may_want_another_confidence_than_the_rest() -> None:
    data = changed(
        "calibration: {discard_ceiling: 0.5", "calibration: {confidence: {breach: 0.99}, discard_ceiling: 0.5"
    )
    contract = parse_contract(data, "c.yaml")
    assert (contract.confidence(1).breach, contract.confidence(2).breach) == (0.99, 0.95)


def test_a_week_may_have_a_discount_of_its_own() -> None:
    data = changed("1: {phase: calibration, units: 10}", "1: {phase: calibration, units: 10, discount: 0.4}")
    contract = parse_contract(data, "c.yaml")
    assert contract.discount(1) == (0.4, "ramp.weeks.1.discount")
    assert contract.discount(2) == (0.0, "ramp.phases.production.discount")


def test_go_or_no_go_is_due_after_the_week_named_else_after_the_last_calibration_week() -> None:
    assert CONTRACT.ramp.decides_after == 1
    two = changed("weeks: 2}", "weeks: 3}").replace(
        b"        phases:",
        b"          3: {phase: production, units: 20}\n        decision_week: 2\n        phases:",
    )
    assert parse_contract(two, "c.yaml").ramp.decides_after == 2


def test_a_contract_without_calibration_or_without_a_week_after_it_has_no_decision_week() -> None:
    never = changed("1: {phase: calibration", "1: {phase: production")
    assert parse_contract(never, "c.yaml").ramp.decides_after is None
    always = changed("2: {phase: production", "2: {phase: calibration")
    assert parse_contract(always, "c.yaml").ramp.decides_after is None
