"""Work that follows from an entry: written in the entry's own transaction, so that none is lost or doubled.

Two topics: ``batch.judged`` for every settlement, and ``batch.accepted`` once for each revision that has
something to train on. A consumer does the work, then marks the row done; after a crash in between it does the
work again, so it must be idempotent on the row's id.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.ledger.canonical import Json, canonical_json
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import LedgerError
from rampart.ledger.states import ACCEPTED
from rampart.ledger.tables import Batch, Outbox

Topic = Literal["batch.accepted", "batch.judged"]
_NAMESPACE = uuid.UUID("5d9f0f4e-6a0c-5d0b-9f0e-2f4f0f6a7c11")  # any fixed one: ids must not change


@dataclass(frozen=True)
class OutboxRow:
    """One piece of work; `payload` is {contract_id, week, revision, program}."""

    id: str
    topic: str
    contract_id: str
    week: int
    revision: int
    program: str
    payload: dict[str, Any]
    as_of: datetime
    done: bool


def outbox_id(topic: Topic, contract_id: str, week: int, revision: int, delivery_id: str) -> str:
    """The id of one revision's row: the same after a rerun (UUID version 5, RFC 9562)."""
    return str(uuid.uuid5(_NAMESPACE, canonical_json([topic, contract_id, week, revision, delivery_id])))


def announce_judged(session: Session, batch: Batch, program: str, as_of: datetime) -> None:
    """Write the ``batch.judged`` row of a settlement, within its transaction."""
    _add(session, "batch.judged", batch, program, as_of)


def announce_accepted(session: Session, batch: Batch, program: str, accepted: int, as_of: datetime) -> None:
    """Write the ``batch.accepted`` row, if the batch is accepted and has `accepted` > 0 records."""
    if batch.state in ACCEPTED and accepted > 0:
        _add(session, "batch.accepted", batch, program, as_of)


def pending(engine: Engine, topic: Topic) -> tuple[OutboxRow, ...]:
    """What is still to be done under `topic`, ordered by (as_of, contract id, week, revision)."""
    with reading(engine) as session:
        found = session.exec(select(Outbox).where(Outbox.topic == topic, col(Outbox.done).is_(False)))
        rows = [outbox_row(row) for row in found]
    return tuple(sorted(rows, key=lambda row: (row.as_of, row.contract_id, row.week, row.revision)))


def mark_done(engine: Engine, outbox_id: str) -> None:
    """The work of a row is done. Saying it again changes nothing."""
    with writing(engine) as session:
        finish(session, outbox_id)


def finish(session: Session, outbox_id: str) -> None:
    """`mark_done`, within the caller's transaction."""
    row = work(session, outbox_id)
    if not row.done:
        row.done, row.done_at = True, datetime.now(UTC)
        session.add(row)


def work(session: Session, outbox_id: str) -> Outbox:
    """The row with this id; `LedgerError` if there is none."""
    row = session.get(Outbox, outbox_id)
    if row is None:
        raise LedgerError(f"no outbox row {outbox_id}; take ids from `pending`")
    return row


def outbox_row(row: Outbox) -> OutboxRow:
    """A row as frozen facts."""
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
    )


def _add(session: Session, topic: Topic, batch: Batch, program: str, as_of: datetime) -> None:
    named: dict[str, Json] = {
        "contract_id": batch.contract_id,
        "week": batch.week,
        "revision": batch.revision,
    }
    session.add(
        Outbox(
            id=outbox_id(topic, batch.contract_id, batch.week, batch.revision, batch.delivery_id or ""),
            topic=topic,
            contract_id=batch.contract_id,
            week=batch.week,
            revision=batch.revision,
            program=program,
            payload=canonical_json({**named, "program": program}),
            as_of=as_of,
        )
    )
