"""Labels that are numbers beside the responses: ranks, ratings on a scale, scores without an end."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from contracts.language.words import as_number
from rampart.drafting import names
from rampart.drafting.draft import Draft
from rampart.drafting.meanings import scale
from rampart.drafting.series import Series


def scored(draft: Draft, aligned: list[Series]) -> Iterator[Draft]:
    """`draft` with the label in a score or a rank beside each response."""
    numeric = [s for s in aligned if all(c.numbers and len(c.filled) * 2 > len(c.values) for c in s.columns)]
    for lexicon, ranks in ((names.RANK, True), (names.SCORE, False)):
        for series in sorted(numeric, key=lambda s: -s.called(lexicon)):
            if series.called(lexicon) < 3:
                continue
            found = deepcopy(draft)
            found.used |= series.paths
            rows = list(zip(*(column.values for column in series.columns), strict=True))
            found.shape += f", {'ranks' if ranks else 'scores'} beside them"
            say_scored(found, [list(map(as_number, row)) for row in rows], ranks)
            parts = ", ".join(column.expression for column in series.columns)
            found.map(
                "label", f"[{parts}]", f"one {'rank' if ranks else 'score'} for each response", "likely"
            )
            yield found


def say_scored(draft: Draft, rows: Sequence[Sequence[float | None]], ranks: bool) -> None:
    """The scheme of one number for each response: ranks, ratings on a scale, or scores without an end."""
    whole = [[number for number in row if number is not None] for row in rows]
    numbers = [number for row in whole for number in row]
    if ranks:
        best_first = any(row and min(row) in (0, 1) for row in whole)
        draft.scheme({"kind": "ranking", "best": "low"}, "ranks: the lowest is the best", "likely")
        if not best_first:
            draft.note("annotation.scheme", "ranks; is the lowest really the best?", "edit")
        return
    low, high = scale(numbers)
    if high > 10 and high not in (100,):
        draft.scheme(
            {"kind": "ranking", "best": "high"}, "scores without an upper end: only their order counts"
        )
        return
    gaps = [abs(one - other) for row in whole for one in row for other in row if one != other]
    terms: dict[str, Any] = {"kind": "rating", "low": _plain(low), "high": _plain(high)}
    if gaps and min(gaps) < 1:
        terms["min_gap"] = max(round(min(gaps), 4), 0.0001)
    seen = (
        f"scores from {min(numbers):g} to {max(numbers):g} in the sample; is the scale {low:g} to {high:g}?"
    )
    draft.scheme(terms, seen, "edit")


def _plain(number: float) -> float | int:
    return int(number) if number.is_integer() else number
