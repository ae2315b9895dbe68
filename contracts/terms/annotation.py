"""What the annotators were asked to say, and the words a vendor writes it in.

Every scheme reads the label as the vendor wrote it; `rampart.records.schemes` turns it into the canonical
ranking. Words are compared as text: ``1``, ``1.0`` and ``"1"`` are the same word, as are ``true`` and
``"true"``; case and surrounding blanks do not matter.
"""

import difflib
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from contracts.language.words import as_number, word
from contracts.terms.base import TermError, Terms, clause
from contracts.terms.bounds import Scale, Whole
from contracts.terms.parties import Shown, Slug
from contracts.terms.reason_codes import REASON_CODES, ReasonCode

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
    low: Whole = Field(description="Smallest number on the scale, for example 1 or -3.")
    high: Whole = Field(description="Largest number on the scale, for example 8 or 3.")
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
            if (said_itself := as_number(text)) is not None and said_itself != number:
                problem = f"the number {text!r} would mean {number}, and {said_itself:g} where no text is"
                fix = "map a number to itself; use low_prefers to turn the scale around"
                raise TermError(problem, "words", text, fix=fix)
            if (other := said.setdefault(word(text), number)) != number:
                problem = f"the word {text!r} already means {other}"
                raise TermError(problem, "words", text, fix="give every word one number")
        return self


class Rating(Terms):
    """Every response gets an absolute score; higher is better unless said otherwise."""

    kind: Literal["rating"]
    low: Scale = Field(description="Smallest score of the scale.")
    high: Scale = Field(description="Largest score of the scale.")
    higher_is_better: bool = Field(True, description="Does a higher score mean a better response?")
    min_gap: Scale = Field(1.0, gt=0, description="Two responses closer than this are a tie, not a pair.")
    pairs: Literal["best_and_lower", "all"] = Field(
        "best_and_lower",
        description="Training pairs of a judgement: its best response against one lower one drawn at random "
        "(Zephyr's rule for UltraFeedback), or every two that differ.",
    )
    seed: int = Field(0, ge=0, le=2**32 - 1, description="Seed of that draw.")

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


class Verifiable(Terms):
    """A grader's result for every response: the label is a list of results, one for each.

    Words for passed and failed, or a score with a threshold. A response that passed beats one that failed;
    two alike tie. One response alone is graded, not compared.
    """

    kind: Literal["verifiable"]
    passed: Words = Field(("true", "pass", "passed", 1), description="Words that mean: the response passed.")
    failed: Words = Field(("false", "fail", "failed", 0), description="Words that mean: it did not.")
    threshold: float | None = Field(
        None, description="Labels are scores; this one and higher ones passed. Words then mean nothing."
    )
    grader: Shown | None = Field(None, description="What graded: program and version, for the record.")

    @model_validator(mode="after")
    def _words_differ(self) -> "Verifiable":
        if self.threshold is None:
            _apart(passed=self.passed, failed=self.failed)
            for name in ("passed", "failed"):
                if not getattr(self, name):
                    raise TermError("is empty", name, fix="give at least one word, or a threshold")
        return self


class Demonstration(Terms):
    """Instruction data: a prompt and one written answer, the response. There is no label to give."""

    kind: Literal["demonstration"]


class Critique(Terms):
    """One response and what is wrong with it in writing: `delivery.record.rationale` holds it."""

    kind: Literal["critique"]


class Spans(Terms):
    """Marked passages of one response: a list of {start, end, label}, in characters, the end excluded."""

    kind: Literal["spans"]
    labels: Words = Field(min_length=1, description="Words a passage may be marked with.")


class Category(Terms):
    """A label-only task: an item gets one of several words; there may be no responses."""

    kind: Literal["category"]
    categories: dict[Slug, Words] = Field(
        min_length=2, description="Category → the words that mean it (`spam: [1, yes]`)."
    )

    @model_validator(mode="after")
    def _words_differ(self) -> "Category":
        try:
            _apart(**self.categories)
        except TermError as error:
            raise TermError(str(error), "categories", *error.field, fix=error.fix) from error
        for name, words in self.categories.items():
            if not words:
                raise TermError("is empty", "categories", name, fix="give at least one word")
        return self


# The fields of a record without which a scheme says nothing.
NEEDS: dict[str, tuple[str, ...]] = {
    "demonstration": ("prompt", "responses"),
    "critique": ("prompt", "responses", "rationale"),
    "category": ("label",),
}
NEEDED = ("prompt", "responses", "label")  # by every other scheme

Scheme = Annotated[
    Binary
    | Arena
    | Likert
    | Rating
    | Ranking
    | Thumbs
    | Verifiable
    | Demonstration
    | Critique
    | Spans
    | Category,
    Field(discriminator="kind"),
]


class Guideline(Terms):
    """What annotators were told."""

    version: str = Field(
        min_length=1, max_length=100, description="Version of the guideline the labels follow."
    )
    document: Shown | None = Field(
        None, description="Where people find it; a note for them, never opened by Rampart."
    )
    priorities: tuple[Literal["helpful", "truthful", "harmless"], ...] = Field(
        (),
        description="What counts first when they conflict (InstructGPT's order: truthful and harmless before "
        "helpful in final evaluations).",
        json_schema_extra=clause(judged=False),
    )

    sections: dict[ReasonCode, Shown] = Field(
        default_factory=dict,
        description="Reason a record is discarded or flagged for → the guideline's section that speaks of it "
        "(`too_fast: '3.2'`); people are pointed to it, nothing is judged by it.",
    )

    @field_validator("sections", mode="before")
    @classmethod
    def _reasons_and_names(cls, given: Any) -> Any:
        for code, name in given.items() if isinstance(given, dict) else ():
            if code not in REASON_CODES:
                near = difflib.get_close_matches(str(code), REASON_CODES, n=1)
                fix = f"did you mean {near[0]}?" if near else "docs/concepts.md lists the reasons"
                raise TermError(f"{code!r} is no reason a record is found for", str(code), fix=fix)
            if isinstance(name, int | float):  # YAML reads the section 3.10 as the number 3.1
                problem = f"{name} is a number, so that sections 3.1 and 3.10 could not be told apart"
                raise TermError(problem, code, fix=f"put the section in quotes, as in '{name}'")
        return given

    @field_validator("priorities")
    @classmethod
    def _once_each(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(given)) < len(given):
            raise TermError("names an axis twice", fix="name each once, the first counts most")
        return given


class Annotation(Terms):
    """The labelling task."""

    scheme: Scheme
    aspects: tuple[Slug, ...] = Field(
        (),
        description="Axes scored beside the label (helpful, truthful, rubric items); "
        "`delivery.record.aspects` gives an object of them. They are carried with the record, not judged.",
        json_schema_extra=clause(judged=False),
    )
    aggregation: Literal["judgement", "majority"] = Field(
        "judgement",
        description="Audits and training look at each judgement, or at the strict majority of the judgements "
        "of one item (no strict majority counts as a tie). Payment always counts judgements.",
    )
    turns: Literal["whole", "unrolled"] = Field(
        "whole",
        description="A conversation is one training example, or one for each assistant turn, earlier turns "
        "masked in the loss.",
        json_schema_extra=clause(judged=False),
    )
    order_shown: bool = Field(
        True,
        description="Do the files list responses in the order annotators saw them? Where they do not (chosen "
        "first, or sorted by rank) the position audit cannot be made.",
    )
    guideline: Guideline | None = Field(None, description="The guideline the labels follow.")
