"""Scorecards in the books: an event of the programme names the stored object; nothing is counted here."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from rampart.ledger.chain import append_event, contract_stream, events, program_stream
from rampart.ledger.contracts import current_in
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


def scorecard_is_behind(engine: Engine, program: str) -> bool:
    """Did anything happen to the programme or its contracts since its latest scorecard, or was none made?"""
    with reading(engine) as session:
        own = [row.contract_id for row in current_in(session).values() if row.program == program]
        streams = [program_stream(program), *map(contract_stream, own)]
        last = session.exec(select(func.max(Event.id)).where(col(Event.stream).in_(streams))).one()
        made = select(func.max(Event.id)).where(Event.stream == program_stream(program), Event.kind == MADE)
        return last != session.exec(made).one()


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
