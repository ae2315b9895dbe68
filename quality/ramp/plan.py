"""What a forecast is told: the weeks that are over, and the weeks that are planned."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from contracts.model import Contract


@dataclass(frozen=True)
class PastWeek:
    """A week that is settled: what was planned, readable and accepted, and what it cost.

    `rejected`: nothing of it counts, and it did not come again.
    """

    week: int
    planned: int
    readable: int
    accepted: int
    paid: Decimal = Decimal(0)
    rejected: bool = False


@dataclass(frozen=True)
class PlannedWeek:
    """A week to come. `price` is an accepted unit's after the discount; `breach` is the P(rate > `ceiling`)
    from which the ceiling counts as passed, and `on_breach` what that leads to. `replaceable`: the contract
    takes a rejected week's work done again.
    """

    week: int
    units: int
    ceiling: float
    price: Decimal
    on_breach: Literal["partial", "hold", "reject"] = "partial"
    breach: float = 0.95
    replaceable: bool = False


def planned_week(contract: Contract, number: int) -> PlannedWeek:
    """Week `number` as `contract` plans it."""
    phase = contract.phase(number)
    return PlannedWeek(
        number,
        contract.week(number).units,
        phase.discard_ceiling,
        phase.price * (1 - Decimal(str(contract.discount(number)[0]))),
        phase.on_breach,
        contract.confidence(number).breach,
        contract.redelivery.max_rounds != 0,
    )


def planned_weeks(contract: Contract, after: int) -> tuple[PlannedWeek, ...]:
    """The contract's weeks after week `after`, in order; 0 gives them all."""
    return tuple(planned_week(contract, number) for number in sorted(contract.ramp.weeks) if number > after)


def contracted_units(contract: Contract, by_week: Mapping[int, Contract] | None = None) -> int:
    """Accepted units the contract buys: `ramp.contracted_units`, or what its plan promises.

    The plan promises every week's units less what its ceiling lets go, rounded down. `by_week` names the
    version that judges each week, where amendments changed the plan.
    """
    if contract.ramp.contracted_units is not None:
        return contract.ramp.contracted_units
    terms = by_week or dict.fromkeys(contract.ramp.weeks, contract)
    return sum(
        int(one.week(number).units * (1 - Decimal(str(one.phase(number).discard_ceiling))))
        for number, one in terms.items()
    )
