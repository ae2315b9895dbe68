"""The whole contract, as every room sees it."""

import difflib
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.annotation import Annotation
from contracts.base import TermError, Terms
from contracts.mapping import DeliveryTerms, RecordFields
from contracts.ramp import Phase, Ramp, Share, Term, Week

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Severity = Literal["blocking", "advisory"]
Policy = Literal["discard", "allow"]

REQUIRABLE = (*RecordFields.model_fields, "checkpoint_id")


class Vendor(Terms):
    """Who delivers."""

    id: Slug = Field(description="Short name; the vendor's folder in the drop, and part of every pseudonym.")
    name: str = Field(description="Name for people.")


class RecordGates(Terms):
    """What each record must satisfy to be accepted."""

    required: tuple[str, ...] = Field(
        ("prompt", "responses", "label"), description="Canonical fields that must not be empty."
    )
    empty_response: Policy = Field("discard", description="Is a record with an empty response discarded?")
    identical_responses: Policy = Field(
        "discard", description="Is a record discarded whose responses are all the same text?"
    )
    exact_duplicates: Policy = Field(
        "discard",
        description="Same prompt, responses, label and annotator again, in this or an earlier batch.",
    )
    copied_work: Policy = Field(
        "allow",
        description="Same prompt and responses as a record kept from an earlier batch of the programme, "
        "whoever judged it: for contracts that send every item out once.",
    )
    timestamps_in_week: bool = Field(
        True, description="Are records stamped outside the contract week discarded (where stamped)?"
    )
    min_duration_s: float | None = Field(None, ge=0, description="Faster judgements are discarded.")
    max_unreadable: Share = Field(
        0.05,
        description="Largest tolerated share of delivered judgements that cannot be read; beyond it the "
        "batch is held. Without it, a vendor would escape the discard ceiling by making bad rows unreadable.",
    )

    @model_validator(mode="after")
    def _known_fields(self) -> "RecordGates":
        for place, name in enumerate(self.required):
            if name not in REQUIRABLE:
                near = difflib.get_close_matches(name, REQUIRABLE, n=1)
                fix = f"did you mean {near[0]}?" if near else f"name one of {', '.join(REQUIRABLE)}"
                raise TermError(f"{name!r} is not a field of a record", "required", place, fix=fix)
        return self


class OnPolicy(Terms):
    """Which policy checkpoints a week's responses may come from."""

    checkpoints: dict[int, tuple[str, ...]] = Field(
        default_factory=dict, description="Contract week → allowed checkpoint ids."
    )
    lineage: Literal["work_order", "none"] = Field(
        "none",
        description="work_order: a response must be, byte for byte, one the week's work order sent out from "
        "the checkpoint it claims.",
    )
    min_share: Share = Field(0.0, description="Least share of readable records that must be on-policy.")
    on_breach: Literal["partial", "hold", "reject"] = Field(
        "hold", description="Below the least share: pay what was kept, have a person decide, or reject all."
    )


class AuditLimit(Terms):
    """How far a preference may lean before it counts."""

    max_lean: Annotated[float, Field(gt=0, lt=0.5)] = Field(
        0.10, description="Largest tolerated |win rate - 1/2|, judged on the cluster-robust interval."
    )
    severity: Severity = Field(
        "advisory", description="Does a failure hold the batch for a person (blocking), or is it only told?"
    )
    min_effective_n: int = Field(
        100, ge=1, description="Fewer effective comparisons than this is `not_testable`."
    )


class Pace(Terms):
    """How fast annotators may work."""

    min_median_s: float = Field(8.0, ge=0, description="An annotator whose median is faster is a speeder.")
    max_share: Share = Field(0.10, description="Largest tolerated share of the batch from speeders.")
    min_judgements: int = Field(5, ge=1, description="Annotators with fewer judgements are not judged.")
    severity: Severity = Field(
        "advisory", description="Does a failure hold the batch for a person (blocking), or is it only told?"
    )


class Audits(Terms):
    """What the preferences may be driven by. A blocking audit that fails has a person decide."""

    length: AuditLimit = AuditLimit()
    position: AuditLimit = AuditLimit()
    pace: Pace = Pace()


class Training(Terms):
    """How accepted batches become a reward model."""

    backend: Literal["linear", "none"] = Field(
        "linear", description="What trains: the embedded linear model, or nothing."
    )
    promotion_margin: Share = Field(
        0.02, description="Non-inferiority margin: how much held-out accuracy a new model may lose at most."
    )


class Contract(Terms):
    """One vendor's contract. `digest` names the exact terms a verdict was given under."""

    contract_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)
    version: str
    status: str
    name: str
    digest: str = Field(description="SHA-256 of the contract file's bytes.")
    vendor: Vendor
    program: Slug = Field(description="Contracts whose accepted batches train the same reward model.")
    term: Term
    ramp: Ramp
    annotation: Annotation
    delivery: DeliveryTerms
    gates: RecordGates = RecordGates()
    on_policy: OnPolicy = OnPolicy()
    audits: Audits = Audits()
    training: Training = Training()

    @model_validator(mode="after")
    def _weeks_match_the_term(self) -> "Contract":
        weeks = self.term.weeks
        fix = f"name weeks 1 to {weeks} once each, or change term.weeks"
        if missing := [week for week in range(1, weeks + 1) if week not in self.ramp.weeks]:
            raise TermError(f"week {missing[0]} of the term is missing", "ramp", "weeks", fix=fix)
        for week in self.ramp.weeks:
            if not 1 <= week <= weeks:
                raise TermError(f"the term has no week {week}", "ramp", "weeks", week, fix=fix)
        for week in self.on_policy.checkpoints:
            if not 1 <= week <= weeks:
                fix = f"name weeks from 1 to {weeks}"
                raise TermError(f"the term has no week {week}", "on_policy", "checkpoints", week, fix=fix)
        if weeks > 1 and self.delivery.folder.format(week=1) == self.delivery.folder.format(week=2):
            problem = f"every week would be read from the same folder, {self.delivery.folder!r}"
            raise TermError(problem, "delivery", "folder", fix="put {week} or {week:02d} into it")
        return self

    @model_validator(mode="after")
    def _required_fields_are_mapped(self) -> "Contract":
        record = self.delivery.record
        said = {"guideline_version"} if self.annotation.guideline_version else set()
        for place, name in enumerate(self.gates.required):
            if name in said or name == "checkpoint_id":
                continue
            if getattr(record, name) is None:
                problem = f"{name!r} is required, but delivery.record does not say where it comes from"
                fix = f"add delivery.record.{name}, or remove it here"
                raise TermError(problem, "gates", "required", place, fix=fix)
        return self

    @property
    def active(self) -> bool:
        """Does the weekly flow look for this contract's deliveries?"""
        return self.status == "active"

    def week(self, number: int) -> Week:
        """The plan of week `number`; `KeyError` outside the term."""
        return self.ramp.weeks[number]

    def phase(self, number: int) -> Phase:
        """The phase in force in week `number`."""
        return self.ramp.phases[self.week(number).phase]

    def ceiling_clause(self, week: int) -> str:
        """Address of the discard ceiling in force in week `week`."""
        return f"ramp.phases.{self.week(week).phase}.discard_ceiling"

    def inbox(self, week: int) -> str:
        """Folder of week `week`'s delivery, below the drop."""
        return f"{self.vendor.id}/{self.delivery.folder.format(week=week)}"
