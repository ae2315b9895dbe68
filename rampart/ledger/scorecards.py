"""Scorecards in the books: an event of the programme names the stored object; nothing is counted here."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.ledger.chain import append_event, events, program_stream
from rampart.ledger.engine import reading, writing
from rampart.ledger.tables import Event

MADE = "scorecard.made"


def record_scorecard(engine: Engine, program: str, object_key: str, as_of: datetime) -> None:
    """Write down that a scorecard was made. Where the latest one is the same, nothing changes."""
    with writing(engine) as session:
        if _latest(session, program) != object_key:
            append_event(session, program_stream(program), MADE, as_of, {"object_key": object_key})


def latest_scorecard(engine: Engine, program: str) -> tuple[str, datetime] | None:
    """Object key and business time of the programme's latest scorecard; None where none was made."""
    with reading(engine) as session:
        made = [event for event in events(session, program_stream(program)) if event.kind == MADE]
        return (made[-1].payload["object_key"], made[-1].as_of) if made else None


def scorecard_keys(session: Session) -> tuple[tuple[str, str], ...]:
    """(programme, object key) of every scorecard the books name, within the caller's transaction."""
    streams = select(Event.stream).where(Event.kind == MADE).distinct().order_by(col(Event.stream))
    return tuple(
        (stream.removeprefix(program_stream("")), event.payload["object_key"])
        for stream in session.exec(streams).all()
        for event in events(session, stream)
        if event.kind == MADE
    )


def _latest(session: Session, program: str) -> str | None:
    made = [event for event in events(session, program_stream(program)) if event.kind == MADE]
    return made[-1].payload["object_key"] if made else None
