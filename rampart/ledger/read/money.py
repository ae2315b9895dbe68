"""The money: one row a contract, from what was committed to what an accepted unit really cost."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Session

from rampart.ledger.contracts import ContractRow, current_in, versions_in
from rampart.ledger.engine import reading
from rampart.ledger.money import PRICE_PLACES, UNIT_PLACES, from_whole
from rampart.ledger.read.standing import Standing, standings
from rampart.ledger.states import ACCEPTED
from rampart.ledger.tables import ContractWeek


@dataclass(frozen=True)
class MoneyRow:
    """One contract; amounts are in `currency`.

    `committed`: planned units x price, the discount taken off, over all weeks. `payable`: accepted batches,
    discounts and credits taken off, and what rejected ones cost the vendor. `credited`: credits alone,
    positive. `at_risk`: what held batches would pay. `cost_per_accepted` = payable / accepted units, to four
    decimals; None before the first unit.
    """

    vendor: str
    program: str
    contract_id: str
    committed: Decimal
    payable: Decimal
    credited: Decimal
    at_risk: Decimal
    accepted_units: int
    cost_per_accepted: Decimal | None
    currency: str


def money_rows(
    engine: Engine, program: str | None = None, contract_id: str | None = None
) -> tuple[MoneyRow, ...]:
    """Every contract in force, ordered by contract id."""
    with reading(engine) as session:
        versions = {row.digest: row for row in versions_in(session)}
        return tuple(
            _row(session, contract, versions)
            for contract in current_in(session).values()
            if program in (None, contract.program) and contract_id in (None, contract.contract_id)
        )


def _row(session: Session, contract: ContractRow, versions: dict[str, ContractRow]) -> MoneyRow:
    weeks = standings(session, contract, versions)
    nothing = Decimal(0).scaleb(-contract.minor_units)
    payable = sum((week.payable for week in weeks), nothing)
    accepted = sum(_accepted(week) for week in weeks)
    return MoneyRow(
        vendor=contract.vendor_name,
        program=contract.program,
        contract_id=contract.contract_id,
        committed=sum((_planned(week.plan) for week in weeks), nothing).quantize(nothing),
        payable=payable,
        credited=sum((week.credited for week in weeks), nothing),
        at_risk=sum((week.at_risk for week in weeks), nothing),
        accepted_units=accepted,
        cost_per_accepted=(payable / accepted).quantize(Decimal("0.0001")) if accepted else None,
        currency=contract.currency,
    )


def _planned(plan: ContractWeek) -> Decimal:
    price = from_whole(plan.price_e4, PRICE_PLACES) - from_whole(plan.discount_e8, UNIT_PLACES)
    return plan.units * price


def _accepted(week: Standing) -> int:
    return week.settlement.accepted if week.settlement and week.state in ACCEPTED else 0
