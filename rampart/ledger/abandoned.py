"""Deliveries that were taken in and that nobody works on any more: their worker failed, or died."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.ledger.batch_rows import BatchKey, BatchRow, key_of, newest, rows_of
from rampart.ledger.clock import database_now
from rampart.ledger.contracts import version_of
from rampart.ledger.engine import reading
from rampart.ledger.states import STAGES
from rampart.ledger.tables import Batch, Outbox
from rampart.ledger.turns import owned


@dataclass(frozen=True)
class Abandoned:
    """A batch to be judged to its end, under the contract `version` it was received under.

    `tries` counts the workers that had it; `batch.as_of` is the business time it was last worked on.
    """

    batch: BatchRow
    version: str
    tries: int


def abandoned(engine: Engine) -> tuple[Abandoned, ...]:
    """Batches between received and settled without a live owner, by week then contract."""
    with reading(engine) as session:
        now = database_now(session)
        found = [
            Abandoned(
                rows_of(session, [batch])[0], version_of(session, batch.contract_digest).version, batch.fence
            )
            for batch in session.exec(select(Batch).where(col(Batch.state).in_(STAGES))).all()
            if not owned(batch, now) and _newest(session, batch)
        ]
    return tuple(sorted(found, key=lambda one: (one.batch.week, one.batch.contract_id)))


def at_work(engine: Engine) -> frozenset[BatchKey]:
    """What live workers have: batches being judged, and batches whose training or notice is under way."""
    with reading(engine) as session:
        now = database_now(session)
        batches = session.exec(select(Batch).where(col(Batch.owner).is_not(None)))
        rows = session.exec(select(Outbox).where(col(Outbox.owner).is_not(None)))
        judging = {key_of(batch) for batch in batches if owned(batch, now)}
        return frozenset(
            judging | {BatchKey(row.contract_id, row.week, row.revision) for row in rows if owned(row, now)}
        )


def _newest(session: Session, batch: Batch) -> bool:
    """A revision that a later one is about to replace is not worth finishing."""
    last = newest(session, batch.contract_id, batch.week)
    return last is not None and last.id == batch.id
