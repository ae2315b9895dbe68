"""Which version of a contract judges which week: the one in force when the week's delivery is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from contracts.versions.reach import judging
from rampart.ledger.contracts import ContractRow, versions_in
from rampart.ledger.engine import reading
from rampart.ledger.tables import ContractWeek


def versions_by_week(engine: Engine, contract_id: str) -> dict[int, ContractRow]:
    """Week → the version that judges it, in week order; empty for a contract not on the books.

    A week is missing that no version has, or that is no longer in the term of the one that would judge it.
    """
    with reading(engine) as session:
        return by_week_in(session, contract_id)


def by_week_in(session: Session, contract_id: str) -> dict[int, ContractRow]:
    """`versions_by_week`, within the caller's transaction."""
    rows = [row for row in versions_in(session) if row.contract_id == contract_id]
    due: dict[str, dict[int, datetime]] = {row.digest: {} for row in rows}
    for week in session.exec(select(ContractWeek).where(col(ContractWeek.contract_digest).in_(due))):
        due[week.contract_digest][week.week] = week.due
    dated = [_Dated(row, due[row.digest]) for row in rows]
    found = {week: judging(dated, week) for week in sorted({w for weeks in due.values() for w in weeks})}
    return {week: version.row for week, version in found.items() if version}


@dataclass(frozen=True)
class _Dated:
    """A version with the moments its weeks are due."""

    row: ContractRow
    due: Mapping[int, datetime]

    @property
    def effective(self) -> datetime | None:
        return self.row.effective
