"""Who works on a batch: a lease with a fencing token, so that two workers produce one result.

A claim is granted by compare-and-swap and gives a number (the fence) higher than any before it. Every later
write names that number; a worker that was taken over finds its number stale and its writes refused. Leases
run by the database's clock.

Whatever is said here may be said again: an error at COMMIT does not tell whether it happened.
"""

import os
import socket
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, update
from sqlmodel import col

from rampart.ledger.batch_rows import BatchKey, find, id_of, key_of, state_of
from rampart.ledger.batches import move
from rampart.ledger.clock import database_now
from rampart.ledger.engine import writing
from rampart.ledger.errors import ClaimLostError, TransitionError
from rampart.ledger.states import SETTLED, STAGES, Stage
from rampart.ledger.tables import Batch


@dataclass(frozen=True)
class Claim:
    """The right to work on one batch, until someone is granted a higher fence."""

    batch: BatchKey
    owner: str
    fence: int


def this_worker(work: str | None = None) -> str:
    """An owner name for a claim: ``host:pid:work``.

    `work` names one piece of work through all its tries, so that a try whose answer was lost gives its claim
    to the next; without it the name is new each time (a UUID).
    """
    return f"{socket.gethostname()}:{os.getpid()}:{work or uuid.uuid4().hex}"


def claim(engine: Engine, batch: BatchKey, owner: str, lease_s: float) -> Claim | None:
    """Claim `batch` for `lease_s` seconds; None if another worker has it, or there is nothing to do.

    A claim is taken over when its lease has run out, when its owner (``host:pid:work``) ran on this host and
    is dead, or when `owner` itself has it: its earlier try is fenced off. Settled and undelivered batches
    cannot be claimed.
    """
    with writing(engine) as session:
        row, now = find(session, batch), database_now(session)
        if row.state not in STAGES or not _free(row, owner, now):
            return None
        granted = session.exec(
            update(Batch)
            .where(col(Batch.id) == row.id, col(Batch.fence) == row.fence, col(Batch.state) == row.state)
            .values(owner=owner, lease_until=now + timedelta(seconds=lease_s), fence=row.fence + 1)
            .returning(col(Batch.fence))
        ).all()
        return Claim(batch, owner, granted[0][0]) if granted else None


def renew(engine: Engine, claim: Claim, lease_s: float) -> None:
    """Keep a claim for another `lease_s` seconds from now; `ClaimLostError` if it is gone.

    A claim that ended because it settled its batch needs no lease, and stays as it is.
    """
    with writing(engine) as session:
        row = find(session, claim.batch)
        if settled_by(row, claim):
            return
        check_holder(row, claim)
        row.lease_until = database_now(session) + timedelta(seconds=lease_s)
        session.add(row)


def release(engine: Engine, claim: Claim) -> None:
    """Give a claim back. One that was taken over or settled meanwhile is gone already, which is no error."""
    with writing(engine) as session:
        session.exec(
            update(Batch)
            .where(
                col(Batch.id) == id_of(find(session, claim.batch)),
                col(Batch.owner) == claim.owner,
                col(Batch.fence) == claim.fence,
            )
            .values(owner=None, lease_until=None)
        )


def advance(engine: Engine, claim: Claim, to: Stage, as_of: datetime) -> None:
    """A stage of a claimed batch is done. One that is done already stays done.

    Raises:
        ClaimLostError: another worker has the batch.
        TransitionError: a stage before `to` is missing.
    """
    if to not in STAGES[1:]:
        raise TransitionError(
            f"{claim.batch} cannot advance to {to!r}; the stages are {', '.join(STAGES[1:])}"
        )
    with writing(engine) as session:
        row = find(session, claim.batch)
        if settled_by(row, claim):
            return
        check_holder(row, claim)
        if STAGES.index(state_of(row)) < STAGES.index(to):
            move(session, row, to, as_of)


def settled_by(batch: Batch, claim: Claim) -> bool:
    """Did this very claim end by settling the batch? Nobody else's can have that fence."""
    return batch.owner is None and batch.state in SETTLED and batch.fence == claim.fence


def check_holder(batch: Batch, claim: Claim) -> None:
    """Within a writing transaction: `ClaimLostError` if `batch` is no longer held by `claim`."""
    if (batch.owner, batch.fence) == (claim.owner, claim.fence):
        return
    now = (
        f"{batch.owner} has it with fence {batch.fence}"
        if batch.owner
        else "the claim was given back or ended"
    )
    raise ClaimLostError(
        f"{key_of(batch)}: {claim.owner} holds fence {claim.fence}, but {now} (state {batch.state}); "
        "drop this work, the books keep the other's"
    )


def _free(row: Batch, owner: str, now: datetime) -> bool:
    if row.owner in (None, owner) or row.lease_until is None or row.lease_until <= now:
        return True
    return dead(row.owner or "")


def dead(owner: str) -> bool:
    """Is `owner` a process of this host that no longer exists? Unsure means no: then the lease decides."""
    host, pid = ([*owner.rsplit(":", 2), "", ""])[:2]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
