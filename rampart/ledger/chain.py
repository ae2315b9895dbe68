"""The event log: one hash chain a stream, so that no past entry can be changed unseen.

hash = SHA-256 of the canonical JSON of (stream, seq, kind, as_of, payload, prev_hash); the first event of a
stream has an empty `prev_hash`. What a chain cannot show is a missing *tail*: `rampart.ledger.verify` holds
the last event of every batch against the batch itself.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.ledger.canonical import Json, canonical_json, digest, moment
from rampart.ledger.clock import DatabaseNow
from rampart.ledger.engine import reading
from rampart.ledger.tables import Event


@dataclass(frozen=True)
class EventRow:
    """One event as read back; `payload` is parsed JSON."""

    stream: str
    seq: int
    kind: str
    as_of: datetime
    payload: dict[str, Any]
    prev_hash: str
    hash: str
    recorded_at: datetime


@dataclass(frozen=True)
class BrokenLink:
    """An event that does not follow from the one before it."""

    stream: str
    seq: int
    problem: str


def contract_stream(contract_id: str) -> str:
    """The stream of everything that happens under a contract."""
    return f"contract:{contract_id}"


def program_stream(program: str) -> str:
    """The stream of a programme's reward models."""
    return f"program:{program}"


def append_event(session: Session, stream: str, kind: str, as_of: datetime, payload: dict[str, Json]) -> None:
    """Add an event to the end of `stream`, within the caller's writing transaction."""
    newest = select(Event).where(Event.stream == stream).order_by(col(Event.seq).desc()).limit(1)
    last = session.exec(newest).first()
    seq, prev_hash = (last.seq + 1, last.hash) if last else (1, "")
    text = canonical_json(payload)
    link = link_hash(stream, seq, kind, as_of, text, prev_hash)
    session.add(
        Event(
            stream=stream,
            seq=seq,
            kind=kind,
            as_of=as_of,
            payload=text,
            prev_hash=prev_hash,
            hash=link,
            recorded_at=DatabaseNow(),  # type: ignore[arg-type]  # the database says when
        )
    )
    session.flush()


def has_event(session: Session, stream: str, kind: str, payload: dict[str, Json]) -> bool:
    """Does `stream` hold an event of this kind that says exactly this?"""
    same = select(Event.id).where(
        Event.stream == stream, Event.kind == kind, Event.payload == canonical_json(payload)
    )
    return session.exec(same).first() is not None


def link_hash(  # noqa: PLR0917 (the order in which they are hashed)
    stream: str, seq: int, kind: str, as_of: datetime, payload: str, prev_hash: str
) -> str:
    """The hash of one event; `payload` is its canonical JSON text."""
    return digest([stream, seq, kind, moment(as_of), payload, prev_hash])


def events(session: Session, stream: str | None = None) -> tuple[EventRow, ...]:
    """Events of one stream, or of all, ordered by (stream, seq)."""
    wanted = select(Event) if stream is None else select(Event).where(Event.stream == stream)
    rows = sorted(session.exec(wanted), key=lambda event: (event.stream, event.seq))
    return tuple(
        EventRow(e.stream, e.seq, e.kind, e.as_of, json.loads(e.payload), e.prev_hash, e.hash, e.recorded_at)
        for e in rows
    )


def verify_chain(engine: Engine) -> tuple[BrokenLink, ...]:
    """Every event whose number, link or hash is not what its stream says it must be."""
    with reading(engine) as session:
        return broken_links(session)


def broken_links(session: Session) -> tuple[BrokenLink, ...]:
    """`verify_chain`, within the caller's transaction."""
    broken: list[BrokenLink] = []
    stream, seq, prev_hash = "", 0, ""
    for event in sorted(session.exec(select(Event)), key=lambda event: (event.stream, event.seq)):
        if event.stream != stream:
            stream, seq, prev_hash = event.stream, 0, ""
        seq += 1
        if problem := _problem(event, seq, prev_hash):
            broken.append(BrokenLink(event.stream, event.seq, problem))
        seq, prev_hash = event.seq, event.hash
    return tuple(broken)


def _problem(event: Event, seq: int, prev_hash: str) -> str | None:
    if event.seq != seq:
        return f"event {seq} is missing before event {event.seq}"
    if event.prev_hash != prev_hash:
        return f"event {event.seq} does not name the hash of the event before it"
    found = link_hash(event.stream, event.seq, event.kind, event.as_of, event.payload, event.prev_hash)
    if event.hash != found:
        return f"event {event.seq} ({event.kind}) is not what was hashed: its content was changed"
    return None
