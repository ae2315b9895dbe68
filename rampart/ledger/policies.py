"""The checkpoints of a programme's policy: which there were, what each came from, and when it was served.

They are events of the programme's stream, ``policy.registered``; the newest about a checkpoint counts. What a
checkpoint is, its digest, lineage and parent, never changes; when it was served may be told later.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from rampart.ledger.canonical import Json, moment
from rampart.ledger.chain import EventRow, append_event, events, program_stream
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import LedgerError

REGISTERED = "policy.registered"


@dataclass(frozen=True)
class PolicyCheckpoint:
    """One checkpoint of a policy.

    `checkpoint_id` is what responses claim to come from; `digest` names its weights; `lineage` the base model
    it descends from; `parent` the checkpoint it was trained from. It was served from `served_from` until
    `served_to`; None: nobody said, and the next one of its lineage ends it.
    """

    checkpoint_id: str
    digest: str
    lineage: str
    served_from: datetime
    parent: str | None = None
    served_to: datetime | None = None

    @property
    def _what_it_is(self) -> dict[str, Json]:
        about: dict[str, Json] = {"digest": self.digest, "lineage": self.lineage, "parent": self.parent}
        return {"checkpoint": self.checkpoint_id, **about}

    @property
    def payload(self) -> dict[str, Json]:
        """What its event says."""
        until = None if self.served_to is None else moment(self.served_to)
        return {**self._what_it_is, "served_from": moment(self.served_from), "served_to": until}

    def same_as(self, other: "PolicyCheckpoint") -> bool:
        """Are both the same weights of the same descent?"""
        return self._what_it_is == other._what_it_is


def register_checkpoint(engine: Engine, program: str, checkpoint: PolicyCheckpoint, as_of: datetime) -> bool:
    """Write a checkpoint into the books, or when a known one was served; False where all of it was known.

    Raises:
        LedgerError: something is empty, it ends before it begins, its parent is not registered, or its id is
            that of other weights.
    """
    _must_be_whole(checkpoint)
    with writing(engine) as session:
        known = {one.checkpoint_id: one for one in _registered(session, program)}
        _must_fit(checkpoint, known, program)
        if known.get(checkpoint.checkpoint_id) == checkpoint:
            return False
        append_event(session, program_stream(program), REGISTERED, as_of, checkpoint.payload)
    return True


def checkpoints(engine: Engine, program: str) -> tuple[PolicyCheckpoint, ...]:
    """A programme's checkpoints, in the order in which they began to be served."""
    with reading(engine) as session:
        return _registered(session, program)


def _registered(session: Session, program: str) -> tuple[PolicyCheckpoint, ...]:
    said = [event for event in events(session, program_stream(program)) if event.kind == REGISTERED]
    newest = {event.payload["checkpoint"]: _checkpoint(event) for event in said}
    return tuple(sorted(newest.values(), key=lambda one: (one.served_from, one.checkpoint_id)))


def _checkpoint(event: EventRow) -> PolicyCheckpoint:
    said: dict[str, Any] = event.payload
    return PolicyCheckpoint(
        checkpoint_id=said["checkpoint"],
        digest=said["digest"],
        lineage=said["lineage"],
        served_from=_moment(said["served_from"]),
        parent=said["parent"],
        served_to=None if said["served_to"] is None else _moment(said["served_to"]),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _must_be_whole(checkpoint: PolicyCheckpoint) -> None:
    named = {"id": checkpoint.checkpoint_id, "digest": checkpoint.digest, "lineage": checkpoint.lineage}
    if empty := [name for name, value in named.items() if not value.strip() or not value.isprintable()]:
        raise LedgerError(f"the checkpoint's {empty[0]} is empty or cannot be printed; give it in plain text")
    if checkpoint.served_to is not None and checkpoint.served_to <= checkpoint.served_from:
        raise LedgerError(
            f"checkpoint {checkpoint.checkpoint_id} was served until {moment(checkpoint.served_to)}, which "
            f"is not after {moment(checkpoint.served_from)}; give both moments in their order"
        )


def _must_fit(checkpoint: PolicyCheckpoint, known: dict[str, PolicyCheckpoint], program: str) -> None:
    here, parent = known.get(checkpoint.checkpoint_id), checkpoint.parent
    if here is not None and not here.same_as(checkpoint):
        raise LedgerError(
            f"checkpoint {checkpoint.checkpoint_id} of programme {program} is on the books with digest "
            f"{here.digest}, lineage {here.lineage} and {_parent(here)}; other weights need another id"
        )
    if parent is not None and (parent not in known or parent == checkpoint.checkpoint_id):
        there = ", ".join(known) or "none"
        raise LedgerError(
            f"{parent!r}, the parent of {checkpoint.checkpoint_id}, is no other checkpoint of programme "
            f"{program}; register it first (there are: {there})"
        )


def _parent(checkpoint: PolicyCheckpoint) -> str:
    return "no parent" if checkpoint.parent is None else f"parent {checkpoint.parent}"
