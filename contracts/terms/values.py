"""How single values are written: turns of a conversation, moments, durations, and a vendor's own words."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

from contracts.language.words import word
from contracts.terms.base import TermError, Terms
from contracts.terms.sources import list_or_one

KNOWN_MOMENTS = ("iso8601", "epoch_s", "epoch_ms")
_FIX = "write iso8601, epoch_s, epoch_ms or a strptime pattern such as '%d/%m/%Y %H:%M:%S'"


def _moment_format(text: str) -> str:
    if text not in KNOWN_MOMENTS and "%" not in text:
        raise TermError(f"{text!r} is not a way to write moments", fix=_FIX)
    return text


# Blanks count here: a transcript's turn opens with "\n\nHuman:".
AsWritten = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1)]
MomentFormat = Annotated[str, AfterValidator(_moment_format)]
MomentFormats = Annotated[
    Annotated[MomentFormat, Tag("expression")]
    | Annotated[Annotated[tuple[MomentFormat, ...], Field(min_length=1)], Tag("list")],
    Discriminator(list_or_one),
]


class Transcript(Terms):
    """A conversation kept in one string; the function `turns(text)` cuts it at these markers."""

    markers: dict[str, AsWritten] = Field(
        min_length=1,
        description='Role → the marker that opens its turns, blanks and line ends included ("\\n\\nHuman:").',
    )

    @model_validator(mode="after")
    def _markers_differ(self) -> "Transcript":
        seen: dict[str, str] = {}
        for role, marker in self.markers.items():
            if (other := seen.setdefault(marker, role)) != role:
                problem = f"{marker!r} already opens the turns of {other!r}"
                raise TermError(problem, "markers", role, fix="give every role its own marker")
        return self


class Times(Terms):
    """How moments and durations are written."""

    format: MomentFormats = Field(
        "iso8601",
        description="iso8601, epoch_s, epoch_ms, or a strptime pattern such as '%d/%m/%Y %H:%M:%S'; a list "
        "is tried in order. A moment without an offset is read in the contract's time zone.",
    )
    duration: Literal["s", "ms", "min", "h", "clock"] = Field(
        "s",
        description="What `duration_s` is delivered in: seconds, milliseconds, minutes, hours, or clock "
        "(`1:02:03` and `2:03`, the last two being minutes and seconds).",
    )

    @property
    def formats(self) -> tuple[str, ...]:
        """The ways to write a moment, in the order they are tried."""
        return (self.format,) if isinstance(self.format, str) else self.format

    @model_validator(mode="after")
    def _no_text_reads_two_ways(self) -> "Times":
        seen: dict[str, str] = {}
        for place, one in enumerate(self.formats):
            if other := seen.get(_shape(one)):
                problem = f"some texts are read by {one!r} and by {other!r}, as different moments"
                raise TermError(problem, "format", place, fix="keep one")
            seen[_shape(one)] = one
        return self


def _shape(moment_format: str) -> str:
    """What texts it reads, as far as day and month cannot be told apart, nor a plain number from another."""
    if moment_format.startswith("epoch") or re.fullmatch(r"(%[A-Za-z])+", moment_format):
        return "a number"
    return re.sub("%[dm]", "%n", moment_format)


class ValueMap(Terms):
    """The vendor's words for a field → ours, compared like the words of a label: case does not matter."""

    map: dict[str, str] = Field(min_length=1, description="Vendor's word → ours.")
    unlisted: Literal["keep", "empty", "quarantine"] = Field(
        "keep",
        description="A word the map lacks is kept as it is, left empty, or its row goes to the quarantine.",
    )

    @field_validator("map", mode="before")
    @classmethod
    def _numbers_are_words(cls, given: Any) -> Any:
        """YAML reads `1: coding` as a number; vendors write it as one or as text."""
        if not isinstance(given, dict):
            return given
        return {str(key) if isinstance(key, int | float) else key: value for key, value in given.items()}

    @model_validator(mode="after")
    def _words_differ(self) -> "ValueMap":
        said: dict[str, str] = {}
        for theirs, ours in self.map.items():
            if (other := said.setdefault(word(theirs), ours)) != ours:
                problem = f"the word {theirs!r} already means {other!r}"
                raise TermError(problem, "map", theirs, fix="give every word one meaning")
        return self


class Values(Terms):
    """Fields whose words are the vendor's own."""

    domain: ValueMap | None = None
    language: ValueMap | None = None
    difficulty: ValueMap | None = None
    unit_kind: ValueMap | None = None
