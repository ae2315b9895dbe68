"""Schemes whose label is a number or a list of them: a scale between two, ratings, rankings."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.language.words import as_number, word
from contracts.terms.annotation import Likert, Ranking, Rating
from rampart.records.labels.label import A_WINS, B_WINS, TIE, Form, Label


def likert(scheme: Likert) -> Form:
    """A point between two responses. An even number of points has no middle, and so no tie."""
    points = {word(text): number for text, number in scheme.words.items()}
    half = (scheme.high - scheme.low) / 2

    def write(said: Label) -> int:
        lean = half * (said.strength or 0.0)
        to_low = said.ranking == (A_WINS if scheme.low_prefers == "a" else B_WINS)
        return round(scheme.low + half + (-lean if to_low else lean))

    return Form(lambda raw, responses: _likert(scheme, points, raw) if responses == 2 else None, write)


def rating(scheme: Rating) -> Form:
    """A score for each response, kept as `ratings`; several are ranked too."""
    return Form(lambda raw, responses: _rating(scheme, raw, responses), write_ratings)


def ranking(scheme: Ranking) -> Form:
    """A rank for each of at least two responses, made dense."""

    def write(said: Label) -> list[int]:
        ranks = said.ranking or ()
        return list(ranks) if scheme.best == "low" else [max(ranks) + 1 - rank for rank in ranks]

    return Form(lambda raw, responses: _ranking(scheme, raw, responses), write)


def least_gap(scheme: Rating) -> float:
    """`min_gap`, less what floating point takes from a difference: 0.3 - 0.2 is below 0.1."""
    return scheme.min_gap - 1e-9 * (scheme.high - scheme.low)


def numbers(raw: Any, count: int) -> tuple[float, ...] | None:
    """`raw` as a list of `count` numbers, or None when it is none."""
    if not isinstance(raw, list | tuple) or len(raw) != count:
        return None
    found = tuple(number for number in map(as_number, raw) if number is not None)
    return found if len(found) == count else None


def listed(raw: Any) -> Any:
    """`raw` itself if it is a list, else a list of it: one response's label may stand alone."""
    return raw if isinstance(raw, list | tuple) else [raw]


def write_ratings(said: Label) -> Any:
    """The ratings as a list, or the one alone."""
    ratings = list(said.ratings or ())
    return ratings[0] if len(ratings) == 1 else ratings


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


def _rating(scheme: Rating, raw: Any, responses: int) -> Label | None:
    scores = numbers(listed(raw), responses)
    if not scores or not all(scheme.low <= score <= scheme.high for score in scores):
        return None
    ranks = _ranks_with_gap(scores, scheme) if responses > 1 else None
    return Label(ranks, ratings=scores)


def _ranks_with_gap(scores: Sequence[float], scheme: Rating) -> tuple[int, ...]:
    """Dense ranks in which a score closer than `min_gap` to the best of its rank shares that rank."""
    sign, enough = 1 if scheme.higher_is_better else -1, least_gap(scheme)
    rank, leader, ranks = 0, float("inf"), dict[float, int]()
    for score in sorted({sign * score for score in scores}, reverse=True):
        if leader - score >= enough:
            rank, leader = rank + 1, score
        ranks[score] = rank
    return tuple(ranks[sign * score] for score in scores)


def _ranking(scheme: Ranking, raw: Any, responses: int) -> Label | None:
    given = numbers(raw, responses)
    if given is None or responses < 2:
        return None
    best_first = sorted(set(given), reverse=scheme.best == "high")
    places = {number: place for place, number in enumerate(best_first, 1)}
    return Label(tuple(places[number] for number in given))
