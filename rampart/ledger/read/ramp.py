"""The ramp: one row a contract week, from the plan to what was paid."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine

from quality.verdict import Verdict
from rampart.ledger.contracts import current_in, versions_in
from rampart.ledger.engine import reading
from rampart.ledger.outcome import ReasonCount, Settlement
from rampart.ledger.read.standing import Standing, standings
from rampart.ledger.states import State


@dataclass(frozen=True)
class RampRow:
    """One contract week. Counts are records, money is in `currency`.

    `state` is ``expected`` and `revision` None for a week nobody has opened yet. `discard_rate` with its 95 %
    interval `low`..`high` and its `ceiling` are those of the stored verdict; before one, the rate is None and
    the ceiling the plan's. `judging` is a later revision being judged while this one stands.
    """

    vendor: str
    program: str
    contract_id: str
    week: int
    phase: str
    due: datetime
    planned: int
    revision: int | None
    state: State
    judging: int | None
    delivered: int
    accepted: int
    discarded: int
    quarantined: int
    discard_rate: float | None
    low: float | None
    high: float | None
    ceiling: float
    reasons: tuple[ReasonCount, ...]
    state_reason: str
    payable: Decimal
    credited: Decimal
    currency: str


def ramp_rows(
    engine: Engine, program: str | None = None, contract_id: str | None = None
) -> tuple[RampRow, ...]:
    """Every week of every contract in force, delivered or not, ordered by (contract id, week)."""
    with reading(engine) as session:
        versions = {row.digest: row for row in versions_in(session)}
        return tuple(
            _row(standing)
            for contract in current_in(session).values()
            if program in (None, contract.program) and contract_id in (None, contract.contract_id)
            for standing in standings(session, contract, versions)
        )


def programs(engine: Engine) -> tuple[str, ...]:
    """Every programme a contract in force belongs to, sorted."""
    with reading(engine) as session:
        return tuple(sorted({row.program for row in current_in(session).values()}))


def _row(standing: Standing) -> RampRow:
    found, contract, plan = standing.settlement, standing.contract, standing.plan
    verdict = _discard_verdict(found)
    files = found.files if found else ()
    return RampRow(
        vendor=contract.vendor_name,
        program=contract.program,
        contract_id=contract.contract_id,
        week=plan.week,
        phase=plan.phase,
        due=plan.due,
        planned=plan.units,
        revision=standing.revision,
        state=standing.state,
        judging=standing.judging,
        delivered=sum(file.records for file in files if file.role == "rows"),
        accepted=sum(file.accepted for file in files),
        discarded=sum(file.discarded for file in files),
        quarantined=sum(file.quarantined for file in files if file.role == "rows"),
        discard_rate=verdict.observed if verdict else None,
        low=verdict.low if verdict else None,
        high=verdict.high if verdict else None,
        ceiling=verdict.spec.threshold if verdict else plan.discard_ceiling,
        reasons=found.reasons if found else (),
        state_reason=found.reason if found else "",
        payable=standing.payable,
        credited=standing.credited,
        currency=contract.currency,
    )


def _discard_verdict(found: Settlement | None) -> Verdict | None:
    verdicts = found.verdicts if found else ()
    return next((verdict for verdict in verdicts if verdict.spec.metric == "discard_rate"), None)
