"""What one field of a record may hold: value sets, ranges, lengths and forms."""

import difflib
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from contracts.language.expression_error import ExpressionError, problem_and_fix
from contracts.language.shared_patterns import checked
from contracts.terms.base import TermError, Terms, clause
from contracts.terms.bounds import Scale

Policy = Literal["discard", "flag", "allow"]
POLICIES = ("allow", "flag", "discard")  # from the loosest to the strictest

TEXTS = (
    *("record_id", "item_id", "conversation_id", "work_order_item", "guideline_version", "checkpoint_id"),
    *("domain", "language", "difficulty", "unit_kind", "prompt", "responses", "rationale"),
)
NUMBERS = ("turn", "duration_s", "strength", "ratings")
_PSEUDONYMS = ("annotator_id", "prompt_author_id")

Value = str | int | float
Length = Annotated[int, Field(ge=0, le=100_000_000)]


def _pattern(text: str) -> str:
    try:
        return checked(text)
    except ExpressionError as error:
        problem, fix = problem_and_fix(error, "mend the pattern")
        raise TermError(problem, fix=fix) from error


class FieldGate(Terms):
    """What one field may hold, where it holds something; `gates.required` asks that it does.

    Of `responses` and `checkpoint_id` every response is looked at, of `ratings` every score; the messages of
    a `prompt` are one text, joined by line feeds.
    """

    values: tuple[Value, ...] | None = Field(
        None,
        min_length=1,
        description="All it may be, letter for letter (after `delivery.values`, where that maps words).",
        json_schema_extra=clause("fewer"),
    )
    min: Scale | None = Field(
        None, description="Smallest number it may be.", json_schema_extra=clause("higher")
    )
    max: Scale | None = Field(
        None, description="Largest number it may be.", json_schema_extra=clause("lower")
    )
    min_chars: Length | None = Field(
        None, description="Fewest characters (Unicode code points).", json_schema_extra=clause("higher")
    )
    max_chars: Length | None = Field(None, description="Most characters.", json_schema_extra=clause("lower"))
    pattern: Annotated[str, AfterValidator(_pattern)] | None = Field(
        None,
        description="A regular expression that its whole text matches. A dot matches line ends, `$` only the "
        "very end; no references back, look-arounds, atomic groups or sets inside sets.",
    )
    policy: Policy = Field(
        "discard",
        description="What of a record whose field is not so?",
        json_schema_extra=clause(POLICIES),
    )

    @model_validator(mode="after")
    def _leaves_room(self) -> "FieldGate":
        for least, most in (("min", "max"), ("min_chars", "max_chars")):
            low, high = getattr(self, least), getattr(self, most)
            if low is not None and high is not None and high < low:
                raise TermError(
                    f"{most} ({high:g}) is below {least} ({low:g})", most, fix="leave room between them"
                )
        return self

    @property
    def asks_about(self) -> tuple[str, ...]:
        """The terms that are set."""
        every = ("values", "min", "max", "min_chars", "max_chars", "pattern")
        return tuple(name for name in every if getattr(self, name) is not None)


def must_suit(name: str, gate: FieldGate) -> None:
    """`TermError` where the field `name` cannot be asked what `gate` asks of it."""
    if name in _PSEUDONYMS:
        problem = "is kept only as a pseudonym of ours, which has neither the vendor's letters nor length"
        raise TermError(problem, fix="admit annotators by a list of them, annotators.roster")
    if name not in (*TEXTS, *NUMBERS):
        near = difflib.get_close_matches(name, (*TEXTS, *NUMBERS), n=1)
        fix = f"did you mean {near[0]}?" if near else f"name one of {', '.join((*TEXTS, *NUMBERS))}"
        raise TermError("is no field that has values, a length or a form of its own", fix=fix)
    if not gate.asks_about:
        raise TermError("asks for nothing", fix="give values, min, max, min_chars, max_chars or pattern")
    kind, others = (
        ("text", ("min", "max")) if name in TEXTS else ("number", ("min_chars", "max_chars", "pattern"))
    )
    if misplaced := [term for term in gate.asks_about if term in others]:
        fix = "ask for min_chars, max_chars or a pattern" if kind == "text" else "ask for min and max"
        raise TermError(f"cannot be asked of a {kind}", misplaced[0], fix=fix)
    for place, value in enumerate(gate.values or ()):
        if isinstance(value, str) is not (kind == "text"):
            fix = f'put it in quotes, as in "{value}"' if kind == "text" else "write a number"
            raise TermError(f"{value!r} is no {kind}, which {name} is", "values", place, fix=fix)
