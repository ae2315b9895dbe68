"""Everything the books hold about one batch."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, select

from quality.verdict import Verdict
from rampart.ledger.batch_rows import BatchKey, BatchRow, find, id_of, newest, rows_of
from rampart.ledger.chain import EventRow, contract_stream, events
from rampart.ledger.contracts import ContractRow, version_of
from rampart.ledger.engine import reading
from rampart.ledger.errors import UnknownBatchError
from rampart.ledger.outcome import FileCount, MoneyLine, ReasonCount
from rampart.ledger.settled import read
from rampart.ledger.tables import Batch, Decision


@dataclass(frozen=True)
class DecisionRow:
    """What a named person decided, and why."""

    accepted: bool
    decided_by: str
    reason: str
    as_of: datetime


@dataclass(frozen=True)
class BatchDetail:
    """One batch with the terms it is judged under, what was found, who decided, and its events, oldest first.

    Events of the week that belong to no revision, such as a refused delivery, are among them.
    """

    batch: BatchRow
    contract: ContractRow
    files: tuple[FileCount, ...]
    reasons: tuple[ReasonCount, ...]
    verdicts: tuple[Verdict, ...]
    money: tuple[MoneyLine, ...]
    decisions: tuple[DecisionRow, ...]
    artefacts: dict[str, str]
    compared_with: tuple[str, ...]
    events: tuple[EventRow, ...]


def batch_detail(engine: Engine, contract_id: str, week: int, revision: int | None = None) -> BatchDetail:
    """One revision of a contract week; without `revision`, the highest that is not superseded.

    Raises:
        UnknownBatchError: the week, or the revision, is not on the books.
    """
    with reading(engine) as session:
        if revision is None:
            batch = newest(session, contract_id, week)
        else:
            batch = find(session, BatchKey(contract_id, week, revision))
        if batch is None:
            raise UnknownBatchError(
                f"{contract_id} week {week} is not on the books; nothing was expected yet"
            )
        return _detail(session, batch)


def _detail(session: Session, batch: Batch) -> BatchDetail:
    found = read(session, batch)
    decided = session.exec(select(Decision).where(Decision.batch_id == id_of(batch)))
    return BatchDetail(
        batch=rows_of(session, [batch])[0],
        contract=version_of(session, batch.contract_digest),
        files=found.files,
        reasons=found.reasons,
        verdicts=found.verdicts,
        money=found.money,
        decisions=tuple(DecisionRow(d.accepted, d.decided_by, d.reason, d.as_of) for d in decided),
        artefacts=dict(found.artefacts),
        compared_with=found.compared_with,
        events=tuple(
            event
            for event in events(session, contract_stream(batch.contract_id))
            if event.payload.get("week") == batch.week
            and event.payload.get("revision") in (None, batch.revision)
        ),
    )
