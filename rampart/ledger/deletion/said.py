"""What the books say was deleted. There is no table of deletions: the events are the only account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.ledger.batch_rows import BatchRow
from rampart.ledger.chain import EventRow, contract_stream, events
from rampart.ledger.engine import reading
from rampart.ledger.errors import DeliveryConflictError
from rampart.ledger.hashed import HashedObject
from rampart.ledger.tables import Event

STARTED = "data.deletion_started"  # what is to go, by key and digest; from here on the weeks are closed
DONE = "data.deleted"  # it is gone; names the certificate


@dataclass(frozen=True)
class Deletion:
    """One deletion: what was ordered, by whom and why, and its certificate once nothing of it is left.

    `shared` are objects of these weeks that stay because other weeks rest on them; `models` are the reward
    models trained on the data, as `programme vN (run …)`. `event` is (number, hash) of the event that began
    it. Without `certificate` (the key of its JSON) it was begun and not finished.
    """

    id: str
    contract_id: str
    weeks: tuple[int, ...]
    by: str
    reason: str
    ordered_at: datetime
    objects: tuple[HashedObject, ...]
    shared: tuple[str, ...]
    models: tuple[str, ...]
    event: tuple[int, str]
    certificate: str | None = None
    certificate_sha256: str | None = None

    def sentence(self, week: int) -> str:
        """Why nothing can be done with `week` any more; without a full stop."""
        how = f"certificate {self.certificate}" if self.certificate else "the deletion is not finished yet"
        return (
            f"the data of {self.contract_id} week {week} were deleted on {self.ordered_at:%Y-%m-%d} "
            f"({how}), so the week cannot be judged or trained on again"
        )


def deletions(engine: Engine, contract_id: str | None = None) -> tuple[Deletion, ...]:
    """Every deletion the books tell of, of one contract or all, in the order they were begun."""
    with reading(engine) as session:
        return deletions_in(session, contract_id)


def deletions_in(session: Session, contract_id: str | None = None) -> tuple[Deletion, ...]:
    """`deletions`, within the caller's transaction."""
    streams = select(Event.stream).where(Event.kind == STARTED).distinct()
    if contract_id is not None:
        streams = streams.where(col(Event.stream) == contract_stream(contract_id))
    said = [event for stream in sorted(session.exec(streams)) for event in events(session, stream)]
    done = {event.payload["deletion"]: event.payload for event in said if event.kind == DONE}
    return tuple(
        _deletion(event, done.get(event.payload["deletion"], {})) for event in said if event.kind == STARTED
    )


def deletion_of(engine: Engine, contract_id: str, week: int) -> Deletion | None:
    """The deletion that took the data of a contract week, finished or not; None while they are held."""
    with reading(engine) as session:
        return _taking(session, contract_id, week)


def must_not_be_deleted(session: Session, contract_id: str, week: int) -> None:
    """`DeliveryConflictError` for a week whose data were deleted: nothing is taken in for it any more."""
    if gone := _taking(session, contract_id, week):
        raise DeliveryConflictError(gone.sentence(week))


def still_held(engine: Engine, batches: Iterable[BatchRow]) -> tuple[BatchRow, ...]:
    """`batches` without those whose data were deleted."""
    closed = closed_weeks(deletions(engine))
    return tuple(batch for batch in batches if (batch.contract_id, batch.week) not in closed)


def closed_weeks(gone: Iterable[Deletion]) -> set[tuple[str, int]]:
    """(contract, week) of every week whose data were deleted, or are being deleted."""
    return {(found.contract_id, week) for found in gone for week in found.weeks}


def _taking(session: Session, contract_id: str, week: int) -> Deletion | None:
    return next((found for found in deletions_in(session, contract_id) if week in found.weeks), None)


def _deletion(event: EventRow, done: dict[str, Any]) -> Deletion:
    said = event.payload
    return Deletion(
        id=said["deletion"],
        contract_id=event.stream.removeprefix(contract_stream("")),
        weeks=tuple(said["weeks"]),
        by=said["by"],
        reason=said["reason"],
        ordered_at=event.as_of,
        objects=tuple(HashedObject(**one) for one in said["objects"]),
        shared=tuple(said["shared"]),
        models=tuple(said["models"]),
        event=(event.seq, event.hash),
        certificate=done.get("certificate"),
        certificate_sha256=done.get("sha256"),
    )
