"""How people look at samples of what was accepted, and what follows when they find too much."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from contracts.terms.base import TermError, Terms, clause
from contracts.terms.parties import Shown
from contracts.terms.ramp import PhaseName
from contracts.terms.written import NAME

Level = Literal["S-1", "S-2", "S-3", "S-4", "I", "II", "III"]
# The preferred series of ISO 2859-1 as far as it counts defective records and not defects in a record.
AQLS = (0.010, 0.015, 0.025, 0.040, 0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0)
LEAST_RISKY = 16  # two of each stratum, of which there are eight at most
Kind = Annotated[str, Field(pattern=NAME, max_length=40)]


class ReviewPlan(Terms):
    """How many accepted records people judge, and how many defects the batch may show."""

    method: Literal["none", "aql", "confidence"] = Field(
        "none",
        description="none: no review is asked for. aql: a single sampling plan of ISO 2859-1 (ANSI/ASQ "
        "Z1.4), normal inspection. confidence: the least sample that shows `tolerable` with `confidence`.",
        # An AQL's plan rejects what is bad; a stated confidence accepts only what is shown to be good.
        json_schema_extra=clause(("none", "aql", "confidence")),
    )
    aql_percent: float = Field(
        1.0,
        description="For aql: the acceptance quality limit in percent, one of the standard's, 0.01 to 10.",
        json_schema_extra=clause("lower"),
    )
    level: Level = Field(
        "II",
        description="For aql: the inspection level, which with the batch's size gives the code letter.",
        json_schema_extra=clause(("S-1", "S-2", "S-3", "S-4", "I", "II", "III")),
    )
    tolerable: float = Field(
        0.02,
        gt=0,
        lt=1,
        description="For confidence: the share of defective records the batch is shown to be below.",
        json_schema_extra=clause("lower"),
    )
    confidence: float = Field(
        0.95,
        ge=0.5,
        lt=1,
        description="For confidence: how sure one wants to be of that.",
        json_schema_extra=clause("higher"),
    )
    allowed: int = Field(
        0,
        ge=0,
        le=1_000,
        description="For confidence: how many defects the sample may show; more ask for a larger one.",
        json_schema_extra=clause(),
    )
    on_fail: Literal["advisory", "hold", "review_all"] = Field(
        "hold",
        description="When the plan fails: it is told; or the batch is held for a person; or it is held, and "
        "people are to review all that was accepted.",
        json_schema_extra=clause(("advisory", "hold", "review_all")),
    )

    @field_validator("aql_percent")
    @classmethod
    def _one_of_the_standard_s(cls, aql: float) -> float:
        if aql not in AQLS:
            problem = f"{aql:g} % is not in the tables of ISO 2859-1"
            raise TermError(problem, fix=f"write one of {', '.join(f'{one:g}' for one in AQLS)}")
        return aql


class Review(Terms):
    """What people look at before a batch counts as good."""

    plan: ReviewPlan = ReviewPlan.defaults()
    phases: dict[PhaseName, ReviewPlan] = Field(
        default_factory=dict, description="Phase → its own plan, where it differs; else `plan`."
    )
    also: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="Records drawn beside the plan's, more of them where the risk is; 0: none.",
        json_schema_extra=clause("higher"),
    )
    strata: tuple[Literal["annotator", "flags"], ...] = Field(
        ("annotator", "flags"),
        description="What tells the risk of a record: its annotator's discard rate, and what gates flagged.",
        json_schema_extra=clause("more"),
    )
    discarded: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="Discarded records put among them, to see how many were discarded wrongly.",
        json_schema_extra=clause("higher"),
    )
    defects: dict[Kind, Shown] = Field(
        default_factory=dict,
        description="Kind of defect → what it is, for reviewers; none: what the guideline does not allow.",
        json_schema_extra=clause(),
    )
    verdicts_each: int = Field(
        1,
        ge=1,
        le=9,
        description="How many reviewers judge each record; the majority of them counts.",
        json_schema_extra=clause("higher"),
    )
    reviewers: tuple[Shown, ...] = Field(
        (),
        description="Names that may review (`rampart review read --by`); empty: anyone who gives a name. The "
        "name is the person's own word.",
        json_schema_extra=clause("fewer"),
    )

    @model_validator(mode="after")
    def _two_of_each_stratum(self) -> "Review":
        if 0 < self.also < LEAST_RISKY:
            problem = f"{self.also} records are too few to look where the risk is"
            raise TermError(problem, "also", fix=f"write 0, or at least {LEAST_RISKY}: two of each stratum")
        return self
