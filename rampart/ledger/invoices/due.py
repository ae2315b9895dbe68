"""What is owed and not settled yet, and how much of it one line of an invoice bills.

A week may be billed in parts. A line of work bills as many units as it names, and a discount is due for the
units that are billed. A part may be rounded on its own, as each line of the books is, or be what the whole up
to there comes to less what came before; the two differ by half a minor unit a part at most.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from rampart.delivery.invoice_file import InvoiceLine
from rampart.ledger.invoices.owed import DISCOUNT, Owed, WeekOwed

ZERO = Decimal(0)


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
class Due:
    """What is owed for the units of a line: `exact` in all, `alone` where the part is rounded on its own.

    `discount` is what of it is taken off, where the line is net of its discount, and `discounted` on how
    many units.
    """

    units: int
    exact: Decimal
    alone: Decimal
    discount: Decimal = ZERO
    discounted: int = 0

    def nearest(self, amount: Decimal) -> Decimal:
        """The amount that is owed: the one billed, where it lies between the two ways of rounding."""
        return min(max(amount, min(self.exact, self.alone)), max(self.exact, self.alone))


class Open:
    """What is owed and not settled; `counted` grows with the lines of the invoice that is judged."""

    def __init__(self, weeks: Mapping[int, WeekOwed], before: Iterable[Counted]) -> None:
        self.weeks = weeks
        self.counted = list(before)
        self._first = len(self.counted)  # of this invoice

    def known(self, week: int, kind: str) -> list[Counted]:
        """What settles a part of a kind, in order."""
        return [one for one in self.counted if (one.week, one.kind) == (week, kind)]

    def left(self, week: WeekOwed, kind: str) -> Amount:
        """What is owed of a kind and not settled; negative where more is settled than is owed by now."""
        owed, known = week.lines.get(kind), self.known(week.week, kind)
        units = (owed.units if owed else 0) - sum(one.units for one in known)
        amount = (owed.amount if owed else ZERO) - sum((one.amount for one in known), ZERO)
        return Amount(units, owed.unit_price if owed else ZERO, amount)

    def is_rounding(self, week: WeekOwed, kind: str, amount: Decimal) -> bool:
        """Can so little be what the parts of a kind were rounded by?"""
        return abs(amount) <= self._slack(week, kind)

    def due(self, line: InvoiceLine, week: WeekOwed, *, follows: bool, net: bool) -> Due:
        """What is owed for the units that a line bills.

        Args:
            line: what is billed.
            week: the week it is billed for.
            follows: does a line of the same kind follow on the invoice?
            net: is the discount on its units taken off within the line?
        """
        owed, left = week.lines.get(line.unit_kind), self.left(week, line.unit_kind)
        if owed is None or left.units <= 0:
            return self._whole(week, line.unit_kind, net=net)
        if owed.kind == DISCOUNT:
            return self._discount(line, week, owed, follows=follows)
        whole = self._units(week, owed, left.units, net=net)
        if not 0 < line.units < left.units or not (follows or owed.is_work):
            return whole
        part = self._units(week, owed, line.units, net=net)
        settles_all = abs(line.amount - whole.exact) <= week.tolerance and not follows
        return whole if settles_all and _off(line, whole) < _off(line, part) else part

    def discount_due(self, week: WeekOwed, more: Mapping[str, int] | None = None) -> Amount:
        """The discount on the units that are settled, and on `more` by kind, that is not taken off yet."""
        left = self.left(week, DISCOUNT)
        kinds = _discounted(week)
        settled = {kind: sum(one.units for one in self.known(week.week, kind)) for kind in kinds}
        for kind, units in (more or {}).items():
            settled[kind] = settled.get(kind, 0) + units
        worked = {kind: min(settled[kind], owed.units) for kind, owed in kinds.items()}
        if left.units <= 0 or all(worked[kind] == owed.units for kind, owed in kinds.items()):
            return left
        taken = self.known(week.week, DISCOUNT)
        units = min(max(0, sum(worked.values()) - sum(one.units for one in taken)), left.units)
        amount = -_taken_off(worked, week) - sum((one.amount for one in taken), ZERO)
        return Amount(units, left.unit_price, max(min(amount, ZERO), left.amount) if units else ZERO)

    def _whole(self, week: WeekOwed, kind: str, *, net: bool) -> Due:
        left = self.left(week, kind)
        off = self.discount_due(week, {kind: left.units}) if net else Amount(0, ZERO, ZERO)
        amount = left.amount + off.amount
        return Due(left.units, amount, amount, off.amount, off.units)

    def _units(self, week: WeekOwed, owed: Owed, units: int, *, net: bool) -> Due:
        left = self.left(week, owed.kind)
        sign = -1 if owed.amount < 0 else 1
        exact = left.amount
        if units < left.units:
            after = owed.units - left.units + units
            exact += sign * rounded(after * owed.unit_price, week) - owed.amount
        alone, off = sign * rounded(units * owed.unit_price, week), Amount(0, ZERO, ZERO)
        if net:
            off = self.discount_due(week, {owed.kind: units})
            exact += off.amount
            each = owed.unit_price - owed.off
            alone = rounded(units * each, week) if off.units == units else alone + off.amount
        return self._rounded_alone(week, owed, Due(units, exact, alone, off.amount, off.units))

    def _discount(self, line: InvoiceLine, week: WeekOwed, owed: Owed, *, follows: bool) -> Due:
        """What is due for the units billed; more, where the line takes off ahead what others will need."""
        left, due = self.left(week, DISCOUNT), self.discount_due(week)
        offs = {each.off for each in _discounted(week).values()}
        price = line.unit_price if line.unit_price in offs else owed.unit_price
        units = min(line.units, left.units)
        amount = left.amount if units == left.units else -rounded(units * price, week)
        if follows and 0 < units < due.units:
            return Due(units, amount, amount)
        of_billed = self._for_billed(week, owed, due)
        if _off(line, of_billed) and line.amount == left.amount:
            return Due(left.units, left.amount, left.amount)
        if _off(line, of_billed) and units > due.units and line.amount == amount:
            return Due(units, amount, amount)
        return of_billed

    def _for_billed(self, week: WeekOwed, owed: Owed, due: Amount) -> Due:
        ours = [one for one in self.counted[self._first :] if one.week == week.week]
        taken = [one for one in ours if one.kind == DISCOUNT]
        worked = {kind: sum(one.units for one in ours if one.kind == kind) for kind in _discounted(week)}
        alone = due.amount
        if sum(worked.values()) == due.units + sum(one.units for one in taken):
            alone = -_taken_off(worked, week) - sum((one.amount for one in taken), ZERO)
        return self._rounded_alone(week, owed, Due(due.units, due.amount, alone))

    def _rounded_alone(self, week: WeekOwed, owed: Owed, due: Due) -> Due:
        """With one way of rounding for a line of the books, and where rounding cannot explain both."""
        slack = self._slack(week, owed.kind)
        whole = due.units == owed.units and not due.discounted
        if whole or abs(due.alone - due.exact) > slack:
            return replace(due, alone=due.exact)
        return due

    def _slack(self, week: WeekOwed, kind: str) -> Decimal:
        """Half a minor unit for every part there was, for this one and for the whole; a net line has two."""
        parts = len(self.known(week.week, kind)) + 2
        return parts * max(2, len(_discounted(week))) * Decimal(5).scaleb(-week.minor_units - 1)


def rounded(amount: Decimal, week: WeekOwed) -> Decimal:
    """To the minor unit, as the books round."""
    return amount.quantize(Decimal(1).scaleb(-week.minor_units), ROUND_HALF_UP)


def _off(line: InvoiceLine, due: Due) -> Decimal:
    return abs(line.amount - due.nearest(line.amount))


def _discounted(week: WeekOwed) -> dict[str, Owed]:
    """Kinds of work with a discount."""
    return {kind: owed for kind, owed in week.lines.items() if owed.is_work and owed.off > 0}


def _taken_off(units: Mapping[str, int], week: WeekOwed) -> Decimal:
    """The discount on so many units of each kind: a line a price, as in the books."""
    of: dict[Decimal, int] = {}
    for kind, owed in _discounted(week).items():
        of[owed.off] = of.get(owed.off, 0) + units.get(kind, 0)
    return sum((rounded(count * off, week) for off, count in of.items()), ZERO)
