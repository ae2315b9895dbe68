"""What a judgement means in money, by its state: billed = payable + credits + withheld, to the minor unit.

*Billed* is the readable work at the price in force, its discount taken off: what a vendor may ask for before
anybody says what it is worth. *Payable* is what the terms pay. *Credits* is what the vendor owes back.
*Withheld* is work that is not paid for: discarded, held, rejected, beyond the tolerated volume, done again.

A ruling or a decision moves money between these and leaves what was billed as it was. The table of states is
in docs/money.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from rampart.ledger.outcome import CREDITS, MoneyKind, MoneyLine
from rampart.ledger.states import ACCEPTED, SETTLED, State

UNPAID: tuple[MoneyKind, ...] = ("free_rework", "unpaid_excess")  # accepted units that are not paid
_WORK: tuple[MoneyKind, ...] = ("accepted_units", "discount")
_OF_ACCEPTED: tuple[MoneyKind, ...] = (*_WORK, *UNPAID, *CREDITS)
_OF_REJECTED: tuple[MoneyKind, ...] = ("credit_rejected",)
OWED: tuple[MoneyKind, ...] = (*CREDITS, *_OF_REJECTED)  # by the vendor


@dataclass(frozen=True)
class Reckoning:
    """Amounts of one judgement, or of several summed; `disputed` is the part of `withheld` that is contested.

    `payable` may be negative: credits can exceed what the work pays.
    """

    billed: Decimal
    payable: Decimal
    credits: Decimal
    withheld: Decimal
    disputed: Decimal

    def __add__(self, other: "Reckoning") -> "Reckoning":
        return Reckoning(*(getattr(self, name) + getattr(other, name) for name in vars(self)))


def nothing(minor_units: int) -> Reckoning:
    """No money, to the currency's smallest unit."""
    return Reckoning(*[Decimal(0).scaleb(-minor_units)] * 5)


def counting(state: State, lines: Iterable[MoneyLine]) -> tuple[MoneyLine, ...]:
    """The lines that are owed in `state`: an accepted batch's invoice, a rejected one's credit, else none."""
    kinds = _OF_ACCEPTED if state in ACCEPTED else _OF_REJECTED if state == "rejected" else ()
    return tuple(line for line in lines if line.kind in kinds)


def if_accepted(lines: Iterable[MoneyLine]) -> tuple[MoneyLine, ...]:
    """The lines that are owed once the batch is accepted."""
    return counting("accepted", lines)


def reckon(
    state: State,
    lines: Iterable[MoneyLine],
    discarded: int,
    net: Decimal,
    *,
    contested: int = 0,
    minor_units: int,
) -> Reckoning:
    """The money of one judgement.

    Args:
        state: of the batch. One that is not judged, or is superseded, has no money.
        lines: as they were priced.
        discarded: records discarded.
        net: price of one unit in force, its discount taken off; of discards where kinds have no prices.
        contested: of the discarded records, those in a dispute nobody ruled on.
        minor_units: decimal places of the currency.
    """
    if state not in SETTLED:
        return nothing(minor_units)
    priced = tuple(lines)
    cent = Decimal(1).scaleb(-minor_units)
    worth = _worth_of_discards(priced, discarded, net)
    # Rounded once, from exact prices: however rulings cut the work in accepted and discarded, it stays so.
    billed = (_exact(priced, _WORK) + worth).quantize(cent, ROUND_HALF_UP)
    owed = counting(state, priced)
    payable = sum((line.amount for line in owed), cent * 0)
    credits_ = -_sum(owed, OWED, cent) + cent * 0
    lost = billed - _sum(priced, _WORK, cent)  # what was discarded
    withheld = lost - _sum(owed, UNPAID, cent) if state in ACCEPTED else billed
    share = Decimal(contested) / discarded if discarded else Decimal(0)
    return Reckoning(billed, payable, credits_, withheld, (lost * share).quantize(cent, ROUND_HALF_UP))


def _worth_of_discards(lines: tuple[MoneyLine, ...], discarded: int, net: Decimal) -> Decimal:
    by_kind = [line for line in lines if line.kind == "discarded_units"]
    valued = sum(line.units for line in by_kind)
    return -_exact(tuple(by_kind), ("discarded_units",)) + (discarded - valued) * net


def _exact(lines: tuple[MoneyLine, ...], kinds: tuple[MoneyKind, ...]) -> Decimal:
    """Units x price of these lines, unrounded, with the sign of the kind."""
    return sum(
        (
            line.units * line.unit_price * (1 if line.kind == "accepted_units" else -1)
            for line in lines
            if line.kind in kinds
        ),
        Decimal(0),
    )


def _sum(lines: tuple[MoneyLine, ...], kinds: tuple[MoneyKind, ...], cent: Decimal) -> Decimal:
    return sum((line.amount for line in lines if line.kind in kinds), cent * 0)
