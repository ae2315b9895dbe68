"""The scheme whose label a program gives: passed or failed, or a score with a threshold."""

from collections.abc import Callable, Sequence
from typing import Any

from contracts.language.words import word
from contracts.terms.annotation import Verifiable
from rampart.records.labels.label import Form, Label
from rampart.records.labels.numbered import listed, numbers, write_ratings

Results = Callable[[Sequence[Any]], tuple[float, ...] | None]


def verifiable(scheme: Verifiable) -> Form:
    """A result for each response: what passed is ranked 1, what failed 2; all alike tie.

    `ratings` holds the scores where there is a threshold, else 1.0 for passed and 0.0 for failed. One
    response alone has no ranking.
    """
    if scheme.threshold is None:
        results, least = _worded(scheme), 1.0
    else:
        results, least = (lambda given: numbers(given, len(given))), scheme.threshold

    def read(raw: Any, responses: int) -> Label | None:
        given = listed(raw)
        scores = results(given) if given and len(given) == responses else None
        if scores is None:
            return None
        return Label(_ranks([score >= least for score in scores]), ratings=scores)

    def write(said: Label) -> Any:
        if scheme.threshold is not None:
            return write_ratings(said)
        words = [scheme.passed[0] if score >= 1.0 else scheme.failed[0] for score in said.ratings or ()]
        return words[0] if len(words) == 1 else words

    return Form(read, write)


def _worded(scheme: Verifiable) -> Results:
    meant = {word(each): 1.0 for each in scheme.passed} | {word(each): 0.0 for each in scheme.failed}

    def results(given: Sequence[Any]) -> tuple[float, ...] | None:
        found = [meant.get(word(each)) if isinstance(each, str | int | float) else None for each in given]
        scores = tuple(score for score in found if score is not None)
        return scores if len(scores) == len(found) else None

    return results


def _ranks(passed: Sequence[bool]) -> tuple[int, ...] | None:
    if len(passed) < 2:
        return None
    return tuple(1 if one or not any(passed) else 2 for one in passed)
