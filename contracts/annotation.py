"""What the annotators were asked to say, and the words a vendor writes it in.

Every scheme reads the label as the vendor wrote it; `rampart.records.schemes` turns it into the canonical
ranking. Words are compared as text: ``1``, ``1.0`` and ``"1"`` are the same word, as are ``true`` and
``"true"``; case and surrounding blanks do not matter.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.base import Terms

Words = tuple[str | int | float | bool, ...]


class Binary(Terms):
    """One of two responses is better; there is no tie."""

    kind: Literal["binary"] = "binary"
    a: Words = Field(("a",), description="Words that mean: the first response is better.")
    b: Words = Field(("b",), description="Words that mean: the second response is better.")


class Arena(Terms):
    """Two responses: one is better, or they tie, or both are bad."""

    kind: Literal["arena"]
    a: Words = Field(("a",), description="Words that mean: the first response is better.")
    b: Words = Field(("b",), description="Words that mean: the second response is better.")
    tie: Words = Field(("tie",), description="Words that mean: equally good.")
    both_bad: Words = Field((), description="Words that mean: neither is acceptable (a tie, marked as such).")


class Likert(Terms):
    """A number on a scale between the two responses; a scale with a middle has a tie there."""

    kind: Literal["likert"]
    low: int = Field(description="Smallest number on the scale, for example 1 or -3.")
    high: int = Field(description="Largest number on the scale, for example 8 or 3.")
    low_prefers: Literal["a", "b"] = Field(
        "a", description="Which response the low end of the scale prefers."
    )

    @model_validator(mode="after")
    def _has_room(self) -> "Likert":
        if self.high <= self.low:
            raise ValueError(f"high ({self.high}) must be above low ({self.low})")
        return self


class Rating(Terms):
    """Every response gets an absolute score; higher is better unless said otherwise."""

    kind: Literal["rating"]
    low: float = Field(description="Smallest score of the scale.")
    high: float = Field(description="Largest score of the scale.")
    higher_is_better: bool = True
    min_gap: float = Field(1.0, gt=0, description="Two responses closer than this are a tie, not a pair.")


class Ranking(Terms):
    """K responses in order, ties allowed; the label is a list of ranks, one for each response."""

    kind: Literal["ranking"]
    best: Literal["low", "high"] = Field("low", description="Is the best response the lowest rank (0 or 1)?")


class Thumbs(Terms):
    """One response, good or bad, not compared with another."""

    kind: Literal["thumbs"]
    up: Words = ("up",)
    down: Words = ("down",)


Scheme = Annotated[Binary | Arena | Likert | Rating | Ranking | Thumbs, Field(discriminator="kind")]


class Annotation(Terms):
    """The labelling task."""

    scheme: Scheme
    aggregation: Literal["judgement", "majority"] = Field(
        "judgement",
        description="Audits and training look at each judgement, or at the strict majority of the judgements "
        "of one item (no strict majority counts as a tie). Payment always counts judgements.",
    )
    order_shown: bool = Field(
        True,
        description="Do the files list responses in the order annotators saw them? Where they do not (chosen "
        "first, or sorted by rank) the position audit cannot be made.",
    )
    guideline_version: str | None = Field(None, description="Version of the guideline the labels follow.")
