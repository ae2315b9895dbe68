"""The whole contract, as every room sees it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.annotation import Annotation
from contracts.base import Terms
from contracts.mapping import DeliveryTerms
from contracts.ramp import Phase, Ramp, Share, Term, Week

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Severity = Literal["blocking", "advisory"]
Policy = Literal["discard", "allow"]


class Vendor(Terms):
    """Who delivers."""

    id: Slug
    name: str


class RecordGates(Terms):
    """What each record must satisfy to be accepted."""

    required: tuple[str, ...] = Field(
        ("prompt", "responses", "label"), description="Canonical fields that must not be empty."
    )
    empty_response: Policy = Field("discard", description="Is a record with an empty response discarded?")
    identical_responses: Policy = "discard"
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
    on_breach: Literal["partial", "hold", "reject"] = "hold"


class AuditLimit(Terms):
    """How far a preference may lean before it counts."""

    max_lean: Annotated[float, Field(gt=0, lt=0.5)] = Field(
        0.10, description="Largest tolerated |win rate - 1/2|, judged on the cluster-robust interval."
    )
    severity: Severity = "advisory"
    min_effective_n: int = Field(
        100, ge=1, description="Fewer effective comparisons than this is `not_testable`."
    )


class Pace(Terms):
    """How fast annotators may work."""

    min_median_s: float = Field(8.0, ge=0, description="An annotator whose median is faster is a speeder.")
    max_share: Share = Field(0.10, description="Largest tolerated share of the batch from speeders.")
    min_judgements: int = Field(5, ge=1, description="Annotators with fewer judgements are not judged.")
    severity: Severity = "advisory"


class Audits(Terms):
    """What the preferences may be driven by. A blocking audit that fails has a person decide."""

    length: AuditLimit = AuditLimit()
    position: AuditLimit = AuditLimit()
    pace: Pace = Pace()


class Training(Terms):
    """How accepted batches become a reward model."""

    backend: Literal["linear", "none"] = "linear"
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
        wanted, given = set(range(1, self.term.weeks + 1)), set(self.ramp.weeks)
        if wanted != given:
            odd = sorted(wanted ^ given)[0]
            raise ValueError(
                f"ramp.weeks must name weeks 1 to {self.term.weeks} once each; week {odd} does not fit"
            )
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
