"""What each record must satisfy to be accepted: the `gates` section of a contract."""

import difflib

from pydantic import Field, field_validator, model_validator

from contracts.terms.base import TermError, Terms, clause
from contracts.terms.bounds import Seconds, Share
from contracts.terms.fields import POLICIES, FieldGate, Policy, must_suit
from contracts.terms.mapping import RecordFields, path_below
from contracts.terms.rules import RowRule

__all__ = ["POLICIES", "REQUIRABLE", "Policy", "RecordGates"]

REQUIRABLE = (*RecordFields.model_fields, "checkpoint_id")


class EvaluationSet(Terms):
    """A test set that must stay out of what is paid for, so that models can be measured by it."""

    name: str = Field(min_length=1, description="What reports call it.")
    path: str = Field(
        description="File below `RAMPART_EVALUATION_SETS`: `.jsonl` with one item a line, or text, in which "
        "each line is an item."
    )
    fields: tuple[str, ...] = Field(
        (),
        description="Fields of an item in `.jsonl` that hold its text; none named: all text in it.",
    )

    @field_validator("path")
    @classmethod
    def _path_is_below(cls, path: str) -> str:
        return path_below(path, "the folder of evaluation sets")


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
    repeated_work: Policy = Field(
        "allow",
        description="Same prompt and responses again within the delivery, whoever judged it: for contracts "
        "that send every item out once.",
        json_schema_extra=clause(POLICIES),
    )
    near_duplicates: Policy = Field(
        "allow",
        description="Prompt and responses that are, but for a few words, those of another item of this "
        "delivery or of work kept from an earlier batch of the programme.",
        json_schema_extra=clause(POLICIES),
    )
    near_duplicate_similarity: float = Field(
        0.8,
        ge=0.8,
        le=1,
        description="Share of words, in their order, that a near-duplicate has in common with the other. "
        "At 0.8, copies with one word in ten changed are found also where words count double, as in code "
        "and formulas; below it, copies would escape notice.",
        json_schema_extra=clause("lower"),
    )
    copied_rationales: Policy = Field(
        "allow",
        description="A rationale of eight words or more that is another record's, or nearly so: in this "
        "delivery or in work kept from an earlier batch of the programme.",
        json_schema_extra=clause(POLICIES),
    )
    evaluation_sets: tuple[EvaluationSet, ...] = Field(
        (),
        description="Test sets whose text must be in no prompt and no response. No model is trained on work "
        "that holds it, whatever is paid for, and whenever the set was named.",
    )
    evaluation_overlap: Policy = Field(
        "discard",
        description="What of a record that has text of one of `evaluation_sets` in it?",
        json_schema_extra=clause(POLICIES),
    )
    author_labels: Policy = Field(
        "allow",
        description="The author of a prompt judges its responses (`prompt_author_id` is `annotator_id`).",
        json_schema_extra=clause(POLICIES),
    )
    truncated_responses: Policy = Field(
        "allow",
        description="A response breaks off: in a sentence or a code block, or at `max_response_chars`.",
        json_schema_extra=clause(POLICIES),
    )
    max_response_chars: int | None = Field(
        None,
        ge=1,
        description="Characters at which generation was cut off: a response as long that does not end is "
        "truncated, prose or not.",
        json_schema_extra=clause("lower"),
    )
    refusals: Policy = Field(
        "allow",
        description="A response opens by refusing (\"I'm sorry, but I can't help with that\").",
        json_schema_extra=clause(POLICIES),
    )
    boilerplate: Policy = Field(
        "allow",
        description="A response is filler and no answer: a placeholder, a greeting and nothing else, the "
        "prompt again, one line over and over.",
        json_schema_extra=clause(POLICIES),
    )
    language: Policy = Field(
        "allow",
        description="The text is in another language than the record's `language`.",
        json_schema_extra=clause(POLICIES),
    )
    damaged_text: Policy = Field(
        "allow",
        description="Text that was decoded wrongly (`cafÃ©`), or that holds replacement or control "
        "characters.",
        json_schema_extra=clause(POLICIES),
    )
    hidden_characters: Policy = Field(
        "allow",
        description="Characters nobody sees where no script needs them: zero-width, direction overrides, "
        "tags.",
        json_schema_extra=clause(POLICIES),
    )
    aimed_at_judges: Policy = Field(
        "allow",
        description="A response or rationale speaks to whoever judges it, person or model: instructions, "
        "role tokens, a verdict.",
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
    def _one_set_a_name(self) -> "RecordGates":
        names = [each.name for each in self.evaluation_sets]
        for place, name in enumerate(names):
            if name in names[:place]:
                problem = f"two evaluation sets are named {name!r}"
                raise TermError(problem, "evaluation_sets", place, "name", fix="give each a name of its own")
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
