"""Which accepted weeks a reward model learns from, and how much each of them counts."""

from typing import Annotated

from pydantic import Field, field_validator

from contracts.terms.base import TermError, Terms
from contracts.terms.bounds import Count, Share, WeekNumber
from contracts.terms.parties import Slug

# A hundred times the others' weight is a data set of its own; it is not a weight any more.
Factor = Annotated[float, Field(ge=0, le=100)]
Domain = Annotated[str, Field(min_length=1)]


class LearningWeights(Terms):
    """Factors on the weight of a training pair; 1 where nothing is said, 0 leaves the pair out."""

    vendor: dict[Slug, Factor] = Field(default_factory=dict, description="Vendor's id → factor.")
    domain: dict[Domain, Factor] = Field(default_factory=dict, description="Domain as delivered → factor.")
    week: dict[WeekNumber, Factor] = Field(
        default_factory=dict, description="Week of this contract → factor."
    )


class LearningScope(Terms):
    """What a model is trained on when a batch of this contract asks for it; default: all that was accepted.

    Nothing of it touches what is held out: models of every scope are judged on the same prompts.
    """

    window_weeks: Count | None = Field(
        None, description="Train on the last so many weeks of the programme; none: on all of them."
    )
    half_life_weeks: Annotated[float, Field(gt=0, le=1_000)] | None = Field(
        None, description="Weeks in which the weight of a pair halves; none: age does not matter."
    )
    domain_mix: dict[Domain, Share] = Field(
        default_factory=dict,
        description="Domain as delivered → share of the training weight it is to have, 1 together at most. "
        "Other domains share the rest as they came; where none is left, they are not trained on.",
    )
    weights: LearningWeights = LearningWeights.defaults()
    holdout_prompts: Count = Field(
        1_000,
        description="Most prompts in a batch's own holdout, as Llama 2 kept of each batch. Prompts beyond "
        "are used for nothing: a prompt that is held out once is never trained on.",
    )

    @field_validator("domain_mix")
    @classmethod
    def _one_together(cls, mix: dict[str, float]) -> dict[str, float]:
        total = sum(mix.values())
        if total > 1 + 1e-3:  # shares written to three places may miss by their rounding
            raise TermError(f"the shares sum to {total:.4g}", fix="give 1 together at most")
        if mix and not total:
            raise TermError("every share is 0", fix="give a share above 0, or leave the mix out")
        return mix
