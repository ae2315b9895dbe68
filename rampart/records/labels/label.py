"""What a label says, in the one form that every scheme is read into."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

A_WINS, TIE, B_WINS = (1, 2), (1, 1), (2, 1)


@dataclass(frozen=True)
class Label:
    """What a label says.

    `ranking` holds dense ranks from 1 (best), ties equal, or None where nothing was compared. `strength` is 0
    (indifferent) to 1 (the scale's end), or None where the scheme has none. `ratings` holds a score for each
    response: as rated, or 1.0 for good (passed, thumbs up) and 0.0 for bad.
    """

    ranking: tuple[int, ...] | None
    strength: float | None = None
    both_bad: bool | None = None
    ratings: tuple[float, ...] | None = None
    category: str | None = None
    spans: tuple[dict[str, Any], ...] | None = None  # {response, start, end, label}, as in the record


LabelReader = Callable[[Any, int], Label | None]  # raw label, number of responses; None: not of this scheme


@dataclass(frozen=True)
class Form:
    """How one scheme reads labels, and writes one; `write` may take for granted that `read` gave it."""

    read: LabelReader
    write: Callable[[Label], Any]
