"""What people found in a contract's accepted records: all its reviewed weeks as one, for the scorecard."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from quality.sampling.defects import DefectRate, together, with_the_rest
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.read.performance import WeekPerformance
from rampart.ledger.review_events import Review
from rampart.ledger.reviews import reviews
from rampart.records.evidence import in_store
from tasks.workspace import Workspace


def defects_found(
    place: Workspace, contract_id: str, weeks: Sequence[WeekPerformance]
) -> tuple[DefectRate, tuple[str, ...]] | None:
    """The defect rate of the accepted records of `weeks` that were reviewed, with the rows it rests on.

    None where none was. A review counts while its delivery stands; one of a delivery that was replaced is of
    records nobody has any more, and one whose data were deleted left no rows.
    """
    stands = {week.week: week.standing.delivery_id for week in weeks if week.standing}
    read = [
        one
        for one in reviews(place.books, contract_id)
        if one.last and stands.get(one.week) == one.delivery_id
    ]
    lots, rows = [], []
    for week in sorted({one.week for one in read}):
        sheets = [(one, found) for one in read if one.week == week and (found := _rate(place, one))]
        if sheets:
            lots.append((f"week {week}", _as_one([(one.rest, rate) for one, rate in sheets])))
            rows += [in_store(one.last.result_key) for one, _ in sheets if one.last]
    return (together(lots), tuple(rows)) if lots else None


def _as_one(sheets: Sequence[tuple[bool, DefectRate]]) -> DefectRate:
    """Of a judgement's sheets, the sample's and that of the rest, if people looked at that too."""
    first = next((rate for rest, rate in sheets if not rest), None)
    rest = next((rate for rest, rate in sheets if rest and rate.reviewed), None)
    if first and rest:
        return with_the_rest(first, rest)
    return first or sheets[0][1]


def _rate(place: Workspace, review: Review) -> DefectRate | None:
    assert review.last is not None  # noqa: S101 (narrows the type: asked before)
    try:
        told: dict[str, Any] = json.loads(place.store.get(review.last.result_key))
    except MissingObjectError:  # deleted with the week's data
        return None
    return msgspec.convert(told["rate"], DefectRate)
