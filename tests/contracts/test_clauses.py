"""Every term of a contract at its address; what each says of itself is complete."""

from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest

from contracts.load import load_contract, parse_contract
from contracts.model import Contract
from contracts.terms.base import Terms
from contracts.terms.quality import QualityRule
from contracts.versions.clauses import About, about, clauses, covers
from tests.contracts.files import SPECS, changed

# How rows are read and what a vendor's word means: another reading, neither stricter nor looser.
READING = ("delivery", "annotation.scheme")
QUALITY = {*QualityRule.model_fields} - {"arguments"}
SCOPED_BY = ("vendor", "domain", "week")
NEUTRAL = {
    # Who and when; changing some of them takes a new contract.
    *("contract_id", "status", "name", "vendor.id", "vendor.name", "program"),
    *(f"vendor.contacts.*.{name}" for name in ("name", "email", "role")),
    *("term.start", "term.weeks", "term.timezone", "ramp.currency", "ramp.minor_units"),
    # How much is planned: more work is no stricter.
    *("ramp.weeks.*.units", "mix.domain.shares.*", "mix.language.shares.*", "mix.difficulty.shares.*"),
    # When a person is told, and how much is bought: either may suit either side.
    *("ramp.decision_week", "ramp.contracted_units"),
    # What is asked of annotators, and how their work is read.
    *("annotation.aspects", "annotation.aggregation", "annotation.turns", "annotation.order_shown"),
    *(f"annotation.guideline.{name}" for name in ("version", "document", "priorities", "sections.*")),
    *("annotators.roster", "annotators.agreement.coefficient", "privacy.annotator_consent"),
    # Where a test set lies; that it is named is what protects.
    *(f"gates.evaluation_sets.*.{name}" for name in ("name", "path", "fields")),
    # What another pattern or condition finds, nobody can tell from it.
    "gates.fields.*.pattern",
    *(f"gates.rules.*.{name}" for name in ("name", "when", "expect", "problem")),
    # Whether another quality rule asks for more, only a person can tell.
    *(f"quality.*.{name}" for name in (*QUALITY, "arguments.*")),
    # What a defect is called; more allowed defects come with a larger sample that shows the same.
    *("review.defects.*", "review.plan.allowed", "review.phases.*.allowed"),
    # Who decides, what may be redelivered, when the invoice comes.
    *("redelivery.scope", "invoicing.within_days", "feedback.to"),
    # What is made of the data is the buyer's own affair.
    *(f"training.{name}" for name in ("backend", "retrain", "strength", "labels", "ties")),
    *("training.flipped_share", "training.length"),
    *(f"training.scope.{name}" for name in ("window_weeks", "half_life_weeks", "holdout_prompts")),
    *(f"training.scope.{name}.*" for name in ("domain_mix", *(f"weights.{by}" for by in SCOPED_BY))),
    # What a version says about itself.
    *("version", "digest"),
    *(f"amendment.{name}" for name in ("of", "effective", "clauses", "reason", "agreed_by")),
}


def walk(
    annotation: Any, at: tuple[str, ...], source: tuple[type[Terms], str]
) -> Iterator[tuple[str, tuple[type[Terms], str]]]:
    """(pattern of the address, where the term is declared) of every term below `annotation`."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Terms):
        for name, field in annotation.model_fields.items():
            yield from walk(field.annotation, (*at, field.alias or name), (annotation, name))
    elif origin is dict:
        yield from walk(inner[1], (*at, "*"), source)
    elif origin is tuple and holds_groups(annotation):
        yield from walk(inner[0], (*at, "*"), source)
    elif origin is Annotated:
        yield from walk(inner[0], at, source)
    elif origin in (Union, UnionType):
        for choice in inner:
            if choice is not type(None):
                yield from walk(choice, at, source)
    else:
        yield ".".join(at), source


def holds_groups(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Terms):
        return True
    return any(holds_groups(inner) for inner in get_args(annotation))


TERMS = dict(walk(Contract, (), (Contract, "")))
ABOUT: dict[str, About] = {pattern: about(*source) for pattern, source in TERMS.items()}


def test_every_term_says_which_way_it_is_stricter_or_is_known_to_be_neutral() -> None:
    silent = {pattern for pattern, told in ABOUT.items() if told.stricter is None}
    unknown = {p for p in silent if not any(covers(group, p) for group in READING)} - NEUTRAL
    assert not unknown, "say `clause(stricter=…)`, or add the term to NEUTRAL with a reason"
    assert silent >= NEUTRAL, f"these are gone, or say a direction: {NEUTRAL - silent}"


def test_an_order_of_choices_names_every_choice_once() -> None:
    ordered = {p: told.stricter for p, told in ABOUT.items() if isinstance(told.stricter, tuple)}
    assert len(ordered) > 10
    for pattern, order in ordered.items():
        model, name = TERMS[pattern]
        annotation = model.model_fields[name].annotation
        choices = get_args(annotation) if get_origin(annotation) is Literal else (False, True)
        assert sorted(map(str, order)) == sorted(map(str, choices)), pattern


@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.odcs.yaml")), ids=lambda path: path.stem)
def test_every_clause_of_a_contract_is_a_term_of_the_model(path: Path) -> None:
    found = clauses(load_contract(path))
    assert {clause.pattern for clause in found.values()} <= set(TERMS)
    assert "version" not in found
    assert found["ramp.weeks.1.units"].field == "ramp.weeks.1.units"


def test_units_are_read_from_the_model() -> None:
    kinds = {pattern: told.kind for pattern, told in ABOUT.items()}
    assert kinds["ramp.phases.*.discard_ceiling"] == kinds["annotators.max_share"] == "share"
    assert kinds["ramp.volume_over"] == kinds["ramp.weeks.*.discount"] == "share"
    assert kinds["ramp.phases.*.price"] == kinds["ramp.phases.*.prices.*"] == "money"
    assert kinds["gates.min_duration_s"] == "seconds"
    assert kinds["disputes.within_days"] == kinds["rights.retention_days"] == "days"
    assert kinds["ramp.weeks.*.units"] == kinds["training.expected_gain.points"] == "plain"


def test_maps_are_a_clause_a_key_and_lists_of_groups_a_clause_a_place() -> None:
    contract = parse_contract(
        changed("audits:", "on_policy: {checkpoints: {1: [p1, p2], 2: []}}\n      audits:"), "c"
    )
    found = clauses(contract)
    assert found["on_policy.checkpoints.1"].value == ("p1", "p2")
    assert found["on_policy.checkpoints.1"].field == "on_policy.checkpoints"
    assert found["delivery.join.0.as"].value == "pair"
    assert found["delivery.record.responses.1.content"].value == "pair.y"


def test_what_a_file_need_not_have_said_is_a_default() -> None:
    found = clauses(parse_contract(changed("max_lean: 0.1}", "max_lean: 0.1, severity: blocking}"), "c"))
    assert found["audits.length.max_lean"].is_default
    assert not found["audits.length.severity"].is_default
    assert not found["ramp.weeks.1.units"].is_default
    assert "gates.max_duration_s" not in found  # none and absent are the same


@pytest.mark.parametrize(
    ("named", "address", "stands"),
    [
        ("ramp.phases", "ramp.phases.ramp.price", True),
        ("ramp.phases.ramp.price", "ramp.phases.ramp.price", True),
        ("ramp.phases.ramp.price", "ramp.phases.ramp.prices.hard", False),
        ("ramp.weeks.1", "ramp.weeks.12.units", False),
    ],
)
def test_an_address_stands_for_itself_and_everything_below_it(named: str, address: str, stands: bool) -> None:
    assert covers(named, address) is stands
