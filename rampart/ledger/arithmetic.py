"""Do a judgement's counts and money add up? Asked before it is written, and again by `rampart verify`."""

from decimal import Decimal

from rampart.ledger.contracts import ContractRow
from rampart.ledger.money import PRICE_PLACES, UNIT_PLACES, from_whole, plain, to_whole
from rampart.ledger.outcome import FileCount, MoneyLine, Settlement
from rampart.ledger.tables import ContractWeek


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

    The rates of credits stand in the contract's text alone: theirs are multiplied out, but not compared.
    """
    found = [problem for line in settlement.money for problem in _line_problems(line, contract)]
    paid = [line for line in settlement.money if line.kind == "accepted_units"]
    price = from_whole(week.price_e4, PRICE_PLACES)
    found += [
        f"units are paid at {line.unit_price}, but week {week.week} has the price {price}"
        for line in paid
        if line.unit_price != price
    ]
    units = sum(line.units for line in paid)
    if units != settlement.accepted:
        found.append(f"{units} units are paid, but {settlement.accepted} records are accepted")
    kinds = [line.kind for line in settlement.money]
    found += [
        f"{kinds.count(kind)} lines are {kind}; a batch has at most one"
        for kind in dict.fromkeys(kinds)
        if kinds.count(kind) > 1
    ]
    off = from_whole(week.discount_e8, UNIT_PLACES)
    found += [
        problem
        for line in settlement.money
        for problem in _deduction_problems(line, settlement.accepted, price, off)
    ]
    return tuple(found)


def _deduction_problems(line: MoneyLine, accepted: int, price: Decimal, off: Decimal) -> list[str]:
    """How a line that is taken off contradicts the week's `price` and discount `off`, both of one unit."""
    found = []
    if line.kind == "discount":
        if line.unit_price != off:
            found.append(f"the discount is {plain(line.unit_price)} a unit, but the terms give {plain(off)}")
        if line.units != accepted:
            found.append(f"{line.units} units are discounted, but {accepted} records are accepted")
    if line.kind == "unpaid_excess":
        if line.unit_price != price - off:
            found.append(
                f"excess is taken off at {plain(line.unit_price)} a unit, which paid {plain(price - off)}"
            )
        if line.units > accepted:
            found.append(f"{line.units} units are excess, but {accepted} records are accepted")
    return found


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
