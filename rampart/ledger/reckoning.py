"""What a judgement means in money, by its state: billed = payable + credits + withheld, to the minor unit.

*Billed* is the readable work at the price in force, its discount taken off: what a vendor may ask for before
anybody says what it is worth. *Payable* is what the terms pay. *Credits* is what the vendor owes back.
*Withheld* is work that is not paid for: discarded, held, rejected, beyond the tolerated volume, done again.

A ruling or a decision moves money between these and leaves what was billed as it was. The table of states is
in docs/money.md.
"""

from collections import Counter
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
    price: Decimal,
    off: Decimal,
    *,
    contested: int = 0,
    minor_units: int,
) -> Reckoning:
    """The money of one judgement.

    Args:
        state: of the batch. One that is not judged, or is superseded, has no money.
        lines: as they were priced.
        discarded: records discarded.
        price: of one unit in force; of a discarded one where kinds have no prices of their own.
        off: the discount on it.
        contested: of the discarded records, those in a dispute nobody ruled on.
        minor_units: decimal places of the currency.
    """
    if state not in SETTLED:
        return nothing(minor_units)
    priced = tuple(lines)
    cent = Decimal(1).scaleb(-minor_units)
    billed = _billed(priced, discarded, price, off, cent)
    owed = counting(state, priced)
    payable = sum((line.amount for line in owed), cent * 0)
    credits_ = -_sum(owed, OWED, cent) + cent * 0
    lost = billed - _sum(priced, _WORK, cent)  # what was discarded
    withheld = lost - _sum(owed, UNPAID, cent) if state in ACCEPTED else billed
    share = Decimal(contested) / discarded if discarded else Decimal(0)
    return Reckoning(billed, payable, credits_, withheld, (lost * share).quantize(cent, ROUND_HALF_UP))


def _billed(
    lines: tuple[MoneyLine, ...], discarded: int, price: Decimal, off: Decimal, cent: Decimal
) -> Decimal:
    """Readable units at each price, less each discount on them, rounded as the lines of an invoice are.

    It rests on what is readable alone, so that however rulings cut that in accepted and discarded, it stays.
    """
    prices: dict[str, Decimal] = {}
    units, offs = Counter[str](), Counter[Decimal]()
    for line in lines:
        if line.kind == "accepted_units":
            prices[line.clause] = line.unit_price
            units[line.clause] += line.units
        elif line.kind == "discount":
            offs[line.unit_price] += line.units
    valued = 0
    for line in lines:
        if line.kind == "discarded_units":
            valued += line.units
            units[line.clause] += line.units
            offs[prices[line.clause] - line.unit_price] += line.units
    base = next(iter(prices), "")
    units[base] += discarded - valued
    offs[off] += discarded - valued
    prices.setdefault(base, price)
    amounts = (count * prices[clause] for clause, count in units.items())
    taken = (-count * each for each, count in offs.items())
    return sum((one.quantize(cent, ROUND_HALF_UP) for one in (*amounts, *taken)), cent * 0)


def _sum(lines: tuple[MoneyLine, ...], kinds: tuple[MoneyKind, ...], cent: Decimal) -> Decimal:
    return sum((line.amount for line in lines if line.kind in kinds), cent * 0)
