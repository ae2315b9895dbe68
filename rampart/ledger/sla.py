"""The SLA clock: what time alone brings about under a contract, each written down once.

Late is said where the drop is looked into (`rampart.ledger.batches.mark_late`); the rest is here: a delivery
that is soon due, or missing; one that is short or over; a dispute nobody answered; data that should be gone.
What a call says follows from the contract and the books alone, never from when the clock ran: whoever runs
it, and however often, each call is one event of the contract's stream and one notice.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from contracts.model import Contract
from contracts.terms.ramp import Term
from rampart.ledger.batch_rows import BatchKey, newest
from rampart.ledger.canonical import Json, moment
from rampart.ledger.chain import append_event, contract_stream, has_event
from rampart.ledger.deletion.retention import duties
from rampart.ledger.disputes import open_disputes
from rampart.ledger.engine import reading, writing
from rampart.ledger.notices import announce_call
from rampart.ledger.outbox import Topic
from rampart.ledger.states import SETTLED, WAITING
from rampart.ledger.tables import Batch, VerdictLine

TermsOf = Callable[[str], Contract]  # digest of a version → its terms


@dataclass(frozen=True)
class Call:
    """One thing the clock has to say about a contract week; `about` are its facts."""

    topic: Topic
    key: BatchKey
    about: dict[str, Json]

    def __str__(self) -> str:
        return f"{self.topic}: {self.key.contract_id} week {self.key.week}"


def deadline(term: Term, week: int, as_of: datetime) -> tuple[Topic, datetime] | None:
    """What an undelivered week is called at `as_of`, and the moment that makes it so; None: nothing yet.

    A reminder is no use once the week is due. What is between due and missing is late, said elsewhere.
    """
    missing, reminder, due = term.missing(week), term.remind(week), term.due(week)
    if missing is not None and as_of > missing:
        return "delivery.missing", missing
    if reminder is not None and reminder <= as_of < due:
        return "delivery.due", due
    return None


def undelivered(engine: Engine, contract_id: str, terms: Contract, week: int, as_of: datetime) -> Call | None:
    """The call about a week for which nothing was taken in. What lies in the drop is not asked here."""
    with reading(engine) as session:
        batch = newest(session, contract_id, week)
        if batch is not None and batch.state not in WAITING:
            return None
    found = deadline(terms.term, week, as_of)
    if found is None:
        return None
    topic, at = found
    clause = "term.missing_after_days" if topic == "delivery.missing" else "term.remind_days_before"
    about: dict[str, Json] = {"clause": clause, "due": moment(terms.term.due(week))}
    if topic == "delivery.missing":
        about["missing_since"] = moment(at)
    return Call(topic, BatchKey(contract_id, week, 1), about)


def volumes(engine: Engine) -> Iterator[Call]:
    """Batches that stand and whose volume is outside what the contract tolerates, as they were judged."""
    wanted = (
        select(Batch, VerdictLine)
        .join(VerdictLine, col(VerdictLine.batch_id) == col(Batch.id))
        .where(col(Batch.state).in_(SETTLED), VerdictLine.metric == "volume", VerdictLine.status != "pass")
    )
    with reading(engine) as session:
        for batch, line in session.exec(wanted).all():
            if line.observed is None:
                continue
            topic: Topic = "delivery.short" if line.observed < line.threshold else "delivery.over"
            key = BatchKey(batch.contract_id, batch.week, batch.revision)
            figures: dict[str, Json] = {"delivered": round(line.observed), "planned": round(line.threshold)}
            yield Call(topic, key, {"clause": line.clause, **figures, "reason": line.reason})


def unanswered(engine: Engine, as_of: datetime) -> Iterator[Call]:
    """Open disputes whose time to answer is over, as the terms gave it when they were opened."""
    for dispute in open_disputes(engine):
        if dispute.answer_by is None or not dispute.overdue(as_of):
            continue
        with reading(engine) as session:
            batch = newest(session, dispute.contract_id, dispute.week)
            assert batch is not None  # noqa: S101 (an open dispute contests the batch on the books)
            key = BatchKey(dispute.contract_id, dispute.week, batch.revision)
        about: dict[str, Json] = {"dispute": dispute.dispute_id, "answer_by": moment(dispute.answer_by)}
        yield Call("dispute.unanswered", key, {"clause": "disputes.answer_within_days", **about})


def overdue_data(engine: Engine, terms_of: TermsOf, as_of: datetime) -> Iterator[Call]:
    """Weeks whose data are held beyond the last day the contract allows."""
    for duty in duties(engine, terms_of, as_of):
        if duty.overdue:
            for week in duty.weeks:
                about: dict[str, Json] = {"clause": duty.clause, "delete_by": str(duty.delete_by)}
                yield Call("data.overdue", BatchKey(duty.contract_id, week, 1), about)


def note(engine: Engine, calls: Iterable[Call], as_of: datetime) -> tuple[str, ...]:
    """Write each call that is not on the books yet as an event and a notice; gives those that were new."""
    return tuple(str(call) for call in calls if _noted(engine, call, as_of))


def _noted(engine: Engine, call: Call, as_of: datetime) -> bool:
    with reading(engine) as session:
        if _said(session, call):
            return False
    with writing(engine) as session:
        if _said(session, call):
            return False
        append_event(session, contract_stream(call.key.contract_id), call.topic, as_of, _payload(call))
        announce_call(session, call.topic, call.key, as_of, call.about)
        return True


def _said(session: Session, call: Call) -> bool:
    return has_event(session, contract_stream(call.key.contract_id), call.topic, _payload(call))


def _payload(call: Call) -> dict[str, Json]:
    return {"week": call.key.week, "revision": call.key.revision, **call.about}
