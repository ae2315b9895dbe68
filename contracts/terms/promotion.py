"""What a new reward model must not lose, and what it must not reward, to take the champion's place."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.terms.base import TermError, Terms, clause
from contracts.terms.bounds import Count, Share

Protectable = Literal["domain", "language", "vendor", "strength"]
Correlation = Annotated[float, Field(ge=-1, le=1)]


class Protected(Terms):
    """Parts of the held-out pairs on which a new model may not do worse than the champion."""

    slices: tuple[Protectable, ...] = Field(
        (),
        description="By which properties: each value of each of them is a slice that is held to the margin.",
        json_schema_extra=clause("more"),
    )
    margin: Share = Field(
        0.05,
        lt=0.5,
        description="Non-inferiority margin on each slice: accuracy that may be lost there at most.",
        json_schema_extra=clause("lower"),
    )
    # With 200 prompts of one pair, a tenth of which the two models answer differently, an equal model passes
    # a margin of 0.05 in about half the cases on one slice, and in a quarter on three.
    min_prompts: Count = Field(
        200,
        description="A slice with fewer held-out prompts is `not_testable`.",
        json_schema_extra=clause("lower"),
    )
    not_testable: Literal["allow", "block"] = Field(
        "allow",
        description="Whether a slice that is `not_testable` keeps a new model from being promoted.",
        json_schema_extra=clause(("allow", "block")),
    )


class CorrelationBand(Terms):
    """Limits of a rank correlation."""

    min: Correlation | None = Field(
        None, description="Least value tolerated.", json_schema_extra=clause("higher")
    )
    max: Correlation | None = Field(
        None, description="Largest value tolerated.", json_schema_extra=clause("lower")
    )

    @model_validator(mode="after")
    def _least_below_largest(self) -> "CorrelationBand":
        _ordered(self.min, self.max)
        return self


class ShareBand(Terms):
    """Limits of a share of held-out pairs."""

    min: Share | None = Field(None, description="Least share tolerated.", json_schema_extra=clause("higher"))
    max: Share | None = Field(None, description="Largest share tolerated.", json_schema_extra=clause("lower"))

    @model_validator(mode="after")
    def _least_below_largest(self) -> "ShareBand":
        _ordered(self.min, self.max)
        return self


class ProbeLimits(Terms):
    """What a new model's bias probes must lie within; where nothing is set they only inform."""

    length_correlation: CorrelationBand = CorrelationBand.defaults()
    prefix_flips: ShareBand = ShareBand.defaults()
    length_skew: ShareBand = ShareBand.defaults()
    lists_skew: ShareBand = ShareBand.defaults()
    flattery_skew: ShareBand = ShareBand.defaults()


def _ordered(least: float | None, largest: float | None) -> None:
    if least is not None and largest is not None and least > largest:
        raise TermError(f"min {least} is above max {largest}", "min", fix="write the smaller number as min")
