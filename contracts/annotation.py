"""What the annotators were asked to say, and the words a vendor writes it in.

Every scheme reads the label as the vendor wrote it; `rampart.records.schemes` turns it into the canonical
ranking. Words are compared as text: ``1``, ``1.0`` and ``"1"`` are the same word, as are ``true`` and
``"true"``; case and surrounding blanks do not matter.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.base import TermError, Terms
from contracts.words import word

Word = str | int | float | bool
Words = tuple[Word, ...]


def _apart(**meanings: Words) -> None:
    """Raise `TermError` where a word is given two meanings, or a needed meaning has no word."""
    said: dict[str, str] = {}
    for meaning, words in meanings.items():
        for each in words:
            other = said.setdefault(word(each), meaning)
            if other != meaning:
                problem = f"the word {each!r} already means {other!r}"
                raise TermError(problem, meaning, fix="give every word one meaning")


def _scale_has_room(low: float, high: float) -> None:
    if high <= low:
        fix = "give the scale's smallest number as low and its largest as high"
        raise TermError(f"high ({high:g}) must be above low ({low:g})", "high", fix=fix)


class Binary(Terms):
    """One of two responses is better; there is no tie."""

    kind: Literal["binary"] = "binary"
    a: Words = Field(("a",), min_length=1, description="Words that mean: the first response is better.")
    b: Words = Field(("b",), min_length=1, description="Words that mean: the second response is better.")

    @model_validator(mode="after")
    def _words_differ(self) -> "Binary":
        _apart(a=self.a, b=self.b)
        return self


class Arena(Terms):
    """Two responses: one is better, or they tie, or both are bad."""

    kind: Literal["arena"]
    a: Words = Field(("a",), min_length=1, description="Words that mean: the first response is better.")
    b: Words = Field(("b",), min_length=1, description="Words that mean: the second response is better.")
    tie: Words = Field(("tie",), description="Words that mean: equally good.")
    both_bad: Words = Field((), description="Words that mean: neither is acceptable (a tie, marked as such).")

    @model_validator(mode="after")
    def _words_differ(self) -> "Arena":
        _apart(a=self.a, b=self.b, tie=self.tie, both_bad=self.both_bad)
        return self


class Likert(Terms):
    """A number on a scale between the two responses; a scale with a middle has a tie there."""

    kind: Literal["likert"]
    low: int = Field(description="Smallest number on the scale, for example 1 or -3.")
    high: int = Field(description="Largest number on the scale, for example 8 or 3.")
    low_prefers: Literal["a", "b"] = Field(
        "a", description="Which response the low end of the scale prefers."
    )
    words: dict[str, int] = Field(
        default_factory=dict,
        description="Word → its number on the scale, where the vendor writes words (`Much better A: -3`).",
    )

    @model_validator(mode="after")
    def _fits(self) -> "Likert":
        _scale_has_room(self.low, self.high)
        said: dict[str, int] = {}
        for text, number in self.words.items():
            if not self.low <= number <= self.high:
                problem = f"{number} is not on the scale from {self.low} to {self.high}"
                raise TermError(problem, "words", text, fix="give a number of the scale")
            if (other := said.setdefault(word(text), number)) != number:
                problem = f"the word {text!r} already means {other}"
                raise TermError(problem, "words", text, fix="give every word one number")
        return self


class Rating(Terms):
    """Every response gets an absolute score; higher is better unless said otherwise."""

    kind: Literal["rating"]
    low: float = Field(description="Smallest score of the scale.")
    high: float = Field(description="Largest score of the scale.")
    higher_is_better: bool = Field(True, description="Does a higher score mean a better response?")
    min_gap: float = Field(1.0, gt=0, description="Two responses closer than this are a tie, not a pair.")

    @model_validator(mode="after")
    def _fits(self) -> "Rating":
        _scale_has_room(self.low, self.high)
        return self


class Ranking(Terms):
    """K responses in order, ties allowed; the label is a list of ranks, one for each response."""

    kind: Literal["ranking"]
    best: Literal["low", "high"] = Field("low", description="Is the best response the lowest rank (0 or 1)?")


class Thumbs(Terms):
    """One response, good or bad, not compared with another."""

    kind: Literal["thumbs"]
    up: Words = Field(("up",), min_length=1, description="Words that mean: good.")
    down: Words = Field(("down",), min_length=1, description="Words that mean: bad.")

    @model_validator(mode="after")
    def _words_differ(self) -> "Thumbs":
        _apart(up=self.up, down=self.down)
        return self


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
