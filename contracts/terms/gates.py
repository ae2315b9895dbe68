"""What each record must satisfy to be accepted: the `gates` section of a contract."""

import difflib

from pydantic import Field, model_validator

from contracts.terms.base import TermError, Terms, clause
from contracts.terms.bounds import Seconds, Share
from contracts.terms.fields import POLICIES, FieldGate, Policy, must_suit
from contracts.terms.mapping import RecordFields
from contracts.terms.rules import RowRule

__all__ = ["POLICIES", "REQUIRABLE", "Policy", "RecordGates"]

REQUIRABLE = (*RecordFields.model_fields, "checkpoint_id")


class RecordGates(Terms):
    """What each record must satisfy to be accepted.

    A policy says what happens to a record that a gate finds: it is discarded, it is paid and flagged (shown
    and counted, so that people can look before they decide), or the gate is off.
    """

    required: tuple[str, ...] | None = Field(
        None,
        description="Canonical fields that must not be empty; none: those without which the scheme says "
        "nothing (prompt, responses and label for a comparison).",
        json_schema_extra=clause("more"),
    )
    empty_response: Policy = Field(
        "discard",
        description="What of a record with an empty response?",
        json_schema_extra=clause(POLICIES),
    )
    identical_responses: Policy = Field(
        "discard",
        description="What of a record whose responses are all the same text?",
        json_schema_extra=clause(POLICIES),
    )
    exact_duplicates: Policy = Field(
        "discard",
        description="Same prompt, responses, label and annotator again, in this or an earlier batch.",
        json_schema_extra=clause(POLICIES),
    )
    copied_work: Policy = Field(
        "allow",
        description="Same prompt and responses as a record kept from an earlier batch of the programme, "
        "whoever judged it: for contracts that send every item out once.",
        json_schema_extra=clause(POLICIES),
    )
    author_labels: Policy = Field(
        "allow",
        description="The author of a prompt judges its responses (`prompt_author_id` is `annotator_id`).",
        json_schema_extra=clause(POLICIES),
    )
    timestamps_in_week: bool = Field(
        True,
        description="Are records stamped outside the contract week discarded (where stamped)?",
        json_schema_extra=clause((False, True)),
    )
    min_duration_s: Seconds | None = Field(
        None, description="Faster judgements are discarded.", json_schema_extra=clause("higher")
    )
    max_duration_s: Seconds | None = Field(
        None,
        gt=0,
        description="Slower judgements are discarded: nobody was at the screen.",
        json_schema_extra=clause("lower"),
    )
    fields: dict[str, FieldGate] = Field(
        default_factory=dict, description="Field → what it may hold where it is filled."
    )
    rules: tuple[RowRule, ...] = Field(
        (), max_length=100, description="The buyer's own rules; a record that breaks one is told which."
    )
    max_unreadable: Share = Field(
        0.05,
        description="Largest tolerated share of delivered judgements that cannot be read; beyond it the "
        "batch is held. Without it, a vendor would escape the discard ceiling by making bad rows unreadable.",
        json_schema_extra=clause("lower"),
    )

    @model_validator(mode="after")
    def _durations_leave_room(self) -> "RecordGates":
        least, most = self.min_duration_s, self.max_duration_s
        if least is not None and most is not None and most <= least:
            problem = f"max_duration_s ({most:g}) is not above min_duration_s ({least:g})"
            raise TermError(problem, "max_duration_s", fix="leave room between the two")
        return self

    @model_validator(mode="after")
    def _fields_can_be_asked(self) -> "RecordGates":
        for name, gate in self.fields.items():
            try:
                must_suit(name, gate)
            except TermError as error:
                raise TermError(str(error), "fields", name, *error.field, fix=error.fix) from error
        return self

    @model_validator(mode="after")
    def _rules_have_names_of_their_own(self) -> "RecordGates":
        seen: dict[str, int] = {}
        for place, rule in enumerate(self.rules):
            if seen.setdefault(rule.name, place) != place:
                problem = f"the name {rule.name!r} is given twice"
                raise TermError(problem, "rules", place, "name", fix="give each rule its own name")
        return self

    @model_validator(mode="after")
    def _known_fields(self) -> "RecordGates":
        for place, name in enumerate(self.required or ()):
            if name not in REQUIRABLE:
                near = difflib.get_close_matches(name, REQUIRABLE, n=1)
                fix = f"did you mean {near[0]}?" if near else f"name one of {', '.join(REQUIRABLE)}"
                raise TermError(f"{name!r} is not a field of a record", "required", place, fix=fix)
        return self
