"""Do a judgement's counts and money add up? Asked before it is written, and again by `rampart verify`."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from rampart.ledger.contracts import ContractRow
from rampart.ledger.money import PRICE_PLACES, UNIT_PLACES, from_whole, plain, to_whole
from rampart.ledger.outcome import FileCount, MoneyLine, Settlement
from rampart.ledger.tables import ContractWeek

OF_A_KIND = ".prices."  # in the clause of a line whose unit kind has a price of its own


def settlement_problems(settlement: Settlement, contract: ContractRow, week: ContractWeek) -> tuple[str, ...]:
    """Every way in which a settlement contradicts itself or the terms; empty when it adds up."""
    return (*count_problems(settlement), *money_problems(settlement, contract, week))


def count_problems(settlement: Settlement) -> tuple[str, ...]:
    """Invariant 1: each record is accepted, discarded or quarantined, and in exactly one of them."""
    found = [problem for file in settlement.files for problem in _file_problems(file)]
    for reason in settlement.reasons:
        if not 0 <= reason.first <= reason.any:
            found.append(f"reason {reason.code} is first {reason.first} times, but given {reason.any} times")
    first = sum(reason.first for reason in settlement.reasons)
    if first != settlement.discarded:
        found.append(f"{settlement.discarded} records are discarded, but {first} have a first reason")
    return tuple(found)


def money_problems(settlement: Settlement, contract: ContractRow, week: ContractWeek) -> tuple[str, ...]:
    """Invariant 5: every line is units x price, to the minor unit, at the price and discount in force.

    The rates of credits and the prices of unit kinds stand in the contract's text alone: they are
    multiplied out here, and compared by `rampart.ledger.verify_money`.
    """
    lines = settlement.money
    price = from_whole(week.price_e4, PRICE_PLACES)
    off = from_whole(week.discount_e8, UNIT_PLACES)
    by_kind = any(OF_A_KIND in line.clause for line in lines)
    return (
        *(problem for line in lines for problem in _line_problems(line, contract)),
        *_price_problems(lines, week.week, price),
        *_unit_problems(lines, settlement),
        *_twice(lines),
        *(() if by_kind else (problem for line in lines for problem in _rate_problems(line, price, off))),
    )


def _price_problems(lines: Iterable[MoneyLine], week: int, price: Decimal) -> Iterator[str]:
    for line in lines:
        if line.kind == "accepted_units" and OF_A_KIND not in line.clause and line.unit_price != price:
            yield f"units are paid at {line.unit_price}, but week {week} has the price {price}"


def _unit_problems(lines: Iterable[MoneyLine], settlement: Settlement) -> Iterator[str]:
    """Lines of the same units, held against the records they are counted from."""
    units: Counter[str] = Counter()
    for line in lines:
        units[line.kind] += line.units
    accepted = settlement.accepted
    if (paid := units["accepted_units"]) != accepted:
        yield f"{paid} units are paid, but {accepted} records are accepted"
    by_kind = any(OF_A_KIND in line.clause for line in lines)
    discounted = units["discount"]
    if discounted > accepted or (discounted and not by_kind and discounted != accepted):
        yield f"{discounted} units are discounted, but {accepted} records are accepted"
    gone = {"unpaid_excess": "excess", "free_rework": "re-work"}
    for kind, name in gone.items():
        if units[kind] > accepted:
            yield f"{units[kind]} units are {name}, but {accepted} records are accepted"
    if (gone_units := sum(units[kind] for kind in gone)) > accepted >= max(units[kind] for kind in gone):
        yield f"{gone_units} units are excess or re-work, but {accepted} records are accepted"
    if (lost := units["discarded_units"]) > settlement.discarded:
        yield f"{lost} units are valued as discarded, but {settlement.discarded} records are"


def _twice(lines: Iterable[MoneyLine]) -> Iterator[str]:
    """A price of a unit kind, or a discount on one, is a line of its own; anything else is there once."""
    named = Counter((line.kind, line.clause, line.unit_price) for line in lines)
    by_kind = any(OF_A_KIND in line.clause for line in lines)
    kinds = Counter(line.kind for line in lines)
    for kind, times in kinds.items():
        if times > 1 and (not by_kind or any(n > 1 for (of, _, _), n in named.items() if of == kind)):
            yield f"{times} lines are {kind}; a batch has at most one"


def _rate_problems(line: MoneyLine, price: Decimal, off: Decimal) -> Iterator[str]:
    """How a line that is taken off contradicts the week's `price` and discount `off`, both of one unit."""
    if line.kind == "discount" and line.unit_price != off:
        yield f"the discount is {plain(line.unit_price)} a unit, but the terms give {plain(off)}"
    if line.kind in ("unpaid_excess", "free_rework") and line.unit_price != price - off:
        name = "excess" if line.kind == "unpaid_excess" else "re-work"
        yield f"{name} is taken off at {plain(line.unit_price)} a unit, which paid {plain(price - off)}"


def _file_problems(file: FileCount) -> list[str]:
    counts = (file.accepted, file.discarded, file.quarantined)
    found = []
    if min(*counts, file.bytes, file.lines) < 0:
        found.append(f"file {file.name} has a negative count")
    if file.records != sum(counts):
        found.append(
            f"file {file.name} has {file.records} records, but {file.accepted} accepted + {file.discarded} "
            f"discarded + {file.quarantined} quarantined = {sum(counts)}"
        )
    return found


def _line_problems(line: MoneyLine, contract: ContractRow) -> list[str]:
    found = []
    if (line.currency, line.minor_units) != (contract.currency, contract.minor_units):
        found.append(
            f"{line.kind} is in {line.currency} with {line.minor_units} decimals, the contract in "
            f"{contract.currency} with {contract.minor_units}"
        )
    for value, places in ((line.amount, line.minor_units), (line.unit_price, UNIT_PLACES)):
        try:
            to_whole(value, places)
        except ValueError as error:
            found.append(f"{line.kind}: {error}")
    if line.units < 0:
        found.append(f"{line.kind} has {line.units} units; give a count, the amount carries the sign")
    if line.amount != 0 and (line.amount > 0) != (line.kind == "accepted_units"):
        found.append(f"{line.kind} is {line.amount}; only accepted units are positive")
    exact = line.units * abs(line.unit_price)
    # Half a minor unit: whichever way a half is rounded, the line is right to the cent.
    if abs(abs(line.amount) - exact) > Decimal(5).scaleb(-line.minor_units - 1):
        found.append(f"{line.kind} is {line.amount}, but {line.units} x {line.unit_price} = {exact}")
    return found
