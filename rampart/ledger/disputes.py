"""Disputes in the books: a vendor contests discards of a delivery, and a named person rules once.

A dispute lives in its contract's stream of events, ``dispute.opened`` and ``dispute.ruled``; the contested
records are named in an object of the store. It belongs to the delivered bytes: a redelivery ends it. Where
records are reinstated, an outbox row asks for another judgement of the delivery, whose revision keeps them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine
from sqlmodel import Session, select

from rampart.ledger.batch_rows import BatchKey, BatchRow, booked, key_of, must_stand, rows_of, stands
from rampart.ledger.canonical import Json, moment
from rampart.ledger.chain import append_event, contract_stream, events, has_event
from rampart.ledger.contracts import version_of
from rampart.ledger.deletion.said import must_not_be_deleted
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import DisputeStateError, UnknownDisputeError
from rampart.ledger.outbox import Topic, put
from rampart.ledger.signed import must_be_allowed, signed
from rampart.ledger.states import SETTLED
from rampart.ledger.tables import Batch, Event

OPENED: Topic = "dispute.opened"
REFUSED = "dispute.refused"  # an event only: nobody has to act on it
RULED: Topic = "dispute.ruled"
Ruling = Literal["reinstated", "upheld"]
SHOWN = 12  # characters of an id where people read it


@dataclass(frozen=True)
class Dispute:
    """One dispute of a delivery: `records` discards are contested, by the file under `object_key`.

    `dispute_id` is the SHA-256 of the file, `delivery_id` what it contests; an open one has no `ruling`. It
    is overdue from `answer_by` on; None in books from before that was kept.
    """

    dispute_id: str
    contract_id: str
    week: int
    delivery_id: str
    records: int
    object_key: str
    ruling: Ruling | None = None
    ruled_by: str = ""
    reason: str = ""
    opened_at: datetime | None = field(default=None, compare=False)
    answer_by: datetime | None = field(default=None, compare=False)

    def overdue(self, now: datetime) -> bool:
        """Should an answer have come by `now`?"""
        return self.ruling is None and self.answer_by is not None and now >= self.answer_by

    def __str__(self) -> str:
        return f"dispute {self.dispute_id[:SHOWN]}"


def contestable(engine: Engine, contract_id: str, week: int) -> BatchRow:
    """The judgement of a week that may be contested.

    Raises:
        UnknownBatchError: the week is not on the books.
        DisputeStateError: it is not judged.
        DeliveryConflictError: the week's data were deleted.
    """
    with reading(engine) as session:
        return rows_of(session, [_judged(session, contract_id, week)])[0]


def open_dispute(engine: Engine, dispute: Dispute, as_of: datetime) -> Dispute:
    """Write down that discards of a delivery are contested. Saying it again changes nothing.

    Raises what `contestable` does, and `DisputeStateError` where another delivery is on the books.
    """
    with writing(engine) as session:
        for known in _told(session, dispute.contract_id):
            if (known.dispute_id, known.delivery_id) == (dispute.dispute_id, dispute.delivery_id):
                return known
        batch = _judged(session, dispute.contract_id, dispute.week)
        must_stand(batch, dispute.delivery_id, _replaced(dispute))
        about: dict[str, Json] = {"dispute": dispute.dispute_id, "records": dispute.records}
        named: dict[str, Json] = {"week": dispute.week, "delivery_id": dispute.delivery_id}
        stored: dict[str, Json] = {"object_key": dispute.object_key}
        if dispute.answer_by is not None:
            stored["answer_by"] = moment(dispute.answer_by)
        append_event(session, contract_stream(dispute.contract_id), OPENED, as_of, about | named | stored)
        _put(session, OPENED, batch, dispute, as_of, about)
    return replace(dispute, opened_at=as_of)


def refuse_dispute(engine: Engine, batch: BatchKey, dispute_id: str, problem: str, as_of: datetime) -> None:
    """Write down, once for each `problem` (a sentence of ours), why a dispute was not taken in."""
    about: dict[str, Json] = {"week": batch.week, "dispute": dispute_id, "problem": problem}
    stream = contract_stream(batch.contract_id)
    with writing(engine) as session:
        if not has_event(session, stream, REFUSED, about):
            append_event(session, stream, REFUSED, as_of, about)


def rule_on(  # noqa: PLR0917 (reads as the sentence it writes down)
    engine: Engine,
    contract_id: str,
    week: int,
    dispute_id: str,
    ruling: Ruling,
    by: str,
    reason: str,
    as_of: datetime,
    *,
    lifted_by: Callable[[str], tuple[str, ...]],
) -> Dispute:
    """Reinstate the contested records, or uphold their discards; once. The same ruling again changes nothing.

    `dispute_id` may be shortened, as long as it names one dispute of the week. `lifted_by` gives, for the
    digest of the terms the batch was judged under, the names that may rule; none means anyone.

    Raises:
        LedgerError: `by` or `reason` is empty, or `by` is none of the names.
        UnknownDisputeError: no dispute of the week has that id, or several have.
        DisputeStateError: it was ruled on otherwise, or its delivery was replaced.
        DeliveryConflictError: the week's data were deleted.
    """
    by, reason = signed(by, reason, f"a ruling on dispute {dispute_id[:SHOWN]}")
    with writing(engine) as session:
        dispute = _named(session, contract_id, week, dispute_id)
        if dispute.ruling == ruling:
            return dispute
        if dispute.ruling is not None:
            raise DisputeStateError(
                f"{dispute} was {dispute.ruling} by {dispute.ruled_by}; a ruling stands, and the vendor may "
                "open another dispute"
            )
        must_not_be_deleted(session, contract_id, week)
        batch = booked(session, contract_id, week, "dispute")
        must_stand(batch, dispute.delivery_id, _replaced(dispute))
        must_be_allowed(by, lifted_by(batch.contract_digest), f"{dispute} of {key_of(batch)}")
        about: dict[str, Json] = {"dispute": dispute.dispute_id, "ruling": ruling}
        about |= {"ruled_by": by, "reason": reason}
        named: dict[str, Json] = {"week": week, "delivery_id": dispute.delivery_id}
        append_event(session, contract_stream(contract_id), RULED, as_of, about | named)
        _put(session, RULED, batch, dispute, as_of, about)
        if ruling == "reinstated":
            asked: dict[str, Json] = {"dispute": dispute.dispute_id, "delivery_id": dispute.delivery_id}
            _put(session, "dispute.reinstated", batch, dispute, as_of, asked)
    return replace(dispute, ruling=ruling, ruled_by=by, reason=reason)


def dispute_named(engine: Engine, contract_id: str, week: int, dispute_id: str) -> Dispute:
    """The dispute whose id begins so; of equal ones that of the delivery on the books.

    `UnknownDisputeError` where no dispute of the week has that id, or several have.
    """
    with reading(engine) as session:
        return _named(session, contract_id, week, dispute_id)


def disputes(engine: Engine, contract_id: str, week: int | None = None) -> tuple[Dispute, ...]:
    """Every dispute of a contract, or of one week of it, in the order they were opened."""
    with reading(engine) as session:
        return tuple(found for found in _told(session, contract_id) if week in (None, found.week))


def open_disputes(engine: Engine) -> tuple[Dispute, ...]:
    """What nobody has ruled on yet, of all contracts, where the delivery is still the one on the books."""
    with reading(engine) as session:
        return open_in(session)


def open_in(session: Session) -> tuple[Dispute, ...]:
    """`open_disputes`, within the caller's transaction."""
    waiting = (found for found in every_dispute(session) if found.ruling is None)
    return tuple(
        found for found in waiting if stands(session, found.contract_id, found.week, found.delivery_id)
    )


def reinstatements(engine: Engine, contract_id: str, delivery_id: str) -> tuple[Dispute, ...]:
    """The disputes whose records a judgement of this delivery must keep, in the order of their ids."""
    found = [d for d in disputes(engine, contract_id) if d.delivery_id == delivery_id]
    return tuple(sorted((d for d in found if d.ruling == "reinstated"), key=lambda d: d.dispute_id))


def every_dispute(session: Session) -> tuple[Dispute, ...]:
    """Every dispute of every contract, within the caller's transaction."""
    streams = select(Event.stream).where(Event.kind == OPENED).distinct()
    contracts = sorted(stream.removeprefix(contract_stream("")) for stream in session.exec(streams))
    return tuple(dispute for contract_id in contracts for dispute in _told(session, contract_id))


def _put(  # noqa: PLR0917 (what is put first, what it says last)
    session: Session,
    topic: Topic,
    batch: Batch,
    dispute: Dispute,
    as_of: datetime,
    about: dict[str, Json],
) -> None:
    program = version_of(session, batch.contract_digest).program
    put(session, topic, key_of(batch), program, as_of, what=dispute.dispute_id, about=about)


def _judged(session: Session, contract_id: str, week: int) -> Batch:
    must_not_be_deleted(session, contract_id, week)
    batch = booked(session, contract_id, week, "dispute")
    if batch.state not in SETTLED:
        raise DisputeStateError(
            f"{key_of(batch)} is {batch.state}, not judged; open the dispute after the verdict"
        )
    return batch


def _replaced(dispute: Dispute) -> DisputeStateError:
    return DisputeStateError(
        f"{dispute} contests a delivery of {dispute.contract_id} week {dispute.week} that was replaced "
        "since; what was discarded of the new one is contested anew"
    )


def _named(session: Session, contract_id: str, week: int, dispute_id: str) -> Dispute:
    every = tuple(dispute for dispute in _told(session, contract_id) if dispute.week == week)
    found = [dispute for dispute in every if dispute_id and dispute.dispute_id.startswith(dispute_id)]
    # The same file may have been brought against a delivery and against the one that replaced it.
    if not found or len({dispute.dispute_id for dispute in found}) > 1:
        names = ", ".join(dispute.dispute_id[:SHOWN] for dispute in every) or "none"
        problem = "several disputes" if found else "no dispute"
        raise UnknownDisputeError(
            f"{dispute_id!r} names {problem} of {contract_id} week {week}; `rampart dispute list "
            f"{contract_id}` shows them: {names}"
        )
    return next(
        (
            dispute
            for dispute in found
            if stands(session, dispute.contract_id, dispute.week, dispute.delivery_id)
        ),
        found[-1],
    )


def _told(session: Session, contract_id: str) -> Iterator[Dispute]:
    """Disputes as the events tell them, in their order."""
    said = events(session, contract_stream(contract_id))
    ruled = {(e.payload["dispute"], e.payload["delivery_id"]): e.payload for e in said if e.kind == RULED}
    for event in (event for event in said if event.kind == OPENED):
        about = event.payload
        opened = Dispute(
            dispute_id=about["dispute"],
            contract_id=contract_id,
            week=about["week"],
            delivery_id=about["delivery_id"],
            records=about["records"],
            object_key=about["object_key"],
            opened_at=event.as_of,
            answer_by=datetime.fromisoformat(about["answer_by"]) if "answer_by" in about else None,
        )
        ruling = ruled.get((opened.dispute_id, opened.delivery_id))
        yield (
            opened
            if ruling is None
            else replace(
                opened, ruling=ruling["ruling"], ruled_by=ruling["ruled_by"], reason=ruling["reason"]
            )
        )
