"""Do the terms fit each other? What no group of terms can see by itself."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contracts.terms.annotation import NEEDED, NEEDS
from contracts.terms.base import TermError
from contracts.terms.mapping import RecordFields

Place = tuple[str | int, ...]

# What a rule's column is derived from.
_SOURCES = {
    "prompt_messages": "prompt",
    **dict.fromkeys(("response_count", "shortest_response", "longest_response"), "responses"),
    "raw_label": "label",
}

if TYPE_CHECKING:
    from contracts.model import Contract


def misfits(contract: "Contract") -> Iterator[TermError]:
    """Everything in which the terms contradict each other, or ask for what nobody delivers."""
    yield from _weeks(contract)
    yield from _scheme(contract)
    yield from _required(contract)
    yield from _judged(contract)


def _weeks(contract: "Contract") -> Iterator[TermError]:
    weeks, planned = contract.term.weeks, contract.ramp.weeks
    fix = f"name weeks 1 to {weeks} once each, or change term.weeks"
    if missing := [week for week in range(1, weeks + 1) if week not in planned]:
        yield TermError(f"week {missing[0]} of the term is missing", "ramp", "weeks", fix=fix)
    for week in planned:
        if not 1 <= week <= weeks:
            yield TermError(f"the term has no week {week}", "ramp", "weeks", week, fix=fix)
    for week in contract.on_policy.checkpoints:
        if not 1 <= week <= weeks:
            problem, fix = f"the term has no week {week}", f"name weeks from 1 to {weeks}"
            yield TermError(problem, "on_policy", "checkpoints", week, fix=fix)
    gain = contract.training.expected_gain
    if gain and gain.by_week > weeks:
        problem, fix = f"the term has no week {gain.by_week}", f"name a week from 1 to {weeks}"
        yield TermError(problem, "training", "expected_gain", "by_week", fix=fix)
    for week in contract.training.scope.weights.week:
        if not 1 <= week <= weeks:
            problem, fix = f"the term has no week {week}", f"name weeks from 1 to {weeks}"
            yield TermError(problem, "training", "scope", "weights", "week", week, fix=fix)
    if weeks > 1 and len({contract.delivery.folder_of(week) for week in range(1, weeks + 1)}) < weeks:
        problem = f"every week would be read from the same folder, {contract.delivery.folder!r}"
        yield TermError(problem, "delivery", "folder", fix="put {week} or {week:02d} into it")


def _scheme(contract: "Contract") -> Iterator[TermError]:
    """A record without what its scheme needs says nothing."""
    record, kind = contract.delivery.record, contract.annotation.scheme.kind
    for name in NEEDS.get(kind, NEEDED):
        if getattr(record, name) is None:
            problem = f"is missing: without it a record of the scheme {kind} says nothing"
            yield TermError(problem, "delivery", "record", name, fix="say where it comes from")
    if record.item_id is None and record.prompt is None and record.responses is None:
        problem = "is missing: without prompt and responses nothing else tells items apart"
        fix = "say what was labelled, for example item_id: item"
        yield TermError(problem, "delivery", "record", "item_id", fix=fix)
    if contract.delivery.shown and not contract.annotation.order_shown:
        problem = "cannot be known: annotation.order_shown is false"
        yield TermError(problem, "delivery", "shown", fix="remove one of the two")


def _required(contract: "Contract") -> Iterator[TermError]:
    said = {"checkpoint_id"} | ({"guideline_version"} if contract.annotation.guideline else set())
    for place, name in enumerate(contract.gates.required or ()):
        if name not in said and getattr(contract.delivery.record, name) is None:
            problem = f"{name!r} is required, but delivery.record does not say where it comes from"
            fix = f"add delivery.record.{name}, or remove it here"
            yield TermError(problem, "gates", "required", place, fix=fix)


def _of_the_vendor(contract: "Contract") -> Iterator[tuple[str, Place]]:
    """Fields that gates of their own or rules ask about and only a vendor can fill, and where they do."""
    asked: list[tuple[str, Place]] = [(name, ("gates", "fields", name)) for name in contract.gates.fields]
    for place, rule in enumerate(contract.gates.rules):
        asked += [(_SOURCES.get(name, name), ("gates", "rules", place)) for name in rule.columns]
    known = contract.annotation.guideline is not None
    for name, where in asked:
        if name in RecordFields.model_fields and not (known and name == "guideline_version"):
            yield name, where


def _judged(contract: "Contract") -> Iterator[TermError]:
    """A clause about a field nobody delivers would pass in silence."""
    mix, people = contract.mix, contract.annotators
    needed: list[tuple[object, str, Place]] = [
        (mix.domain, "domain", ("mix", "domain")),
        (mix.language, "language", ("mix", "language")),
        (mix.difficulty, "difficulty", ("mix", "difficulty")),
        (contract.on_policy.lineage == "work_order", "work_order_item", ("on_policy", "lineage")),
        (contract.gates.language != "allow", "language", ("gates", "language")),
        (contract.gates.author_labels != "allow", "prompt_author_id", ("gates", "author_labels")),
        (contract.annotation.aspects, "aspects", ("annotation", "aspects")),
        *((True, name, place) for name, place in _of_the_vendor(contract)),
        (people.roster, "annotator_id", ("annotators", "roster")),
        (people.max_share, "annotator_id", ("annotators", "max_share")),
        (people.max_hours_per_day, "annotator_id", ("annotators", "max_hours_per_day")),
        (people.min_overlap, "annotator_id", ("annotators", "min_overlap")),
        (people.agreement, "annotator_id", ("annotators", "agreement")),
        (people.gold, "gold", ("annotators", "gold")),
    ]
    for phase, terms in contract.ramp.phases.items():
        needed.append((terms.prices, "unit_kind", ("ramp", "phases", phase, "prices")))
    rests = {"off_roster": people.off_roster != "allow", "min_screening_score": people.min_screening_score}
    for term in (term for term, set_ in rests.items() if set_ and people.roster is None):
        problem, fix = "cannot be judged: no roster is named", "name it in annotators.roster"
        yield TermError(problem, "annotators", term, fix=fix)
    for asked, name, place in needed:
        if asked and getattr(contract.delivery.record, name) is None:
            problem = f"cannot be judged: delivery.record does not say where {name} comes from"
            yield TermError(problem, *place, fix=f"add delivery.record.{name}, or remove this clause")
