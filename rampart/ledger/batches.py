"""How a batch comes to be: expected, late, received, refused, superseded."""

from datetime import datetime

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from rampart.ledger.batch_rows import BatchRow, current_batch, key_of, newest, rows_of, state_of
from rampart.ledger.canonical import Json, moment
from rampart.ledger.chain import append_event, contract_stream, has_event
from rampart.ledger.contracts import week_of
from rampart.ledger.deletion.said import must_not_be_deleted
from rampart.ledger.engine import writing
from rampart.ledger.errors import (
    DeliveryConflictError,
    RevisionMovedError,
    TransitionError,
    UnknownBatchError,
)
from rampart.ledger.notices import announce_late, announce_refused
from rampart.ledger.states import WAITING, State, may_follow
from rampart.ledger.tables import Batch

__all__ = ["current_batch", "expect", "mark_late", "receive", "refuse"]


def expect(engine: Engine, contract_id: str, week: int, contract_digest: str, as_of: datetime) -> None:
    """Open a contract week: revision 1, `expected`. A week that is open already stays as it is."""
    with writing(engine) as session:
        if newest(session, contract_id, week) is None:
            _open(session, contract_id, week, contract_digest, as_of)


def mark_late(engine: Engine, contract_id: str, week: int, as_of: datetime) -> None:
    """An expected delivery did not come in time. Said once; a week that has moved on stays as it is.

    Raises:
        UnknownBatchError: the week was never expected.
    """
    with writing(engine) as session:
        batch = newest(session, contract_id, week)
        if batch is None:
            raise UnknownBatchError(f"{contract_id} week {week} was never expected, so it cannot be late")
        if batch.state == "expected":
            move(session, batch, "late", as_of)
            announce_late(session, batch, as_of)


def receive(  # noqa: PLR0917 (the order in which a delivery's facts become known)
    engine: Engine,
    contract_id: str,
    week: int,
    delivery_id: str,
    contract_digest: str,
    rules_digest: str,
    as_of: datetime,
    replaces: str | None = None,
    after: int | None = None,
    arrived: datetime | None = None,
) -> BatchRow:
    """Take a delivery in; the batch to judge comes back.

    The same delivery under the same rules changes nothing. Under other rules, or as a redelivery that names
    the one on the books, it becomes the next revision; the earlier one stands until the new one is settled.

    Args:
        delivery_id: digest of the delivery's sorted file digests.
        rules_digest: digest of everything a verdict depends on beside the bytes (terms and gate code).
        replaces: the delivery id this one replaces, from its manifest.
        after: the revision that a new one must follow; None: whichever is on the books.
        arrived: when it lay complete in the drop, where its money depends on that; at the latest `as_of`.

    Raises:
        DeliveryConflictError: another delivery is on the books, and this one does not replace it; or the
            week's data were deleted.
        RevisionMovedError: a new revision would follow another one than `after`.
        UnknownContractError: the contract version, or the week in it, is not on the books.
    """
    with writing(engine) as session:
        week_of(session, contract_digest, week)
        must_not_be_deleted(session, contract_id, week)
        batch = newest(session, contract_id, week)
        if batch is None:
            batch = _open(session, contract_id, week, contract_digest, as_of)
        if (batch.delivery_id, batch.rules_digest) != (delivery_id, rules_digest):
            if batch.state not in WAITING:
                _check_replaces(batch, delivery_id, replaces)
                if after not in (None, batch.revision):
                    raise RevisionMovedError(f"{key_of(batch)} is on the books, not revision {after}")
                batch = _next_revision(batch)
            batch.delivery_id, batch.replaces = delivery_id, replaces
            batch.contract_digest, batch.rules_digest = contract_digest, rules_digest
            session.add(batch)
            about: dict[str, Json] = {"delivery_id": delivery_id, "rules_digest": rules_digest}
            about |= {"contract_digest": contract_digest, "replaces": replaces}
            about |= {"arrived": moment(min(arrived, as_of))} if arrived else {}
            move(session, batch, "received", as_of, about)
        return rows_of(session, [batch])[0]


def refuse(engine: Engine, contract_id: str, week: int, problem: str, as_of: datetime) -> None:
    """A delivery could not be taken in; write down why, once for each `problem` (a sentence of ours).

    The batch stays as it is: nothing was received.
    """
    stream = contract_stream(contract_id)
    payload: dict[str, Json] = {"week": week, "problem": problem}
    with writing(engine) as session:
        if not has_event(session, stream, "delivery.refused", payload):
            append_event(session, stream, "delivery.refused", as_of, payload)
            announce_refused(session, contract_id, week, problem, as_of)


def move(
    session: Session, batch: Batch, to: State, as_of: datetime, about: dict[str, Json] | None = None
) -> None:
    """Put `batch` in state `to` and say so in its contract's stream, with `about` beside week and revision.

    By compare-and-swap: a batch that left the state it was read in stays where it is.

    Raises:
        TransitionError: no batch may go that way, or it was moved since it was read.
    """
    if batch.id is None:
        batch.state, batch.as_of = to, as_of
        session.add(batch)
        session.flush()
    else:
        _swap(session, batch, to, as_of)
    payload: dict[str, Json] = {"week": batch.week, "revision": batch.revision, **(about or {})}
    append_event(session, contract_stream(batch.contract_id), f"batch.{to}", as_of, payload)


def _swap(session: Session, batch: Batch, to: State, as_of: datetime) -> None:
    before = state_of(batch)
    if not may_follow(before, to):
        raise TransitionError(f"{key_of(batch)} is {before}; it cannot become {to} from there")
    session.flush()
    moved = session.exec(
        update(Batch)
        .where(col(Batch.id) == batch.id, col(Batch.state) == before, col(Batch.fence) == batch.fence)
        .values(state=to, as_of=as_of)
    )
    if moved.rowcount != 1:
        raise TransitionError(
            f"{key_of(batch)} was {before} when it was read and was moved since; it did not become {to}. "
            "Nothing was written; run this step again"
        )
    session.refresh(batch)


def supersede_earlier(session: Session, batch: Batch, as_of: datetime) -> None:
    """`batch` is settled: earlier revisions of its week stop counting, and their workers lose them."""
    earlier = select(Batch).where(
        Batch.contract_id == batch.contract_id,
        Batch.week == batch.week,
        Batch.revision < batch.revision,
        Batch.state != "superseded",
    )
    for old in session.exec(earlier.order_by(col(Batch.revision))).all():
        old.owner, old.lease_until, old.fence = None, None, old.fence + 1
        move(session, old, "superseded", as_of, {"was": old.state, "superseded_by": batch.revision})


def _open(session: Session, contract_id: str, week: int, contract_digest: str, as_of: datetime) -> Batch:
    week_of(session, contract_digest, week)
    batch = Batch(
        contract_id=contract_id,
        week=week,
        revision=1,
        state="expected",
        contract_digest=contract_digest,
        as_of=as_of,
    )
    move(session, batch, "expected", as_of, {"contract_digest": contract_digest})
    return batch


def _next_revision(batch: Batch) -> Batch:
    return Batch(
        contract_id=batch.contract_id,
        week=batch.week,
        revision=batch.revision + 1,
        state="received",
        contract_digest=batch.contract_digest,
        as_of=batch.as_of,
    )


def _check_replaces(batch: Batch, delivery_id: str, replaces: str | None) -> None:
    if batch.delivery_id in (delivery_id, replaces):
        return
    named = f"it names {replaces} as what it replaces" if replaces else "it names nothing it replaces"
    raise DeliveryConflictError(
        f"delivery {delivery_id} for {batch.contract_id} week {batch.week}: delivery {batch.delivery_id} is "
        f"on the books as revision {batch.revision} ({batch.state}), and {named}; a redelivery must name the "
        f'delivery on the books in its manifest ("replaces": "{batch.delivery_id}"); where the '
        "contract has no manifest, say so with `rampart run … --redelivery`"
    )
