"""Whose turn it is to do the work of an outbox row: a lease, so that two workers seldom do it twice.

Seldom, not never: a worker that was silent for too long is taken over while it may still be at work. What
keeps the effect single is that consumers are idempotent on the row's id. Leases and waits run by the
database's clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, update
from sqlmodel import Session, col

from rampart.ledger.claims import dead
from rampart.ledger.clock import database_now
from rampart.ledger.engine import writing
from rampart.ledger.errors import ClaimLostError
from rampart.ledger.outbox import work
from rampart.ledger.tables import Batch, Outbox

FIRST_WAIT_S = 60.0
LONGEST_WAIT_S = 6 * 3600.0  # after ten failures; a mended receiver is found within a working day
LONGEST_ERROR = 300  # characters


@dataclass(frozen=True)
class Turn:
    """The right to do the work of one row, until someone is granted a higher fence."""

    outbox_id: str
    owner: str
    fence: int


def take(engine: Engine, outbox_id: str, owner: str, lease_s: float) -> Turn | None:
    """Take the turn of a row for `lease_s` seconds; None if the work is done or another worker has it.

    A turn is taken over when its lease has run out, or when its owner (``host:pid:uuid``) ran on this host
    and is dead.
    """
    with writing(engine) as session:
        row = work(session, outbox_id)
        now = database_now(session)
        if row.done or owned(row, now):
            return None
        fence = row.fence + 1
        granted = session.exec(
            update(Outbox)
            .where(col(Outbox.id) == outbox_id, col(Outbox.fence) == row.fence, col(Outbox.done).is_(False))
            .values(owner=owner, lease_until=now + timedelta(seconds=lease_s), fence=fence)
            .returning(col(Outbox.fence))
        ).all()
        return Turn(outbox_id, owner, fence) if granted else None


def keep(engine: Engine, turn: Turn, lease_s: float) -> None:
    """Keep a turn for another `lease_s` seconds from now; `ClaimLostError` if another worker has it."""
    with writing(engine) as session:
        row = _mine(session, turn)
        if row is None:
            raise ClaimLostError(
                f"the turn of outbox row {turn.outbox_id} was taken over or is done; drop this work"
            )
        row.lease_until = database_now(session) + timedelta(seconds=lease_s)
        session.add(row)


def give_up(engine: Engine, turn: Turn, error: str) -> None:
    """The work failed: note why, and let it rest, twice as long each time. A lost turn is no error."""
    with writing(engine) as session:
        row = _mine(session, turn)
        if row is None:
            return
        row.attempts += 1
        row.last_error = error[:LONGEST_ERROR]
        row.next_try_at = database_now(session) + timedelta(seconds=wait_s(row.attempts))
        row.owner, row.lease_until = None, None
        session.add(row)


def release(engine: Engine, turn: Turn) -> None:
    """Give a turn back whose work was neither done nor failed. A lost turn or a done row is no error."""
    with writing(engine) as session:
        row = _mine(session, turn)
        if row is not None:
            row.owner, row.lease_until = None, None
            session.add(row)


def owned(held: Batch | Outbox, now: datetime) -> bool:
    """Has a live worker this batch or row, as far as can be told from here at `now`?"""
    if held.owner is None or held.lease_until is None or held.lease_until <= now:
        return False
    return not dead(held.owner)


def wait_s(attempts: int) -> float:
    """Seconds to rest after so many failures: 60, 120, 240 … up to six hours."""
    return float(min(FIRST_WAIT_S * 2.0 ** min(attempts - 1, 30), LONGEST_WAIT_S))


def _mine(session: Session, turn: Turn) -> Outbox | None:
    row = work(session, turn.outbox_id)
    return row if not row.done and (row.owner, row.fence) == (turn.owner, turn.fence) else None
