"""One measurable property of a response, or of a pair."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

Group = Literal["length", "format", "wording", "tone", "opening", "pair"]


@dataclass(frozen=True, eq=False)
class Feature:
    """A property that a preference may go along with.

    `measure` gives a number: for `level` ``text`` an expression over the column ``text``, one response; for
    ``pair`` one over a frame of comparisons, how much more of it the first response has. `language` is the
    only one that its word list speaks (ISO 639-1); None: any. `says` completes "The response …".
    """

    name: str
    group: Group
    level: Literal["text", "pair"]
    measure: pl.Expr
    says: str
    language: str | None = None


TEXT = pl.col("text")
WORD = r"[\pL\pN][\pL\pN'\x{2019}\-]*"
WORDS = TEXT.str.count_matches(WORD)


def logged(count: pl.Expr) -> pl.Expr:
    """log(1 + count): the second list item of a response matters more than its twentieth."""
    return count.cast(pl.Float64).log1p()


def per_hundred_words(count: pl.Expr) -> pl.Expr:
    """A rate, so that a longer response does not have more of everything."""
    return 100.0 * count / WORDS.clip(lower_bound=1)
