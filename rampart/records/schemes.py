"""Any label scheme → one canonical form: dense ranks, a strength, and what the scheme says besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from contracts.annotation import Arena, Binary, Likert, Ranking, Rating, Scheme, Thumbs, Words

A_WINS, TIE, B_WINS = (1, 2), (1, 1), (2, 1)


@dataclass(frozen=True)
class Label:
    """What a label says.

    `ranking` holds dense ranks from 1 (best), ties equal, or None where nothing was compared. `strength` is 0
    (indifferent) to 1 (the scale's end), or None where the scheme has none.
    """

    ranking: tuple[int, ...] | None
    strength: float | None = None
    both_bad: bool | None = None
    ratings: tuple[float, ...] | None = None


def read_label(scheme: Scheme, raw: Any, responses: int) -> Label | None:
    """The label `raw` of a record with `responses` responses, or None when the scheme does not know it."""
    match scheme:
        case Binary() | Arena():
            return _choice(scheme, raw) if responses == 2 else None
        case Likert():
            return _likert(scheme, raw) if responses == 2 else None
        case Rating():
            return _rating(scheme, raw, responses)
        case Ranking():
            return _ranking(scheme, raw, responses)
        case Thumbs():
            return _thumbs(scheme, raw) if responses == 1 else None


def word(value: Any) -> str:
    """The normal form in which words are compared: 1, 1.0 and "1" are the same word."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip().casefold()
    number = as_number(text)
    return str(int(number)) if number is not None and number.is_integer() else text


def as_number(value: Any) -> float | None:
    """A finite number, or None. Text counts when it is a number written out; booleans do not."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None


def _is(value: Any, words: Words) -> bool:
    return value is not None and word(value) in _normal(words)


@cache
def _normal(words: Words) -> frozenset[str]:
    return frozenset(word(known) for known in words)


def _choice(scheme: Binary | Arena, raw: Any) -> Label | None:
    if _is(raw, scheme.a):
        return Label(A_WINS)
    if _is(raw, scheme.b):
        return Label(B_WINS)
    if isinstance(scheme, Arena):
        if _is(raw, scheme.tie):
            return Label(TIE, both_bad=False)
        if _is(raw, scheme.both_bad):
            return Label(TIE, both_bad=True)
    return None


def _likert(scheme: Likert, raw: Any) -> Label | None:
    number = as_number(raw)
    if number is None or not number.is_integer() or not scheme.low <= number <= scheme.high:
        return None
    half = (scheme.high - scheme.low) / 2
    lean = (number - scheme.low) - half  # below 0: towards the low end
    if lean == 0:
        return Label(TIE, strength=0.0)
    a_wins = (lean < 0) == (scheme.low_prefers == "a")
    return Label(A_WINS if a_wins else B_WINS, strength=abs(lean) / half)


def _numbers(raw: Any, count: int) -> tuple[float, ...] | None:
    if not isinstance(raw, list | tuple) or len(raw) != count:
        return None
    numbers = tuple(number for number in map(as_number, raw) if number is not None)
    return numbers if len(numbers) == count else None


def _rating(scheme: Rating, raw: Any, responses: int) -> Label | None:
    scores = _numbers(raw if isinstance(raw, list | tuple) else [raw], responses)
    if scores is None or not all(scheme.low <= score <= scheme.high for score in scores):
        return None
    ranks = _ranks_with_gap(scores, scheme) if responses > 1 else None
    return Label(ranks, ratings=scores)


def _ranks_with_gap(scores: Sequence[float], scheme: Rating) -> tuple[int, ...]:
    """Dense ranks in which a score closer than `min_gap` to the best of its rank shares that rank."""
    sign = 1 if scheme.higher_is_better else -1
    rank, leader, ranks = 0, float("inf"), dict[float, int]()
    for score in sorted({sign * score for score in scores}, reverse=True):
        if leader - score >= scheme.min_gap:
            rank, leader = rank + 1, score
        ranks[score] = rank
    return tuple(ranks[sign * score] for score in scores)


def _ranking(scheme: Ranking, raw: Any, responses: int) -> Label | None:
    numbers = _numbers(raw, responses)
    if numbers is None or responses < 2:
        return None
    order = sorted(set(numbers), reverse=scheme.best == "high")
    return Label(tuple(order.index(number) + 1 for number in numbers))


def _thumbs(scheme: Thumbs, raw: Any) -> Label | None:
    if _is(raw, scheme.up):
        return Label(None, ratings=(1.0,))
    if _is(raw, scheme.down):
        return Label(None, ratings=(0.0,))
    return None
