"""Any label scheme → one canonical form: dense ranks, a strength, and what the scheme says besides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.annotation import (
    Arena,
    Binary,
    Category,
    Critique,
    Demonstration,
    Likert,
    Ranking,
    Rating,
    Scheme,
    Spans,
    Thumbs,
    Verifiable,
    Words,
)
from contracts.words import as_number, word

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
    category: str | None = None
    spans: tuple[dict[str, Any], ...] | None = None


LabelReader = Callable[[Any, int], Label | None]


def read_label(scheme: Scheme, raw: Any, responses: int) -> Label | None:
    """The label `raw` of a record with `responses` responses, or None when the scheme does not know it."""
    return label_reader(scheme)(raw, responses)


def label_reader(scheme: Scheme) -> LabelReader:  # noqa: PLR0911 (one return a scheme)
    """`read_label` for one scheme, its words looked up once and not for every record."""
    match scheme:
        case Binary():
            return _of_words(2, _meanings((scheme.a, Label(A_WINS)), (scheme.b, Label(B_WINS))))
        case Arena():
            return _of_words(
                2,
                _meanings(
                    (scheme.a, Label(A_WINS)),
                    (scheme.b, Label(B_WINS)),
                    (scheme.tie, Label(TIE, both_bad=False)),
                    (scheme.both_bad, Label(TIE, both_bad=True)),
                ),
            )
        case Thumbs():
            up, down = Label(None, ratings=(1.0,)), Label(None, ratings=(0.0,))
            return _of_words(1, _meanings((scheme.up, up), (scheme.down, down)))
        case Likert():
            points = {word(text): number for text, number in scheme.words.items()}
            return lambda raw, responses: _likert(scheme, points, raw) if responses == 2 else None
        case Rating():
            return lambda raw, responses: _rating(scheme, raw, responses)
        case Ranking():
            return lambda raw, responses: _ranking(scheme, raw, responses)
        case Category():
            return _category(scheme)
        case Demonstration() | Critique() | Spans() | Verifiable():
            return lambda _raw, _responses: Label(None)


def _meanings(*given: tuple[Words, Label]) -> dict[str, Label]:
    return {word(each): label for words, label in given for each in words}


def _of_words(wanted: int, meanings: Mapping[str, Label]) -> LabelReader:
    def read(raw: Any, responses: int) -> Label | None:
        if responses != wanted or not isinstance(raw, str | int | float):
            return None
        return meanings.get(raw if isinstance(raw, str) and raw in meanings else word(raw))

    return read


def _category(scheme: Category) -> LabelReader:
    meant = {word(each): name for name, words in scheme.categories.items() for each in words}

    def read(raw: Any, _responses: int) -> Label | None:
        name = meant.get(word(raw)) if isinstance(raw, str | int | float) else None
        return None if name is None else Label(None, category=name)

    return read


def _likert(scheme: Likert, points: Mapping[str, int], raw: Any) -> Label | None:
    point = points.get(word(raw)) if isinstance(raw, str) else None
    number = as_number(raw) if point is None else float(point)
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
    if not scores or not all(scheme.low <= score <= scheme.high for score in scores):
        return None
    ranks = _ranks_with_gap(scores, scheme) if responses > 1 else None
    return Label(ranks, ratings=scores)


def _ranks_with_gap(scores: Sequence[float], scheme: Rating) -> tuple[int, ...]:
    """Dense ranks in which a score closer than `min_gap` to the best of its rank shares that rank."""
    sign = 1 if scheme.higher_is_better else -1
    enough = scheme.min_gap - 1e-9 * (scheme.high - scheme.low)  # 0.3 - 0.2 is below 0.1 in floating point
    rank, leader, ranks = 0, float("inf"), dict[float, int]()
    for score in sorted({sign * score for score in scores}, reverse=True):
        if leader - score >= enough:
            rank, leader = rank + 1, score
        ranks[score] = rank
    return tuple(ranks[sign * score] for score in scores)


def _ranking(scheme: Ranking, raw: Any, responses: int) -> Label | None:
    numbers = _numbers(raw, responses)
    if numbers is None or responses < 2:
        return None
    places = {
        number: place for place, number in enumerate(sorted(set(numbers), reverse=scheme.best == "high"))
    }
    return Label(tuple(places[number] + 1 for number in numbers))
