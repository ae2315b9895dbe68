"""The whole contract, as every room sees it."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from contracts.fitting import misfits
from contracts.terms.amendment import Amendment
from contracts.terms.annotation import NEEDED, NEEDS, Annotation
from contracts.terms.annotators import Annotators
from contracts.terms.base import MisfitError, TermError, Terms, clause
from contracts.terms.benchmark import Benchmark
from contracts.terms.bounds import Count, Seconds, Share, WeekNumber
from contracts.terms.checklist import Checklist
from contracts.terms.gates import RecordGates
from contracts.terms.learning import LearningScope
from contracts.terms.mapping import DeliveryTerms
from contracts.terms.mix import Mix
from contracts.terms.parties import Slug, Vendor
from contracts.terms.promotion import ProbeLimits, Protected
from contracts.terms.quality import QualityRule
from contracts.terms.ramp import BREACHES, Confidence, Phase, Ramp, Term, Week
from contracts.terms.remedies import Disputes, Feedback, Holds, Invoicing, Redelivery
from contracts.terms.review import Review, ReviewPlan
from contracts.terms.rights import Privacy, Rights
from contracts.terms.severity import Severity
from contracts.terms.written import IDENTIFIER, VERSION


class OnPolicy(Terms):
    """Which policy checkpoints a week's responses may come from."""

    checkpoints: dict[WeekNumber, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Contract week → allowed checkpoint ids; with `newest`, the checkpoints released in it.",
        json_schema_extra=clause("fewer"),
    )
    newest: Count | None = Field(
        None,
        description="The newest so many checkpoints named for this week and earlier ones are allowed, in the "
        "order named; none: exactly those named for the week.",
        json_schema_extra=clause("lower"),
    )
    lineage: Literal["work_order", "none"] = Field(
        "none",
        description="work_order: a record must name an item of the week's work order, and its responses must "
        "be, byte for byte, ones that this item sent out from the checkpoints they claim.",
        json_schema_extra=clause(("none", "work_order")),
    )
    min_share: Share = Field(
        0.0,
        description="Least share of readable records whose responses are all on-policy.",
        json_schema_extra=clause("higher"),
    )
    min_share_one: Share = Field(
        0.0,
        description="Least share of readable records with at least one on-policy response.",
        json_schema_extra=clause("higher"),
    )
    on_breach: Literal["partial", "hold", "reject"] = Field(
        "hold",
        description="Below a least share: pay what was kept, have a person decide, or reject all.",
        json_schema_extra=clause(BREACHES),
    )

    def allowed(self, week: int) -> tuple[str, ...]:
        """Checkpoints a response delivered for `week` may come from; empty where the terms name none."""
        if self.newest is None:
            return self.checkpoints.get(week, ())
        released = [
            name for number in sorted(self.checkpoints) if number <= week for name in self.checkpoints[number]
        ]
        return tuple(dict.fromkeys(reversed(released)))[: self.newest][::-1]

    @model_validator(mode="after")
    def _shares_need_checkpoints(self) -> "OnPolicy":
        for name in ("min_share", "min_share_one", "newest"):
            if getattr(self, name) and not self.checkpoints:
                problem = "cannot be judged: no checkpoints are named"
                raise TermError(problem, name, fix="name them in on_policy.checkpoints, by week")
        return self


class AuditLimit(Terms):
    """How far a preference may lean before it counts."""

    max_lean: Annotated[float, Field(gt=0, lt=0.5)] = Field(
        0.10,
        description="Largest tolerated |win rate - 1/2|, judged on the cluster-robust interval.",
        json_schema_extra=clause("lower"),
    )
    severity: Severity = "advisory"
    min_effective_n: Count = Field(
        100,
        description="Fewer effective comparisons than this is `not_testable`.",
        json_schema_extra=clause("lower"),
    )


class ContrastLimit(Terms):
    """How far a share may differ between groups of one batch before it counts."""

    max_difference: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.10,
        description="Largest tolerated difference of two shares, judged on the cluster-robust interval.",
        json_schema_extra=clause("lower"),
    )
    severity: Severity = "advisory"
    min_cell: Count = Field(
        30,
        description="A group with fewer comparisons is not reported.",
        json_schema_extra=clause("lower"),
    )


class StyleLimit(Terms):
    """How well style alone may predict who wins before it counts."""

    max_auc: Annotated[float, Field(gt=0.5, lt=1)] = Field(
        0.65,
        description="Largest tolerated cross-fitted AUC of a model that sees nothing but style.",
        json_schema_extra=clause("lower"),
    )
    severity: Severity = "advisory"
    min_comparisons: Count = Field(
        300,
        description="Fewer strict comparisons than this is `not_testable`.",
        json_schema_extra=clause("lower"),
    )


class Pace(Terms):
    """How fast annotators may work."""

    min_median_s: Seconds = Field(
        8.0,
        description="An annotator whose median is faster is a speeder.",
        json_schema_extra=clause("higher"),
    )
    max_share: Share = Field(
        0.10,
        description="Largest tolerated share of the batch from speeders.",
        json_schema_extra=clause("lower"),
    )
    min_judgements: Count = Field(
        5,
        description="Annotators with fewer judgements are not judged.",
        json_schema_extra=clause("lower"),
    )
    severity: Severity = "advisory"


class Audits(Terms):
    """What the preferences may be driven by. A blocking audit that fails has a person decide."""

    length: AuditLimit = AuditLimit.defaults()
    position: AuditLimit = AuditLimit.defaults()
    format: AuditLimit = AuditLimit.defaults()
    opening: AuditLimit = AuditLimit.defaults()
    wording: AuditLimit = AuditLimit.defaults()
    tone: AuditLimit = AuditLimit.defaults()
    sycophancy: AuditLimit = AuditLimit.defaults()
    style: StyleLimit = StyleLimit.defaults()
    groups: ContrastLimit = ContrastLimit.defaults()
    pace: Pace = Pace.defaults()
    demonstrations: Checklist = Checklist.defaults()


class Gain(Terms):
    """What the data must do for the reward model."""

    by_week: int = Field(
        ge=1,
        description="Contract week whose retraining is judged.",
        json_schema_extra=clause("lower", judged=False),
    )
    points: float = Field(
        gt=0,
        le=100,
        description="Least gain in held-out accuracy over the model before the contract, in points.",
        json_schema_extra=clause("higher", judged=False),
    )


class Training(Terms):
    """How accepted batches become a reward model."""

    backend: Literal["linear", "trl", "command", "none"] = Field(
        "linear",
        description="What trains: the embedded linear model, a transformer by TRL, a program of the buyer's, "
        "or nothing.",
    )
    retrain: Literal["every_batch", "by_hand"] = Field(
        "every_batch",
        description="When: after every accepted batch revision, or only by `rampart retrain`.",
    )
    strength: Literal["ignore", "weight", "margin"] = Field(
        "weight",
        description="What a strong preference does, where the scheme has strengths: nothing, weigh more, or "
        "ask for a wider margin.",
    )
    labels: Literal["delivered", "agreement"] = Field(
        "delivered",
        description="What a majority's label says: its winner won, or it won as surely as judgements agreed.",
    )
    ties: Literal["half", "rao_kupper"] = Field(
        "half",
        description="What a tie is: half a win for either response, or an outcome of its own (Rao-Kupper).",
    )
    flipped_share: Share = Field(
        0.0,
        lt=0.5,
        description="Share of strict labels taken to be the wrong way round (conservative DPO's smoothing).",
    )
    length: Literal["free", "neutral"] = Field(
        "free",
        description="Scores as trained, or without what length alone explains of them within a prompt.",
    )
    promotion_margin: Share = Field(
        0.02,
        lt=0.5,
        description="Non-inferiority margin: how much held-out accuracy a new model may lose at most.",
        json_schema_extra=clause("lower"),
    )
    benchmarks: tuple[Benchmark, ...] = Field(
        (), description="Public benchmarks that every reward model is measured on."
    )
    protected: Protected = Protected.defaults()
    probes: ProbeLimits = ProbeLimits.defaults()
    expected_gain: Gain | None = None
    scope: LearningScope = LearningScope.defaults()

    @field_validator("benchmarks")
    @classmethod
    def _each_benchmark_once(cls, benchmarks: tuple[Benchmark, ...]) -> tuple[Benchmark, ...]:
        names = [each.name for each in benchmarks]
        for place, name in enumerate(names):
            if name in names[:place]:
                problem = f"the benchmark {name} is named twice, so its figures would have one name"
                raise TermError(problem, "benchmarks", place, "name", fix="name the file that is meant")
        return benchmarks

    @model_validator(mode="after")
    def _backend_can(self) -> "Training":
        """Only the embedded model has an outcome for ties, and can leave out what length explains."""
        fix = "leave it out, or let the backend be linear"
        if self.backend in {"trl", "command"} and self.ties != "half":
            raise TermError(f"{self.ties} is not for the backend {self.backend}", "ties", fix=fix)
        if self.backend in {"trl", "command"} and self.length != "free":
            raise TermError(f"{self.length} is not for the backend {self.backend}", "length", fix=fix)
        return self


class Contract(Terms):
    """One vendor's contract. `digest` names the exact terms a verdict was given under."""

    contract_id: str = Field(pattern=IDENTIFIER, max_length=100)
    version: str = Field(pattern=VERSION, max_length=100)
    status: Literal["proposed", "draft", "active", "deprecated", "retired"]
    name: str
    digest: str = Field(description="SHA-256 of the contract file's bytes.")
    vendor: Vendor
    program: Slug = Field(description="Contracts whose accepted batches train the same reward model.")
    amendment: Amendment | None = Field(
        None, description="What this version changes, and from when on; none in a contract's first version."
    )
    term: Term
    ramp: Ramp
    annotation: Annotation
    delivery: DeliveryTerms
    gates: RecordGates = RecordGates.defaults()
    on_policy: OnPolicy = OnPolicy.defaults()
    mix: Mix = Mix.defaults()
    annotators: Annotators = Annotators.defaults()
    audits: Audits = Audits.defaults()
    review: Review = Review.defaults()
    holds: Holds = Holds.defaults()
    feedback: Feedback = Feedback.defaults()
    redelivery: Redelivery = Redelivery.defaults()
    disputes: Disputes = Disputes.defaults()
    invoicing: Invoicing = Invoicing.defaults()
    rights: Rights = Rights.defaults()
    privacy: Privacy = Privacy.defaults()
    training: Training = Training.defaults()
    quality: tuple[QualityRule, ...] = Field(
        (), description="Rules of the standard's `schema.quality` and `schema.properties.quality`."
    )

    @model_validator(mode="after")
    def _terms_fit_each_other(self) -> "Contract":
        if found := tuple(misfits(self)):
            raise MisfitError(found)
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

    @property
    def required(self) -> tuple[str, ...]:
        """Fields of a record that must not be empty."""
        if self.gates.required is not None:
            return self.gates.required
        return NEEDS.get(self.annotation.scheme.kind, NEEDED)

    def confidence(self, number: int) -> Confidence:
        """How sure the ceiling of week `number` wants to be."""
        return self.phase(number).confidence or self.ramp.confidence

    def review_plan(self, number: int) -> tuple[ReviewPlan, str]:
        """How people review week `number`, and the clause that says so."""
        phase = self.week(number).phase
        if phase in self.review.phases:
            return self.review.phases[phase], f"review.phases.{phase}"
        return self.review.plan, "review.plan"

    def discount(self, number: int) -> tuple[float, str]:
        """Share taken off week `number`'s price, and the clause that says so."""
        week = self.week(number)
        if week.discount is not None:
            return week.discount, f"ramp.weeks.{number}.discount"
        return self.phase(number).discount, f"ramp.phases.{week.phase}.discount"

    def ceiling_clause(self, week: int) -> str:
        """Address of the discard ceiling in force in week `week`."""
        return f"ramp.phases.{self.week(week).phase}.discard_ceiling"

    def inbox(self, week: int) -> str:
        """Folder of week `week`'s delivery, below the drop."""
        return f"{self.vendor.id}/{self.delivery.folder_of(week)}"
