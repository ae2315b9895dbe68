"""What a forecast is told: the weeks that are over, and the weeks that are planned."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from contracts.model import Contract


@dataclass(frozen=True)
class PastWeek:
    """A week that is settled: what was planned, readable and accepted, and what it cost."""

    week: int
    planned: int
    readable: int
    accepted: int
    paid: Decimal = Decimal(0)


@dataclass(frozen=True)
class PlannedWeek:
    """A week to come. `price` is an accepted unit's after the discount; `breach` is the P(rate > `ceiling`)
    from which the ceiling counts as passed, and `on_breach` what that leads to.
    """

    week: int
    units: int
    ceiling: float
    price: Decimal
    on_breach: Literal["partial", "hold", "reject"] = "partial"
    breach: float = 0.95


def planned_weeks(contract: Contract, after: int) -> tuple[PlannedWeek, ...]:
    """The contract's weeks after week `after`, in order; 0 gives them all."""
    return tuple(
        PlannedWeek(
            number,
            contract.week(number).units,
            contract.phase(number).discard_ceiling,
            contract.phase(number).price * (1 - Decimal(str(contract.discount(number)[0]))),
            contract.phase(number).on_breach,
            contract.confidence(number).breach,
        )
        for number in sorted(contract.ramp.weeks)
        if number > after
    )


def contracted_units(contract: Contract) -> int:
    """Accepted units the plan promises: every week's units less what its ceiling lets go, rounded down."""
    return sum(
        int(week.units * (1 - Decimal(str(contract.phase(number).discard_ceiling))))
        for number, week in contract.ramp.weeks.items()
    )
