"""Reviews in the books: a sample of a judgement is drawn once for people to look at, and read back.

A review lives in its contract's stream of events, ``review.drawn`` and ``review.read``; the sheet, the design
and what was said are objects of the store. It belongs to the delivered bytes and to what was accepted of
them, so that nobody draws again until the sample pleases. Where a plan that is no mere advice fails, an
outbox row asks for another judgement of the delivery, which then carries the failed clause: it is held, and a
named person decides. An acceptance never stands beside the review that refutes it.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from rampart.ledger.batch_rows import BatchRow, booked, key_of, must_stand, rows_of, stands
from rampart.ledger.canonical import Json
from rampart.ledger.chain import append_event, contract_stream
from rampart.ledger.contracts import version_of
from rampart.ledger.deletion.said import must_not_be_deleted
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import ReviewStateError, UnknownReviewError
from rampart.ledger.outbox import Topic, put
from rampart.ledger.review_events import (
    DRAWN,
    FAILED,
    READ,
    SHOWN,
    Reading,
    Review,
    every_review,
    payload,
    said_of,
    told,
)
from rampart.ledger.states import ACCEPTED
from rampart.ledger.tables import Batch


def reviewable(engine: Engine, contract_id: str, week: int) -> BatchRow:
    """The judgement of a week that people may review.

    Raises:
        UnknownBatchError: the week is not on the books.
        ReviewStateError: nothing of it stands as accepted or waits for a decision.
        DeliveryConflictError: the week's data were deleted.
    """
    with reading(engine) as session:
        return rows_of(session, [_accepted(session, contract_id, week)])[0]


def open_review(engine: Engine, review: Review) -> Review:
    """Write down that a sample was drawn. Saying it again changes nothing.

    Raises what `reviewable` does, and `ReviewStateError` where another sheet was drawn of this judgement, or
    another delivery is on the books.
    """
    with writing(engine) as session:
        for known in told(session, review.contract_id):
            if known.review_id == review.review_id:
                if known.sheet != review.sheet:
                    raise ReviewStateError(drawn_before(known))
                return known
        batch = _accepted(session, review.contract_id, review.week)
        must_stand(batch, review.delivery_id, _replaced(review))
        append_event(session, contract_stream(review.contract_id), DRAWN, review.as_of, payload(review))
        about: dict[str, Json] = {"review": review.review_id, "records": review.records}
        _put(session, DRAWN, batch, review, review.as_of, about)
    return review


def drawn_before(known: Review) -> str:
    """Why nothing else is drawn: a sentence without a closing full stop."""
    return (
        f"{known} of {known.contract_id} week {known.week} was drawn with {known.records:,} records; a "
        "judgement is sampled once, so that nobody draws until the sample pleases"
    )


def book_reading(engine: Engine, review: Review, found: Reading) -> Review:
    """Write down what a filled-in sheet says. Saying it again changes nothing.

    `review` is what `found` builds on: its readings are those the result was made from.

    Raises:
        ReviewStateError: another sheet was read meanwhile, or the delivery was replaced.
        DeliveryConflictError: the week's data were deleted.
    """
    with writing(engine) as session:
        known = _named(session, review.review_id)
        if any((one.file, one.by) == (found.file, found.by) for one in known.readings):
            return known
        if len(known.readings) != len(review.readings):
            raise ReviewStateError(f"another sheet of {known} was read meanwhile; read this one again")
        must_not_be_deleted(session, known.contract_id, known.week)
        batch = booked(session, known.contract_id, known.week, "review")
        must_stand(batch, known.delivery_id, _replaced(known))
        said = said_of(known, found)
        append_event(session, contract_stream(known.contract_id), READ, found.as_of, said)
        about = {name: said[name] for name in ("review", "read_by", "reviewed", "defects", "left", "status")}
        _put(
            session, READ, batch, known, found.as_of, about, what=f"{known.review_id}/{found.file}/{found.by}"
        )
        after = replace(known, readings=(*known.readings, found))
        if known.status != "fail" and found.verdict and found.verdict.consequence != "none":
            asked: dict[str, Json] = {"review": known.review_id, "delivery_id": known.delivery_id}
            _put(session, FAILED, batch, known, found.as_of, asked)
    return after


def reviews(engine: Engine, contract_id: str, week: int | None = None) -> tuple[Review, ...]:
    """Every review of a contract, or of one week of it, in the order they were drawn."""
    with reading(engine) as session:
        return tuple(found for found in told(session, contract_id) if week in (None, found.week))


def every_review_of(engine: Engine, contract_id: str | None = None) -> tuple[Review, ...]:
    """Every review of one contract, or of all."""
    with reading(engine) as session:
        return tuple(one for one in every_review(session) if contract_id in (None, one.contract_id))


def review_named(engine: Engine, review_id: str) -> Review:
    """The review whose id begins so, of all contracts; `UnknownReviewError` where it is none or several."""
    with reading(engine) as session:
        return _named(session, review_id)


def open_reviews(engine: Engine) -> tuple[Review, ...]:
    """What was drawn and not read back whole, of all contracts, where the delivery is still on the books."""
    with reading(engine) as session:
        waiting = (found for found in every_review(session) if found.left)
        return tuple(
            found for found in waiting if stands(session, found.contract_id, found.week, found.delivery_id)
        )


def wanting_the_rest(engine: Engine) -> tuple[Review, ...]:
    """Failed reviews whose contract has people look at all that was accepted, while nobody has drawn that."""
    with reading(engine) as session:
        every = every_review(session)
        drawn = {(one.contract_id, one.delivery_id) for one in every if one.rest}
        return tuple(
            one
            for one in every
            if one.on_fail == "review_all"
            and one.status == "fail"
            and stands(session, one.contract_id, one.week, one.delivery_id)
            if (one.contract_id, one.delivery_id) not in drawn
        )


def failed_review(engine: Engine, contract_id: str, delivery_id: str) -> Review | None:
    """The review that a judgement of this delivery must carry: the last decided one, if it failed."""
    decided = [
        found
        for found in reviews(engine, contract_id)
        if found.delivery_id == delivery_id and found.status in ("pass", "fail")
    ]
    if not decided or not (verdict := decided[-1].verdict) or verdict.consequence == "none":
        return None
    return decided[-1]


def _put(  # noqa: PLR0917 (what is put first, what it says last)
    session: Session,
    topic: Topic,
    batch: Batch,
    review: Review,
    as_of: datetime,
    about: dict[str, Json],
    *,
    what: str | None = None,
) -> None:
    program = version_of(session, batch.contract_digest).program
    put(session, topic, key_of(batch), program, as_of, what=what or review.review_id, about=about)


def _accepted(session: Session, contract_id: str, week: int) -> Batch:
    must_not_be_deleted(session, contract_id, week)
    batch = booked(session, contract_id, week, "review")
    if batch.state not in (*ACCEPTED, "held"):
        raise ReviewStateError(
            f"{key_of(batch)} is {batch.state}; people review what is accepted, or held for a decision"
        )
    return batch


def _replaced(review: Review) -> ReviewStateError:
    return ReviewStateError(
        f"{review} is of a delivery of {review.contract_id} week {review.week} that was replaced since; "
        "draw from the new one"
    )


def _named(session: Session, review_id: str) -> Review:
    every = every_review(session)
    found = [review for review in every if review_id and review.review_id.startswith(review_id)]
    if len(found) != 1:
        problem = "several reviews" if found else "no review"
        raise UnknownReviewError(
            f"{review_id[:SHOWN]!r} names {problem} on the books; `rampart review list` shows them"
        )
    return found[0]
