"""What the contracts oblige us to delete, and by when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import col, select

from contracts.model import Contract
from rampart.ledger.deletion.said import closed_weeks, deletions_in
from rampart.ledger.engine import reading
from rampart.ledger.rights.judgement import limit_of
from rampart.ledger.rights.lineage import Lineage
from rampart.ledger.tables import Batch


@dataclass(frozen=True)
class Duty:
    """Weeks of one contract whose data are still held, and the last day they may be; None: without limit.

    `clause` is the term that says so. `days_left` counts from the business day, negative once overdue.
    """

    contract_id: str
    vendor_id: str
    weeks: tuple[int, ...]
    delete_by: date | None
    clause: str
    days_left: int | None

    @property
    def overdue(self) -> bool:
        """Should the data be gone by now?"""
        return self.days_left is not None and self.days_left < 0


def duties(engine: Engine, terms_of: Callable[[str], Contract], as_of: datetime) -> tuple[Duty, ...]:
    """One for each contract and date, the most urgent first, those without limit last.

    The earliest day of all versions that bind the week's data counts (`rampart.ledger.rights`). `terms_of`
    gives the terms with a digest.
    """
    found: dict[tuple[str, str, date | None, str, int | None], list[int]] = {}
    lineage = Lineage(engine, terms_of, as_of)
    for (contract_id, week), judged_under in _held(engine).items():
        versions = lineage.terms(contract_id, week, judged_under)
        terms, limit = versions[-1], limit_of(versions, as_of)
        last, clause = (limit.day, limit.clause) if limit else (None, "none")
        left = None if last is None else (last - _day(terms, as_of)).days
        found.setdefault((contract_id, terms.vendor.id, last, clause, left), []).append(week)
    made = [Duty(about[0], about[1], tuple(weeks), *about[2:]) for about, weeks in found.items()]
    return tuple(sorted(made, key=lambda duty: (duty.delete_by or date.max, duty.contract_id, duty.weeks)))


def _held(engine: Engine) -> dict[tuple[str, int], str]:
    """(contract, week) → digest of the terms it was last judged under, for every week that holds data."""
    delivered = select(Batch).where(col(Batch.delivery_id).is_not(None))
    with reading(engine) as session:
        closed = closed_weeks(deletions_in(session))
        rows = sorted(session.exec(delivered), key=lambda row: (row.contract_id, row.week, row.revision))
        return {
            (row.contract_id, row.week): row.contract_digest
            for row in rows
            if (row.contract_id, row.week) not in closed
        }


def _day(terms: Contract, as_of: datetime) -> date:
    return as_of.astimezone(ZoneInfo(terms.term.timezone)).date()
