"""Which weeks wait for people to look at a sample: asked for, drawn, failed, or to be looked at whole."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Engine

from rampart.ledger.outbox import pending
from rampart.ledger.read import RampRow, batch_detail
from rampart.ledger.review_events import Review
from rampart.ledger.reviews import every_review_of, open_reviews, wanting_the_rest
from rampart.ledger.states import ACCEPTED
from rampart.showing import words

Need = tuple[RampRow, str, str]  # the week, what is the matter, what to do


def review_needs(engine: Engine, rows: Sequence[RampRow]) -> Iterator[Need]:
    """What reviews want of a person, in the order of `rows`: a failed one first."""
    failed = {(row.contract_id, row.week) for row in pending(engine, "review.failed")}
    waiting, whole = _by_week(open_reviews(engine)), _by_week(wanting_the_rest(engine))
    drawn = {(one.contract_id, one.delivery_id) for one in every_review_of(engine)}
    for row in rows:
        key = (row.contract_id, row.week)
        if key in failed:
            sentence = "People found more defects than the plan accepts, and the week is not held yet."
            yield row, sentence, "Run rampart reconcile; then a named person decides."
        if one := whole.get(key):
            every = words.count(one.lot)
            sentence = f"Review {one.review_id[:8]} failed, so all {every} records are to be reviewed."
            yield row, sentence, f"Run rampart review draw {row.contract_id} {row.week} --rest --out ALL.csv"
        if one := waiting.get(key):
            left = f"{words.count(one.left)} of {words.count(one.records)} records"
            sentence = f"A sample was drawn {words.moment(one.as_of)}; {left} still want a verdict."
            yield row, sentence, "Have the sheet filled in, then run rampart review read SHEET.csv --by NAME"
        if row.state in ACCEPTED and (asked := _asked(engine, row, drawn)):
            yield row, asked, f"Run rampart review draw {row.contract_id} {row.week} --out SHEET.csv"


def _by_week(found: Iterable[Review]) -> dict[tuple[str, int], Review]:
    return {(one.contract_id, one.week): one for one in found}


def _asked(engine: Engine, row: RampRow, drawn: set[tuple[str, str]]) -> str:
    """The sentence of a clause that asks for a review nobody has drawn; empty where there is none."""
    detail = batch_detail(engine, row.contract_id, row.week, row.revision)
    if (row.contract_id, detail.batch.delivery_id or "") in drawn:
        return ""
    asked = [one.reason for one in detail.verdicts if one.spec.clause.startswith("review.")]
    return asked[0] if asked else ""
