"""What people are told: rows of the outbox that nobody has to ask for, and how one reads when it is sent."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.ledger.batch_rows import BatchKey, BatchRow, key_of, newest
from rampart.ledger.canonical import Json, canonical_json, moment
from rampart.ledger.contracts import version_of
from rampart.ledger.engine import writing
from rampart.ledger.outbox import NOTICES, OutboxRow, Topic, pending, put
from rampart.ledger.tables import Batch, ContractVersion


def announce_decided(session: Session, batch: Batch, program: str, by: str, as_of: datetime) -> None:
    """A named person decided a held batch, for the reason the batch now has."""
    about: dict[str, Json] = {"state": batch.state, "reason": batch.state_reason, "decided_by": by}
    put(session, "batch.decided", key_of(batch), program, as_of, what=batch.delivery_id or "", about=about)


def announce_refused(session: Session, contract_id: str, week: int, problem: str, as_of: datetime) -> None:
    """A delivery could not be taken in; `problem` is a sentence of ours."""
    batch = newest(session, contract_id, week)
    key = BatchKey(contract_id, week, batch.revision if batch else 0)
    program = _program(session, contract_id)
    put(session, "delivery.refused", key, program, as_of, what=problem, about={"problem": problem})


def announce_late(session: Session, batch: Batch, as_of: datetime) -> None:
    """A delivery was due and has not come."""
    program = version_of(session, batch.contract_digest).program
    put(session, "delivery.late", key_of(batch), program, as_of, what="")


def announce_call(
    session: Session, topic: Topic, key: BatchKey, as_of: datetime, about: dict[str, Json]
) -> None:
    """The clock found something; `about` tells it apart from others of its topic and week."""
    said = {name: value for name, value in about.items() if name not in ("week", "revision")}
    program = _program(session, key.contract_id)
    put(session, topic, key, program, as_of, what=canonical_json(said), about=said)


def tell_stuck(engine: Engine, batch: BatchRow, problem: str, as_of: datetime) -> None:
    """A delivery that was taken in cannot be judged; said once for each revision, with the first problem."""
    with writing(engine) as session:
        about: dict[str, Json] = {"state": batch.state, "problem": problem}
        put(session, "delivery.stuck", batch.key, batch.program, as_of, what="", about=about)


def tell_crashed(engine: Engine, run_id: str, about: BatchKey, problem: str, as_of: datetime) -> None:
    """A run of ours died; `about` names the batch it worked on, or an empty contract. Said once a run."""
    with writing(engine) as session:
        named: dict[str, Json] = {"run": run_id, "problem": problem}
        program = _program(session, about.contract_id)
        put(session, "run.crashed", about, program, as_of, what=run_id, about=named)


def queues(engine: Engine) -> tuple[tuple[OutboxRow, ...], ...]:
    """Notices still to be sent, one queue a contract, each in the order things happened."""
    waiting: dict[str, list[OutboxRow]] = {}
    for row in pending(engine, *NOTICES):
        waiting.setdefault(row.contract_id, []).append(row)
    return tuple(tuple(rows) for _, rows in sorted(waiting.items()))


def notice_key(outbox_id: str) -> str:
    """Where a notice is published: its id is its name, so a second publication changes nothing."""
    return f"notifications/{outbox_id}.json"


def mark_key(outbox_id: str, receiver: str, what: str) -> str:
    """Where it is kept that one receiver has a notice, or waits for it: beside the notice."""
    return f"notifications/{outbox_id}/{receiver}.{what}"


def notice_of(key: str) -> str | None:
    """The address of the notice that the object under `key` is a mark of; None where it is none."""
    folder, slash, _ = key.removeprefix("notifications/").partition("/")
    return notice_key(folder) if slash and key.startswith("notifications/") else None


def notice(row: OutboxRow) -> bytes:
    """A notice as JSON: the same bytes whenever and however often it is sent."""
    said = {"id": row.id, "topic": row.topic, "as_of": moment(row.as_of), **row.payload}
    return canonical_json(said).encode()


def _program(session: Session, contract_id: str) -> str:
    """The programme of a contract's latest version; empty where none is registered."""
    versions = select(ContractVersion.program).where(ContractVersion.contract_id == contract_id)
    return session.exec(versions.order_by(col(ContractVersion.id).desc()).limit(1)).first() or ""
