"""`rampart verify`, the ledger's part: do the books still hold what was promised about them?

Numbers are those of the design's invariants: 1 every record counted once, 4 the event chain, 5 the money,
6 one retraining for each accepted revision. The Parquet files are held against the counts elsewhere.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from rampart.ledger import gain_decisions, ramp_decisions
from rampart.ledger.arithmetic import count_problems, money_problems
from rampart.ledger.batch_rows import BatchKey, key_of
from rampart.ledger.canonical import canonical_json, moment
from rampart.ledger.chain import EventRow, broken_links, contract_stream, events
from rampart.ledger.contracts import version_of, versions_in, week_of
from rampart.ledger.disputes import OPENED, RULED
from rampart.ledger.engine import reading
from rampart.ledger.outbox import CLOCK, outbox_id
from rampart.ledger.review_events import DRAWN
from rampart.ledger.settled import read
from rampart.ledger.states import ACCEPTED, SETTLED
from rampart.ledger.tables import Batch, Outbox
from rampart.ledger.valued import DOUBTED, VALUED
from rampart.ledger.verify_models import model_violations
from rampart.ledger.violation import Violation

__all__ = ["Violation", "verify_books"]

_OF_A_WEEK = (gain_decisions.DECIDED, ramp_decisions.DECIDED)


def verify_books(engine: Engine) -> tuple[Violation, ...]:
    """Everything in the books that breaks an invariant; empty when they are in order."""
    with reading(engine) as session:
        said = events(session)
        return (
            *_chain(session),
            *_contracts(session, said),
            *_states(session, said),
            *_batches(session, said),
            *model_violations(session, said),
            *_outbox(session, said),
        )


def _chain(session: Session) -> Iterator[Violation]:
    for broken in broken_links(session):
        yield Violation(4, broken.stream, broken.problem)


def _contracts(session: Session, said: tuple[EventRow, ...]) -> Iterator[Violation]:
    """A version is what its event says: which terms, and from when on they judge."""
    registered = {
        (event.stream, event.payload.get("version")): event.payload
        for event in said
        if event.kind == "contract.registered"
    }
    for row in versions_in(session):
        event = registered.get((contract_stream(row.contract_id), row.version), {})
        effective = moment(row.effective) if row.effective else None
        found = {"digest": row.digest, "status": row.status, "amends": row.amends, "effective": effective}
        for name, value in found.items():
            if event.get(name) != value:
                subject = f"{row.contract_id} version {row.version}"
                yield Violation(4, subject, f"its {name} is {value}, but its event says {event.get(name)}")


def _states(session: Session, said: tuple[EventRow, ...]) -> Iterator[Violation]:
    """A batch is in the state its last event says; the chain alone cannot show that its end is missing."""
    last = {key: event for event in said if (key := _key(event))}
    for batch in session.exec(select(Batch)):
        event = last.get(key_of(batch))
        if event is None or event.kind != f"batch.{batch.state}":
            found = event.kind if event else "nothing"
            yield Violation(4, str(key_of(batch)), f"is {batch.state}, but its last event says {found}")
            continue
        reason = event.payload.get("reason", batch.state_reason)
        if (batch.state_reason, batch.as_of) != (reason, event.as_of):
            told = f"{reason!r} at {moment(event.as_of)}"
            yield Violation(4, str(key_of(batch)), f"has another reason or time than its last event: {told}")


def _batches(session: Session, said: tuple[EventRow, ...]) -> Iterator[Violation]:
    sealed = {
        key: event.payload["settlement"]
        for event in said
        if "settlement" in event.payload and (key := _key(event))
    }
    judged = {row.id for row in session.exec(select(Outbox))}
    for batch in session.exec(select(Batch)):
        subject, key = str(key_of(batch)), key_of(batch)
        if key not in sealed:  # never settled: superseded before, or still on its way
            if batch.state in SETTLED:
                yield Violation(4, subject, f"is {batch.state}, but no event seals its settlement")
            continue
        found = read(session, batch)
        contract = version_of(session, batch.contract_digest)
        week = week_of(session, batch.contract_digest, batch.week)
        yield from (Violation(1, subject, problem) for problem in count_problems(found))
        yield from (Violation(5, subject, problem) for problem in money_problems(found, contract, week))
        if found.digest != sealed[key]:
            yield Violation(
                4, subject, "its counts, verdicts, money or artefacts are not those its event sealed"
            )
        announced = outbox_id(
            "batch.accepted", batch.contract_id, batch.week, batch.revision, batch.delivery_id or ""
        )
        if batch.state in ACCEPTED and found.accepted and announced not in judged:
            yield Violation(6, subject, "is accepted, but no batch.accepted row announces it to retraining")


def _outbox(session: Session, said: tuple[EventRow, ...]) -> Iterator[Violation]:
    """No entry without its row, and no row without its entry: settlements, disputes, rulings, reviews,
    decisions on ramp and gain, batches that agree too little, the clock's calls.
    """
    rows = session.exec(select(Outbox)).all()
    for topic in ("batch.judged", OPENED, RULED, DRAWN, *_OF_A_WEEK, DOUBTED, *CLOCK):
        entries = {entry for event in said if (entry := _entry(topic, event))}
        told = {_told(row) for row in rows if row.topic == topic}
        for subject in sorted(entries - told):
            yield Violation(4, subject, f"no {topic} row of the outbox tells of it")
        for subject in sorted(told - entries):
            yield Violation(4, subject, f"the outbox has a {topic} row, but no event says so")


def _entry(topic: str, event: EventRow) -> str | None:
    """What an event that asks for a row of `topic` is about; None for any other."""
    if topic == "batch.judged":
        return str(_key(event)) if "settlement" in event.payload else None
    contract_id, said = event.stream.removeprefix(contract_stream("")), event.payload
    if topic == DOUBTED:
        low = event.kind == VALUED and said["flagged"]
        return str(BatchKey(contract_id, said["week"], said["revision"])) if low else None
    if topic in CLOCK:
        return _called(contract_id, said) if event.kind == topic else None
    return _subject(topic, contract_id, said) if event.kind == topic else None


def _called(contract_id: str, said: dict[str, Any]) -> str:
    """What the clock said of a contract week, with its facts."""
    facts = {name: value for name, value in said.items() if name not in ("contract_id", "program")}
    return f"{contract_id} {canonical_json(facts)}"


def _told(row: Outbox) -> str:
    if row.topic in CLOCK:
        return _called(row.contract_id, json.loads(row.payload))
    if row.topic in ("batch.judged", DOUBTED):
        return str(BatchKey(row.contract_id, row.week, row.revision))
    return _subject(row.topic, row.contract_id, json.loads(row.payload))


def _subject(topic: str, contract_id: str, about: Mapping[str, object]) -> str:
    what = "week" if topic in _OF_A_WEEK else topic.split(".", maxsplit=1)[0]
    return f"{contract_id} {what} {about.get(what)}"


def _key(event: EventRow) -> BatchKey | None:
    if not event.kind.startswith("batch."):
        return None
    contract_id = event.stream.removeprefix("contract:")
    return BatchKey(contract_id, event.payload["week"], event.payload["revision"])
