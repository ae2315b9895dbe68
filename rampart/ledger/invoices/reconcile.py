"""An invoice against the books, line by line: what agrees, what does not, by how much and by which clause.

What the books owe for a week is settled once. A line takes its part of what is owed and not billed yet, by
this invoice or an earlier one; what a later revision adds can be billed when it is there. A vendor may bill
units net of their discount, or at the full price with the discount as a line of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from rampart.delivery.invoice_file import InvoiceFile, InvoiceLine
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
class Counted:
    """What one line settles of a week's `kind`; `by` names invoice and line."""

    week: int
    kind: str
    units: int
    amount: Decimal
    by: str


@dataclass(frozen=True)
class Amount:
    """Units at a price; the amount is what counts."""

    units: int
    unit_price: Decimal
    amount: Decimal


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
    open_ = _Open(weeks, list(before))
    found = [open_.judge(invoice, place) for place in range(len(invoice.lines))]
    return (*found, *open_.missing(max(line.week for line in invoice.lines)))


@dataclass
class _Open:
    """What is owed and not settled yet; judging a line settles its part."""

    weeks: Mapping[int, WeekOwed]
    counted: list[Counted] = field(default_factory=list)

    def judge(self, invoice: InvoiceFile, place: int) -> Finding:
        line = invoice.lines[place]
        week = self.weeks.get(line.week)
        owed = week.lines.get(line.unit_kind) if week else None
        known = [one for one in self.counted if (one.week, one.kind) == (line.week, line.unit_kind)]
        if week is None or (owed is None and not known):
            return _finding(line, "not_on_the_books", week, _why_not(line, week))
        if line.currency != week.currency:
            reason = f"it is in {line.currency}, and ramp.currency is {week.currency}"
            return _finding(line, "wrong_currency", week, reason, owed, clause="ramp.currency")
        left = self._left(week, line.unit_kind, owed)
        if known and not left.units and not left.amount:
            reason = f"it is settled by {known[-1].by}"
            return _finding(line, "billed_twice", week, reason, owed, _too_much(line, week))
        others = [one for one in invoice.lines if one.week == line.week]
        more = [one for one in invoice.lines[place + 1 :] if _same(one, line)]
        net = owed is not None and owed.is_work and not any(one.unit_kind == DISCOUNT for one in others)
        compared = self._compare(invoice, line, week, owed, left, part=bool(more), net=net)
        if not known:
            return compared
        settled = sum(one.units for one in known)
        return replace(compared, reason=f"{compared.reason}; {known[-1].by} settles {settled:,} before it")

    def _compare(
        self,
        invoice: InvoiceFile,
        line: InvoiceLine,
        week: WeekOwed,
        owed: Owed | None,
        left: Amount,
        *,
        part: bool,
        net: bool,
    ) -> Finding:
        if owed and part and 0 < line.units < left.units:  # the rest of it follows below
            left = Amount(line.units, owed.unit_price, _rounded(line.units * owed.unit_price, week))
        discount = self._discount(week, owed, left) if owed and net else Decimal(0)
        booked = Amount(left.units, _net(left, discount, owed), left.amount + discount)
        too_much = line.amount - booked.amount
        by = f"invoice {invoice.number} line {line.line}"
        status: Status = "over_billed" if too_much > 0 else "under_billed"
        if abs(too_much) <= week.tolerance:
            status = "agreed"
        # An under-billed line settles what it bills; the rest may follow. Anything else settles all of it.
        settles = left
        if status == "under_billed" and line.units < left.units and left.amount > 0:
            price = left.amount / left.units
            settles = Amount(line.units, left.unit_price, _rounded(line.units * price, week))
            discount = _rounded(discount * line.units / left.units, week)
        counted = [Counted(line.week, line.unit_kind, settles.units, settles.amount, by)]
        if discount:
            counted.append(Counted(line.week, DISCOUNT, settles.units, discount, by))
        self.counted += counted
        reason = _compared(line, booked, too_much, week)
        clause = ", ".join([owed.clause, week.lines[DISCOUNT].clause]) if owed and discount else ""
        return _finding(
            line, status, week, reason, owed, too_much, booked=booked, counted=tuple(counted), clause=clause
        )

    def missing(self, last_week: int) -> Iterator[Finding]:
        """What is owed in weeks up to `last_week`, and billed nowhere; credits that were not given too."""
        for number, week in sorted(self.weeks.items()):
            kinds = {**week.lines, **{one.kind: None for one in self.counted if one.week == number}}
            for kind in kinds if number <= last_week else ():
                owed = week.lines.get(kind)
                left = self._left(week, kind, owed)
                if not left.amount or (abs(left.amount) <= week.tolerance and not left.units):
                    continue
                what = "owed and billed on no invoice" if left.amount > 0 else "to be taken off, and is not"
                reason = f"{_said(left)} {week.currency} is {what}"
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
                    reason,
                )

    def _left(self, week: WeekOwed, kind: str, owed: Owed | None) -> Amount:
        known = [one for one in self.counted if (one.week, one.kind) == (week.week, kind)]
        units = (owed.units if owed else 0) - sum(one.units for one in known)
        amount = (owed.amount if owed else Decimal(0)) - sum((one.amount for one in known), Decimal(0))
        return Amount(units, owed.unit_price if owed else Decimal(0), amount)

    def _discount(self, week: WeekOwed, owed: Owed, left: Amount) -> Decimal:
        """The part of the week's discount that falls on what is left of a line; all of it on the last one."""
        of_week = self._left(week, DISCOUNT, week.lines.get(DISCOUNT))
        if of_week.units <= left.units:
            return of_week.amount
        return -_rounded(left.units * owed.off, week)


def _same(one: InvoiceLine, other: InvoiceLine) -> bool:
    return (one.week, one.unit_kind, one.currency) == (other.week, other.unit_kind, other.currency)


def _net(left: Amount, discount: Decimal, owed: Owed | None) -> Decimal:
    return left.unit_price - owed.off if owed and discount else left.unit_price


def _rounded(amount: Decimal, week: WeekOwed) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-week.minor_units), ROUND_HALF_UP)


def _why_not(line: InvoiceLine, week: WeekOwed | None) -> str:
    if week is None:
        return f"the contract has no week {line.week}"
    if not week.lines:
        stopped = f" ({week.clause})" if week.clause else ""
        return f"week {line.week} is {week.state.replace('_', ' ')}{stopped}: nothing is payable"
    kinds = ", ".join(kind or "units at the phase's price" for kind in week.lines)
    return f"the books owe nothing of this kind for week {line.week}; they have {kinds}"


def _compared(line: InvoiceLine, booked: Amount, too_much: Decimal, week: WeekOwed) -> str:
    billed = Amount(line.units, line.unit_price, line.amount)
    said = f"{_said(billed)} is billed, {_said(booked)} is owed"
    if too_much and abs(too_much) <= week.tolerance:
        said += f"; {abs(too_much)} is within invoicing.tolerance"
    exact = line.units * line.unit_price
    if abs(abs(line.amount) - exact) > Decimal(5).scaleb(-week.minor_units - 1):
        said += f"; the line's own units x price are {plain(exact)}"
    return said


def _said(of: Amount) -> str:
    return f"{of.units:,} x {plain(of.unit_price)} = {of.amount}"


def _too_much(line: InvoiceLine, week: WeekOwed) -> Decimal:
    return line.amount + _rounded(Decimal(0), week)


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
