"""The statement of a contract: every week's money by its state, and what it was spent on."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Engine
from sqlmodel import Session

from rampart.ledger.contracts import ContractRow, current_in, versions_in
from rampart.ledger.disputes import open_in
from rampart.ledger.engine import reading
from rampart.ledger.errors import UnknownContractError
from rampart.ledger.invoices.booked import BookedInvoice, booked_in
from rampart.ledger.money import PRICE_PLACES, UNIT_PLACES, from_whole
from rampart.ledger.outcome import MoneyLine
from rampart.ledger.read.gain import Gain, gain
from rampart.ledger.read.reward_models import rm_rows
from rampart.ledger.read.standing import Standing, standings
from rampart.ledger.reckoning import Reckoning, counting, nothing, reckon
from rampart.ledger.states import ACCEPTED, SETTLED, State

_UNIT = Decimal("0.0001")  # what a unit costs is told to four decimals, as prices are


@dataclass(frozen=True)
class StatementWeek:
    """One contract week. `committed` is its plan at the price in force; `if_accepted` what a held batch would
    pay; `lines` are those that are owed. `contested` counts records of open disputes. `version` is that of
    the contract it was judged under, or would be.
    """

    week: int
    version: str
    phase: str
    state: State
    revision: int | None
    planned: int
    committed: Decimal
    accepted: int
    discarded: int
    contested: int
    money: Reckoning
    if_accepted: Decimal
    lines: tuple[MoneyLine, ...]

    @property
    def judged(self) -> bool:
        """Is there money in it?"""
        return self.state in SETTLED


@dataclass(frozen=True)
class Statement:
    """A contract's money, in `currency`.

    `committed` = the plan of all weeks; `to_come` the part of it in weeks without a verdict. `spent` =
    payable so far. `at_risk` = what held batches would pay, and open disputes if reinstated: work that is
    there and may still become payable. `cost_per_accepted` = spent / accepted units.
    """

    vendor: str
    program: str
    contract_id: str
    currency: str
    weeks: tuple[StatementWeek, ...]
    total: Reckoning
    committed: Decimal
    to_come: Decimal
    at_risk: Decimal
    accepted_units: int
    cost_per_accepted: Decimal | None
    gain: Gain
    invoices: tuple[BookedInvoice, ...]

    @property
    def held(self) -> Decimal:
        """What the held batches would pay."""
        return sum((week.if_accepted for week in self.weeks), self.total.billed * 0)

    @property
    def spent(self) -> Decimal:
        """What is payable so far."""
        return self.total.payable


def statement(engine: Engine, contract_id: str) -> Statement:
    """The statement of one contract; `UnknownContractError` for one that is not on the books."""
    with reading(engine) as session:
        contract = current_in(session).get(contract_id)
        if contract is None:
            there = ", ".join(sorted(current_in(session))) or "none"
            raise UnknownContractError(f"no contract {contract_id!r} on the books; there are: {there}")
        weeks = _weeks(session, contract)
        booked = booked_in(session, contract_id)
    total = sum((week.money for week in weeks), nothing(contract.minor_units))
    zero = nothing(contract.minor_units).billed
    accepted = sum(week.accepted for week in weeks if week.state in ACCEPTED)
    held = sum((week.if_accepted for week in weeks), zero)
    per_unit = (total.payable / accepted).quantize(_UNIT, ROUND_HALF_UP) if accepted else None
    return Statement(
        vendor=contract.vendor_name,
        program=contract.program,
        contract_id=contract_id,
        currency=contract.currency,
        weeks=weeks,
        total=total,
        committed=sum((week.committed for week in weeks), zero),
        to_come=sum((week.committed for week in weeks if not week.judged), zero),
        at_risk=held + total.disputed,
        accepted_units=accepted,
        cost_per_accepted=per_unit,
        gain=gain(rm_rows(engine, contract.program), contract_id, total.payable),
        invoices=booked,
    )


def contract_ids(engine: Engine) -> tuple[str, ...]:
    """Every contract on the books, sorted."""
    with reading(engine) as session:
        return tuple(sorted(current_in(session)))


def _weeks(session: Session, contract: ContractRow) -> tuple[StatementWeek, ...]:
    contested: dict[int, int] = {}
    for dispute in open_in(session):
        if dispute.contract_id == contract.contract_id:
            contested[dispute.week] = contested.get(dispute.week, 0) + dispute.records
    versions = {row.digest: row for row in versions_in(session)}
    found = standings(session, contract, versions)
    return tuple(_week(week, contested.get(week.plan.week, 0)) for week in found)


def _week(week: Standing, contested: int) -> StatementWeek:
    plan, found = week.plan, week.settlement
    price, off = from_whole(plan.price_e4, PRICE_PLACES), from_whole(plan.discount_e8, UNIT_PLACES)
    places, lines = week.contract.minor_units, found.money if found else ()
    discarded = found.discarded if found else 0
    contested = min(contested, discarded)  # two disputes may name the same records
    return StatementWeek(
        week=plan.week,
        version=week.contract.version,
        phase=plan.phase,
        state=week.state,
        revision=week.revision,
        planned=plan.units,
        committed=(plan.units * (price - off)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP),
        accepted=found.accepted if found else 0,
        discarded=discarded,
        contested=contested,
        money=reckon(week.state, lines, discarded, price, off, contested=contested, minor_units=places),
        if_accepted=week.at_risk,
        lines=counting(week.state, lines),
    )
