"""An invoice against the books, line by line: what agrees, what does not, by how much and by which clause.

What the books owe for a week is settled once. A line takes its part of what is owed and not billed yet, by
this invoice or an earlier one; what a later revision adds can be billed when it is there. A vendor may bill
units net of their discount, or at the full price with the discount as a line of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from rampart.delivery.invoice_file import InvoiceFile, InvoiceLine
from rampart.ledger.invoices.due import Amount, Counted, Open, rounded
from rampart.ledger.invoices.owed import DISCOUNT, Owed, WeekOwed
from rampart.ledger.money import plain

Status = Literal[
    "agreed",
    "over_billed",
    "under_billed",
    "missing",
    "not_on_the_books",
    "billed_twice",
    "wrong_currency",
]


@dataclass(frozen=True)
class Finding:
    """One line of the comparison. `line` is empty for what is owed and not billed.

    `booked` is what was still owed when the line was looked at, `difference` billed less booked: positive is
    too much. `evidence` is the address of the rows that were booked, empty where none could be. `counted` is
    what the line settles.
    """

    status: Status
    line: str
    week: int
    kind: str
    billed: Amount | None
    booked: Amount | None
    currency: str
    difference: Decimal | None
    clause: str
    evidence: str
    reason: str
    counted: tuple[Counted, ...] = ()


def reconcile(
    invoice: InvoiceFile, weeks: Mapping[int, WeekOwed], before: Iterable[Counted] = ()
) -> tuple[Finding, ...]:
    """Every line of `invoice`, then what is owed up to its last week and billed nowhere.

    Args:
        invoice: what is billed.
        weeks: what the books owe, by contract week.
        before: what earlier invoices settle.
    """
    open_ = Open(weeks, before)
    # A discount is due for the units that are billed, wherever its line stands.
    order = sorted(range(len(invoice.lines)), key=lambda place: invoice.lines[place].unit_kind == DISCOUNT)
    found = {place: _judged(open_, invoice, place) for place in order}
    last_week = max(line.week for line in invoice.lines)
    return (*(found[place] for place in range(len(found))), *_missing(open_, last_week))


def _judged(open_: Open, invoice: InvoiceFile, place: int) -> Finding:
    """What is found about one line; it settles its part."""
    line = invoice.lines[place]
    week = open_.weeks.get(line.week)
    owed = week.lines.get(line.unit_kind) if week else None
    known = open_.known(line.week, line.unit_kind)
    if week is None or (owed is None and not known):
        return _finding(line, "not_on_the_books", week, _why_not(line, week))
    if line.currency != week.currency:
        reason = f"it is in {line.currency}, and ramp.currency is {week.currency}"
        return _finding(line, "wrong_currency", week, reason, owed, clause="ramp.currency")
    if known and _is_settled(open_, week, line):
        reason = f"it is settled by {known[-1].by}"
        return _finding(line, "billed_twice", week, reason, owed, _too_much(line, week))
    compared = _compare(open_, invoice, place, week, owed)
    if not known:
        return compared
    settled = sum(one.units for one in known)
    return replace(compared, reason=f"{compared.reason}; {known[-1].by} settles {settled:,} before it")


def _is_settled(open_: Open, week: WeekOwed, line: InvoiceLine) -> bool:
    left = open_.left(week, line.unit_kind)
    if left.units or not left.amount:
        return not left.units
    return abs(line.amount) > abs(left.amount) and open_.is_rounding(week, line.unit_kind, left.amount)


def _compare(open_: Open, invoice: InvoiceFile, place: int, week: WeekOwed, owed: Owed | None) -> Finding:
    line, left = invoice.lines[place], open_.left(week, invoice.lines[place].unit_kind)
    others = [one for one in invoice.lines if one.week == line.week]
    follows = any(_same(one, line) for one in invoice.lines[place + 1 :])
    net = owed is not None and owed.is_work and not any(one.unit_kind == DISCOUNT for one in others)
    due = open_.due(line, week, follows=follows, net=net)
    booked = Amount(due.units, _net(left, due.discount, owed), due.nearest(line.amount))
    too_much = line.amount - booked.amount
    by = f"invoice {invoice.number} line {line.line}"
    status: Status = "over_billed" if too_much > 0 else "under_billed"
    if abs(too_much) <= week.tolerance:
        status = "agreed"
    # A line settles what is owed for its units, even where it bills less; only units it leaves can follow.
    counted = [Counted(line.week, line.unit_kind, due.units, booked.amount - due.discount, by)]
    if due.discount or due.discounted:
        counted.append(Counted(line.week, DISCOUNT, due.discounted, due.discount, by))
    open_.counted += counted
    reason = _compared(line, booked, too_much, week, left)
    clause = ", ".join([owed.clause, week.lines[DISCOUNT].clause]) if owed and due.discount else ""
    return _finding(
        line, status, week, reason, owed, too_much, booked=booked, counted=tuple(counted), clause=clause
    )


def _missing(open_: Open, last_week: int) -> Iterator[Finding]:
    """What is owed in weeks up to `last_week`, and billed nowhere; credits that were not given too."""
    for number, week in sorted(open_.weeks.items()):
        kinds = {**week.lines, **{one.kind: None for one in open_.counted if one.week == number}}
        for kind in kinds if number <= last_week else ():
            owed, left = week.lines.get(kind), open_.left(week, kind)
            if not left.amount or (abs(left.amount) <= week.tolerance and not left.units):
                continue
            yield Finding(
                "missing",
                "",
                number,
                kind,
                None,
                left,
                week.currency,
                -left.amount,
                owed.clause if owed else "",
                _evidence(week, owed),
                f"{_said(left)} {week.currency} {_what_is_missing(open_, week, kind, left)}",
            )


def _what_is_missing(open_: Open, week: WeekOwed, kind: str, left: Amount) -> str:
    if not left.units and open_.is_rounding(week, kind, left.amount):
        return "is left of rounding: the lines that bill it in parts come to less or more than the whole"
    if left.amount > 0:
        return "is owed and billed on no invoice"
    if kind == DISCOUNT and not open_.discount_due(week).amount:
        return "comes off with the units that are billed on no invoice"
    return "is to be taken off, and is not"


def _same(one: InvoiceLine, other: InvoiceLine) -> bool:
    return (one.week, one.unit_kind, one.currency) == (other.week, other.unit_kind, other.currency)


def _net(left: Amount, discount: Decimal, owed: Owed | None) -> Decimal:
    return left.unit_price - owed.off if owed and discount else left.unit_price


def _why_not(line: InvoiceLine, week: WeekOwed | None) -> str:
    if week is None:
        return f"the contract has no week {line.week}"
    if not week.lines:
        stopped = f" ({week.clause})" if week.clause else ""
        return f"week {line.week} is {week.state.replace('_', ' ')}{stopped}: nothing is payable"
    kinds = ", ".join(kind or "units at the phase's price" for kind in week.lines)
    return f"the books owe nothing of this kind for week {line.week}; they have {kinds}"


def _compared(line: InvoiceLine, booked: Amount, too_much: Decimal, week: WeekOwed, left: Amount) -> str:
    billed = Amount(line.units, line.unit_price, line.amount)
    said = f"{_said(billed)} is billed, {_said(booked)} is owed"
    if booked.units != left.units:
        of = "the units billed" if line.unit_kind == DISCOUNT else "so many units"
        said += f" for {of}, of {left.units:,} left"
    if too_much and abs(too_much) <= week.tolerance:
        said += f"; {abs(too_much)} is within invoicing.tolerance"
    exact = line.units * line.unit_price
    if abs(abs(line.amount) - exact) > Decimal(5).scaleb(-week.minor_units - 1):
        said += f"; the line's own units x price are {plain(exact)}"
    return said


def _said(of: Amount) -> str:
    return f"{of.units:,} x {plain(of.unit_price)} = {of.amount}"


def _too_much(line: InvoiceLine, week: WeekOwed) -> Decimal:
    return line.amount + rounded(Decimal(0), week)


def _evidence(week: WeekOwed | None, owed: Owed | None) -> str:
    if week is None:
        return ""
    return owed.rows if owed else week.address


def _finding(  # noqa: PLR0917 (one line and what was found about it)
    line: InvoiceLine,
    status: Status,
    week: WeekOwed | None,
    reason: str,
    owed: Owed | None = None,
    difference: Decimal | None = None,
    *,
    booked: Amount | None = None,
    counted: tuple[Counted, ...] = (),
    clause: str = "",
) -> Finding:
    of = owed.clause if owed else week.clause if week else ""
    return Finding(
        status=status,
        line=line.line,
        week=line.week,
        kind=line.unit_kind,
        billed=Amount(line.units, line.unit_price, line.amount),
        booked=booked,
        currency=line.currency,
        difference=line.amount if status == "not_on_the_books" else difference,
        clause=clause or of,
        evidence=_evidence(week, owed),
        reason=reason,
        counted=counted,
    )


def totals(found: Sequence[Finding]) -> tuple[Decimal, Decimal]:
    """(billed, supported by the books) over the lines in the contract's own currency."""
    ours = [one for one in found if one.line and one.status != "wrong_currency"]
    billed = sum((one.billed.amount for one in ours if one.billed), Decimal(0))
    supported = sum((part.amount for one in ours for part in one.counted), Decimal(0))
    return billed, supported


def unbilled(found: Sequence[Finding]) -> Decimal:
    """What is owed and on no invoice, less what would come off."""
    return sum((one.booked.amount for one in found if one.status == "missing" and one.booked), Decimal(0))
