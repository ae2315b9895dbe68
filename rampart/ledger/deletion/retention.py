"""What the contracts oblige us to delete, and by when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import col, select

from contracts.model import Contract
from rampart.ledger.deletion.said import closed_weeks, deletions_in
from rampart.ledger.engine import reading
from rampart.ledger.in_force import versions_by_week
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

    A week follows the version in force when it was due. `terms_of` gives the terms with a digest.
    """
    found: dict[tuple[str, str, date | None, str, int | None], list[int]] = {}
    for (contract_id, week), judged_under in _held(engine).items():
        in_force = versions_by_week(engine, contract_id).get(week)
        terms = terms_of(in_force.digest if in_force else judged_under)
        last, clause = last_day(terms)
        left = None if last is None else (last - _day(terms, as_of)).days
        found.setdefault((contract_id, terms.vendor.id, last, clause, left), []).append(week)
    made = [Duty(about[0], about[1], tuple(weeks), *about[2:]) for about, weeks in found.items()]
    return tuple(sorted(made, key=lambda duty: (duty.delete_by or date.max, duty.contract_id, duty.weeks)))


def last_day(terms: Contract) -> tuple[date | None, str]:
    """The last day the contract's data may be held, in its own time zone, and the clause that says so.

    `rights.delete_by` names it; `rights.retention_days` counts from the last day of the term. With both, the
    earlier one counts.
    """
    limits: list[tuple[date, str]] = []
    if terms.rights.delete_by is not None:
        limits.append((terms.rights.delete_by, "rights.delete_by"))
    if terms.rights.retention_days is not None:
        end = terms.term.start + timedelta(days=7 * terms.term.weeks - 1)
        limits.append((end + timedelta(days=terms.rights.retention_days), "rights.retention_days"))
    return min(limits) if limits else (None, "none")


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
