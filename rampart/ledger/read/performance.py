"""How a vendor did, contract by contract: every opened week as first judged and as it stands now."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from quality.verdict import Verdict
from rampart.ledger.batch_rows import BatchRow, id_of, rows_of
from rampart.ledger.chain import contract_stream, events
from rampart.ledger.contracts import ContractRow, current_in, versions_in
from rampart.ledger.engine import reading
from rampart.ledger.read.standing import Standing, standings
from rampart.ledger.states import ACCEPTED
from rampart.ledger.tables import Batch, FileLine


@dataclass(frozen=True)
class FirstJudgement:
    """What the first judged revision of a week kept of what could be read."""

    revision: int
    readable: int
    kept: int


@dataclass(frozen=True)
class WeekPerformance:
    """One opened week. `standing` is the judged revision that counts, None before there is one.

    `late` is None while nothing has come and the week is not over its time. `accepted` and `payable` are 0
    unless the standing revision is accepted.
    """

    week: int
    first: FirstJudgement | None
    late: bool | None
    standing: BatchRow | None
    verdicts: tuple[Verdict, ...]
    accepted: int
    payable: Decimal


@dataclass(frozen=True)
class Performance:
    """A contract in force, by its current version, with its opened weeks in order."""

    contract: ContractRow
    weeks: tuple[WeekPerformance, ...]


def performances(engine: Engine, program: str) -> tuple[Performance, ...]:
    """Every contract of `program`, ordered by contract id."""
    with reading(engine) as session:
        versions = {row.digest: row for row in versions_in(session)}
        return tuple(
            Performance(contract, _weeks(session, contract, versions))
            for contract in current_in(session).values()
            if contract.program == program
        )


def _weeks(
    session: Session, contract: ContractRow, versions: dict[str, ContractRow]
) -> tuple[WeekPerformance, ...]:
    every = select(Batch).where(Batch.contract_id == contract.contract_id)
    batches = sorted(session.exec(every.order_by(col(Batch.id))), key=lambda batch: batch.revision)
    said = events(session, contract_stream(contract.contract_id))
    late = {event.payload["week"] for event in said if event.kind == "batch.late"}
    come = {event.payload["week"] for event in said if event.kind == "batch.received"}
    found = []
    for standing in standings(session, contract, versions):
        own = [batch for batch in batches if batch.week == standing.plan.week]
        if own:
            week = standing.plan.week
            found.append(
                _week(session, standing, own, True if week in late else False if week in come else None)
            )
    return tuple(found)


def _week(session: Session, standing: Standing, batches: list[Batch], late: bool | None) -> WeekPerformance:
    settled = standing.settlement
    counts = [batch for batch in batches if settled and batch.revision == standing.revision]
    return WeekPerformance(
        week=standing.plan.week,
        first=next(filter(None, (_first(session, batch) for batch in batches)), None),
        late=late,
        standing=rows_of(session, counts)[0] if counts else None,
        verdicts=settled.verdicts if settled else (),
        accepted=settled.accepted if settled and standing.state in ACCEPTED else 0,
        payable=standing.payable,
    )


def _first(session: Session, batch: Batch) -> FirstJudgement | None:
    """What this revision kept, had it been judged."""
    files = session.exec(select(FileLine).where(FileLine.batch_id == id_of(batch))).all()
    if not files:
        return None
    kept = sum(file.accepted for file in files)
    return FirstJudgement(batch.revision, kept + sum(file.discarded for file in files), kept)
