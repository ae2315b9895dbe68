"""Columns that belong side by side: `answer_a` and `answer_b`, `response1` to `4`, chosen and rejected."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rampart.drafting.columns import Column

# Words that tell the members of a series apart, in their order.
_FAMILIES: tuple[tuple[str, ...], ...] = (
    tuple("abcdefgh"),
    tuple(map(str, range(21))),
    ("left", "right"),
    ("first", "second", "third", "fourth", "fifth"),
    ("one", "two", "three", "four", "five"),
    ("x", "y", "z"),
    ("baseline", "candidate"),
    ("reference", "candidate"),
)
# Pairs whose names say who won.
_DECIDED: tuple[tuple[str, ...], ...] = (
    ("chosen", "rejected"),
    ("preferred", "rejected"),
    ("preferred", "dispreferred"),
    ("preferred", "unpreferred"),
    ("accepted", "rejected"),
    ("winner", "loser"),
    ("winning", "losing"),
    ("better", "worse"),
    ("best", "worst"),
    ("positive", "negative"),
    ("pos", "neg"),
    ("good", "bad"),
    ("w", "l"),
)


@dataclass(frozen=True)
class Series:
    """Two or more columns whose names differ in one word; `stem` is what they share."""

    stem: tuple[str, ...]
    at: int  # where in the name the word stands
    tokens: tuple[str, ...]
    columns: tuple[Column, ...]
    decided: bool = False

    def called(self, lexicon: dict[str, int]) -> int:
        """How strongly the shared part of the name says that these are what `lexicon` is about."""
        return max((lexicon.get(part, 0) for part in self.stem), default=0)

    @cached_property
    def paths(self) -> frozenset[tuple[str, ...]]:
        """Paths of its columns."""
        return frozenset(column.path for column in self.columns)

    @property
    def name(self) -> str:
        """The series in words."""
        return ", ".join(".".join(column.path) for column in self.columns)


def series_in(columns: Iterable[Column]) -> list[Series]:
    """Every series among `columns`, widest first."""
    found: dict[tuple[tuple[str, ...], int, tuple[str, ...]], dict[str, Column]] = {}
    for column in columns:
        if column.kind == "empty":
            continue
        for at, part in enumerate(column.words):
            for family in (*_FAMILIES, *_DECIDED):
                if part in family:
                    stem = (*column.words[:at], *column.words[at + 1 :])
                    found.setdefault((stem, at, family), {}).setdefault(part, column)
    made = [
        _series(stem, at, family, members)
        for (stem, at, family), members in found.items()
        if len(members) > 1 and _together(family, set(members))
    ]
    return sorted(made, key=lambda one: -len(one.columns))


def _together(family: tuple[str, ...], members: set[str]) -> bool:
    """Do the members follow each other from the family's start (digits may start at 1)?"""
    if family in _DECIDED:
        return members == set(family)
    places = sorted(family.index(member) for member in members)
    first = places[0]
    starts = first == 0 or (family[0] == "0" and first == 1)
    return starts and places == list(range(first, first + len(places)))


def _series(stem: tuple[str, ...], at: int, family: tuple[str, ...], members: dict[str, Column]) -> Series:
    tokens = tuple(sorted(members, key=family.index))
    return Series(stem, at, tokens, tuple(members[token] for token in tokens), family in _DECIDED)


def beside(one: Series, every: Iterable[Series]) -> list[Series]:
    """The other series with the same words for their members: `model_a` and `model_b` beside `answer_a`…"""
    return [other for other in every if other.tokens == one.tokens and other.paths != one.paths]
