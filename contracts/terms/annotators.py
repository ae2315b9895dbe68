"""Who may judge, how much, how fast, and how well they must agree."""

from typing import Literal

from pydantic import Field, field_validator

from contracts.terms.base import Terms, clause
from contracts.terms.bounds import Count, Share
from contracts.terms.fields import POLICIES, Policy
from contracts.terms.mapping import path_below
from contracts.terms.severity import Severity


class Agreement(Terms):
    """How far annotators of one item must agree."""

    coefficient: Literal["krippendorff_alpha", "gwet_ac1", "raw"] = Field(
        "krippendorff_alpha", description="Which coefficient.", json_schema_extra=clause()
    )
    least: float = Field(ge=-1, le=1, description="Least agreement.", json_schema_extra=clause("higher"))


class Gold(Terms):
    """Questions with known answers, hidden among the work."""

    share: Share = Field(
        description="Least share of judgements on gold questions.",
        json_schema_extra=clause("higher"),
    )
    min_accuracy: Share = Field(
        description="Least share of gold questions answered right.",
        json_schema_extra=clause("higher"),
    )


class Annotators(Terms):
    """The people behind the judgements. What a single judgement may take stands in `gates`."""

    roster: str | None = Field(
        None,
        min_length=1,
        description="CSV of admitted annotators (column `annotator_id`), below the vendor's folder.",
    )
    off_roster: Policy = Field(
        "allow",
        description="What of a judgement by somebody who is not on the roster, or whom nobody named? A "
        "roster that is missing refuses the delivery.",
        json_schema_extra=clause(POLICIES),
    )
    min_screening_score: Share | None = Field(
        None,
        description="Least score in the entrance test (roster column `screening_score`); who has less, "
        "or none, is not admitted.",
        json_schema_extra=clause("higher"),
    )
    max_share: Share | None = Field(
        None,
        gt=0,
        description="Largest share of a batch one annotator may judge.",
        json_schema_extra=clause("lower"),
    )
    max_hours_per_day: float | None = Field(
        None,
        gt=0,
        le=24,
        description="Most hours one annotator may work in a day.",
        json_schema_extra=clause("lower"),
    )
    min_overlap: Share | None = Field(
        None,
        description="Least share of items judged by two annotators or more.",
        json_schema_extra=clause("higher"),
    )
    agreement: Agreement | None = Field(None, json_schema_extra=clause())
    gold: Gold | None = Field(None, json_schema_extra=clause())
    min_group: Count = Field(
        5,
        description="Figures about fewer annotators than this are not reported.",
        json_schema_extra=clause("higher", judged=False),
    )
    severity: Severity = "advisory"

    @field_validator("roster")
    @classmethod
    def _below_the_drop(cls, path: str | None) -> str | None:
        return path if path is None else path_below(path, "the vendor's folder")
