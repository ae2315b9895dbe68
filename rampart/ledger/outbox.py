"""Work that follows from an entry: written in the entry's own transaction, so that none is lost or doubled.

``batch.accepted`` asks for a training, once for each revision that has something to train on,
``batch.withdrawn`` for one without a revision that was trained on and taken back,
``dispute.reinstated`` for a judgement of the delivery whose discards were reinstated, ``review.failed`` for
one of the delivery in which people found too many defects, ``feedback.ready`` for the vendor's pack to be
written where the contract says; every other topic is a notice to people
(`rampart.ledger.notices`). A consumer does the work, then marks the row done;
after a crash in between it does the work again, so it must be idempotent on the row's id.
"""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.ledger.batch_rows import BatchKey, key_of
from rampart.ledger.canonical import Json, canonical_json
from rampart.ledger.clock import database_now
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import LedgerError
from rampart.ledger.states import ACCEPTED
from rampart.ledger.tables import Batch, Outbox

Topic = Literal[
    "batch.accepted",
    "batch.withdrawn",
    "dispute.reinstated",
    "review.failed",
    "feedback.ready",
    "batch.judged",
    "batch.decided",
    "dispute.opened",
    "dispute.ruled",
    "ramp.decided",
    "gain.decided",
    "agreement.low",
    "review.drawn",
    "review.read",
    "delivery.refused",
    "delivery.late",
    "delivery.due",
    "delivery.missing",
    "delivery.short",
    "delivery.over",
    "dispute.unanswered",
    "data.overdue",
    "delivery.stuck",
    "run.crashed",
]
TRAINING: tuple[Topic, ...] = ("batch.accepted", "batch.withdrawn")
REQUESTS: tuple[Topic, ...] = (*TRAINING, "dispute.reinstated", "review.failed", "feedback.ready")
# What the clock alone brings about (`rampart.ledger.sla`); each is an event of its contract's stream too.
CLOCK: tuple[Topic, ...] = (
    "delivery.due",
    "delivery.missing",
    "delivery.short",
    "delivery.over",
    "dispute.unanswered",
    "data.overdue",
)
# What a machine went through: no fact of the books, so no part of their export.
TROUBLES: tuple[Topic, ...] = ("delivery.stuck", "run.crashed")
NOTICES: tuple[Topic, ...] = (
    "batch.judged",
    "batch.decided",
    "dispute.opened",
    "dispute.ruled",
    "ramp.decided",
    "gain.decided",
    "agreement.low",
    "review.drawn",
    "review.read",
    "delivery.refused",
    "delivery.late",
    *CLOCK,
    *TROUBLES,
)
STUCK_AFTER = 5  # failed tries; with the waits of `turns` about half an hour
_NAMESPACE = uuid.UUID("5d9f0f4e-6a0c-5d0b-9f0e-2f4f0f6a7c11")  # any fixed one: ids must not change


@dataclass(frozen=True)
class OutboxRow:
    """One piece of work; `payload` is {contract_id, week, revision, program} and what its topic adds.

    `attempts` failed so far, the last with `last_error`; `resting` until its next try is due.
    """

    id: str
    topic: str
    contract_id: str
    week: int
    revision: int
    program: str
    payload: dict[str, Any]
    as_of: datetime
    done: bool
    attempts: int = 0
    last_error: str = ""
    resting: bool = False

    @property
    def stuck(self) -> bool:
        """Has it failed so often that somebody should look? It is tried on all the same."""
        return not self.done and self.attempts >= STUCK_AFTER

    def __str__(self) -> str:
        about = f"{self.contract_id} week {self.week}" if self.contract_id else "no contract"
        return f"{self.topic} of {about}"


def outbox_id(topic: Topic, contract_id: str, week: int, revision: int, what: str) -> str:
    """The id of a row, the same after a rerun (UUID version 5, RFC 9562).

    `what` tells rows of one topic and revision apart: the delivery id, a refusal's sentence, a flow run's id.
    """
    return str(uuid.uuid5(_NAMESPACE, canonical_json([topic, contract_id, week, revision, what])))


def announce_judged(session: Session, batch: Batch, program: str, as_of: datetime) -> None:
    """Write the ``batch.judged`` row of a settlement, within its transaction."""
    about: dict[str, Json] = {"state": batch.state, "reason": batch.state_reason}
    put(session, "batch.judged", key_of(batch), program, as_of, what=batch.delivery_id or "", about=about)


def announce_accepted(session: Session, batch: Batch, program: str, accepted: int, as_of: datetime) -> None:
    """Write the ``batch.accepted`` row, if the batch is accepted and has `accepted` > 0 records."""
    if batch.state in ACCEPTED and accepted > 0:
        put(session, "batch.accepted", key_of(batch), program, as_of, what=batch.delivery_id or "")


def put(
    session: Session,
    topic: Topic,
    key: BatchKey,
    program: str,
    as_of: datetime,
    *,
    what: str,
    about: dict[str, Json] | None = None,
) -> None:
    """Write a row within the caller's transaction, with `about` in its payload. One already there stays."""
    row_id = outbox_id(topic, key.contract_id, key.week, key.revision, what)
    if session.get(Outbox, row_id) is not None:
        return
    named: dict[str, Json] = {"contract_id": key.contract_id, "week": key.week, "revision": key.revision}
    session.add(
        Outbox(
            id=row_id,
            topic=topic,
            contract_id=key.contract_id,
            week=key.week,
            revision=key.revision,
            program=program,
            payload=canonical_json({**named, "program": program, **(about or {})}),
            as_of=as_of,
        )
    )


def pending(engine: Engine, *topics: Topic) -> tuple[OutboxRow, ...]:
    """What is still to be done under `topics`, ordered by (as_of, contract id, week, revision, topic)."""
    with reading(engine) as session:
        wanted = select(Outbox).where(col(Outbox.topic).in_(topics), col(Outbox.done).is_(False))
        return _rows(session, session.exec(wanted))


def sent(engine: Engine) -> tuple[OutboxRow, ...]:
    """The notices that every receiver has, in the order of `pending`."""
    with reading(engine) as session:
        wanted = select(Outbox).where(col(Outbox.topic).in_(NOTICES), col(Outbox.done).is_(True))
        return _rows(session, session.exec(wanted))


def rows_about(engine: Engine, batch: BatchKey) -> tuple[OutboxRow, ...]:
    """Every row one judgement of a batch led to, done or not."""
    with reading(engine) as session:
        wanted = select(Outbox).where(
            Outbox.contract_id == batch.contract_id,
            Outbox.week == batch.week,
            Outbox.revision == batch.revision,
        )
        return _rows(session, session.exec(wanted))


def mark_done(engine: Engine, outbox_id: str) -> None:
    """The work of a row is done. Saying it again changes nothing."""
    with writing(engine) as session:
        finish(session, outbox_id)


def finish(session: Session, outbox_id: str) -> None:
    """`mark_done`, within the caller's transaction; whoever had the row's turn has it no longer."""
    row = work(session, outbox_id)
    if not row.done:
        row.done, row.done_at = True, datetime.now(UTC)
        row.owner, row.lease_until, row.next_try_at = None, None, None
        session.add(row)


def work(session: Session, outbox_id: str) -> Outbox:
    """The row with this id; `LedgerError` if there is none."""
    row = session.get(Outbox, outbox_id)
    if row is None:
        raise LedgerError(f"no outbox row {outbox_id}; take ids from `pending`")
    return row


def _rows(session: Session, found: Iterable[Outbox]) -> tuple[OutboxRow, ...]:
    now = database_now(session)
    rows = [_row(row, now) for row in found]
    return tuple(
        sorted(rows, key=lambda row: (row.as_of, row.contract_id, row.week, row.revision, row.topic))
    )


def _row(row: Outbox, now: datetime) -> OutboxRow:
    return OutboxRow(
        id=row.id,
        topic=row.topic,
        contract_id=row.contract_id,
        week=row.week,
        revision=row.revision,
        program=row.program,
        payload=json.loads(row.payload),
        as_of=row.as_of,
        done=row.done,
        attempts=row.attempts,
        last_error=row.last_error,
        resting=row.next_try_at is not None and row.next_try_at > now,
    )
