"""What the books owe for each contract week, line by line, each with its clause and the rows behind it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.arithmetic import OF_A_KIND
from rampart.ledger.contracts import current_in, versions_in
from rampart.ledger.engine import reading
from rampart.ledger.outcome import MoneyLine, Settlement
from rampart.ledger.read.standing import Standing, standings
from rampart.ledger.reckoning import counting
from rampart.ledger.states import State
from rampart.records.evidence import Condition, in_books, in_store

At = tuple[str, int, int]  # contract, week, revision
Terms = Callable[[str], Contract]  # digest of a contract version → its terms
DISCOUNT = "discount"


@dataclass(frozen=True)
class Owed:
    """One line of a week: `kind` as an invoice names it, `off` the discount on one of its units, which is a
    line of its own, `rows` the address of the records behind it (`rampart.records.evidence`).
    """

    kind: str
    units: int
    unit_price: Decimal
    amount: Decimal
    clause: str
    rows: str
    off: Decimal = Decimal(0)

    @property
    def is_work(self) -> bool:
        """Is it accepted units, no deduction?"""
        return self.clause.startswith("ramp.phases.") and not self.clause.endswith(".discount")


@dataclass(frozen=True)
class WeekOwed:
    """What is owed for one week, by `kind`; nothing where its batch is neither accepted nor rejected.

    `clause` is what the batch was held or rejected for. `tolerance` is `invoicing.tolerance` of the terms
    that judged it.
    """

    contract_id: str
    week: int
    revision: int | None
    state: State
    clause: str
    lines: dict[str, Owed]
    tolerance: Decimal
    currency: str
    minor_units: int

    @property
    def address(self) -> str:
        """Where its money stands in the books; empty for a week that was never opened."""
        return in_books(self.contract_id, self.week, self.revision, "money") if self.revision else ""


def weeks_owed(engine: Engine, contract_id: str, terms: Terms) -> dict[int, WeekOwed]:
    """Week → what is owed for it, for every week of the contract; empty for one not on the books."""
    with reading(engine) as session:
        contract = current_in(session).get(contract_id)
        if contract is None:
            return {}
        versions = {row.digest: row for row in versions_in(session)}
        found = standings(session, contract, versions)
        return {week.plan.week: _week(contract_id, week, terms) for week in found}


def _week(contract_id: str, week: Standing, terms: Terms) -> WeekOwed:
    agreed, found = terms(week.contract.digest), week.settlement
    lines = counting(week.state, found.money) if found else ()
    share = Decimal(str(agreed.discount(week.plan.week)[0]))
    at = (contract_id, week.plan.week, week.revision or 1)
    owed = (_owed(group, found, at, share) for group in _by_kind(lines)) if found else ()
    return WeekOwed(
        contract_id=contract_id,
        week=week.plan.week,
        revision=week.revision,
        state=week.state,
        clause=_stopped_by(found),
        lines={line.kind: line for line in owed},
        tolerance=agreed.invoicing.tolerance,
        currency=week.contract.currency,
        minor_units=week.contract.minor_units,
    )


def _by_kind(lines: Iterable[MoneyLine]) -> list[list[MoneyLine]]:
    groups: dict[str, list[MoneyLine]] = {}
    for line in lines:
        groups.setdefault(kind_of(line), []).append(line)
    return list(groups.values())


def kind_of(line: MoneyLine) -> str:
    """What an invoice calls a line: the unit kind, nothing at the phase's price, or the deduction's name."""
    if line.kind != "accepted_units":
        return line.kind
    return line.clause.split(OF_A_KIND, 1)[1] if OF_A_KIND in line.clause else ""


def _owed(lines: list[MoneyLine], found: Settlement, at: At, share: Decimal) -> Owed:
    """Lines of one kind; only those of a discount and of unpaid units can have several prices."""
    first, units = lines[0], sum(line.units for line in lines)
    amount = sum((line.amount for line in lines), Decimal(0))
    off = first.unit_price * share if first.kind == "accepted_units" else Decimal(0)
    return Owed(kind_of(first), units, first.unit_price, amount, first.clause, _rows(first, found, at), off)


def _rows(line: MoneyLine, found: Settlement, at: At) -> str:
    """The address of the records a line counts, or of what is in the books of facts that have no records."""
    fates = found.artefacts.get("fates")
    if line.kind in ("credit_late", "credit_rejected", "free_rework"):
        return in_books(*at, "events")
    if line.kind == "credit_short" or fates is None:
        return in_books(*at, "files")
    if OF_A_KIND in line.clause:  # fates do not say a record's kind; the line says how many there were
        return in_books(*at, "money", clause=line.clause)
    return in_store(fates, Condition("reason_mask", "0", holds=line.kind != "credit_discards"))


def _stopped_by(found: Settlement | None) -> str:
    """The first clause whose failure has a consequence; empty where there is none."""
    failed = (
        verdict.spec.clause
        for verdict in (found.verdicts if found else ())
        if verdict.status == "fail" and verdict.spec.consequence != "none"
    )
    return next(failed, "")
