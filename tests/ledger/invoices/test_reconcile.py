"""Invoices against weeks worked out by hand: 0.35 a unit, week 1 at half price."""

from decimal import Decimal
from typing import cast

import pytest

from contracts.model import Contract
from rampart.delivery.invoice_file import InvoiceFile, InvoiceLine
from rampart.ledger.invoices.due import Counted
from rampart.ledger.invoices.owed import Owed, WeekOwed
from rampart.ledger.invoices.reconcile import Finding, reconcile, totals
from rampart.ledger.states import State

PRICE = "ramp.phases.production.price"


KEPT = "fates where reason_mask = 0"


def owed(kind: str, units: int, price: str, amount: str, *, clause: str = PRICE, off: str = "0") -> Owed:
    return Owed(kind, units, Decimal(price), Decimal(amount), clause, KEPT, Decimal(off))


def week(number: int, *lines: Owed, tolerance: str = "0", state: str = "accepted") -> WeekOwed:
    return WeekOwed(
        "acme-1",
        number,
        1,
        cast("State", state),
        "",
        {one.kind: one for one in lines},
        Decimal(tolerance),
        "USD",
        2,
    )


WEEKS = {
    1: week(
        1,
        owed("", 80, "0.35", "28.00", off="0.175"),
        owed("discount", 80, "0.175", "-14.00", clause="ramp.phases.calibration.discount"),
    ),
    2: week(
        2,
        owed("", 90, "0.35", "31.50"),
        owed("credit_short", 4, "0.50", "-2.00", clause="ramp.credits.short_unit"),
    ),
    3: week(3, state="held"),
    4: week(
        4,
        owed("", 10, "0.35", "3.50"),
        owed("long", 5, "0.50", "2.50", clause="ramp.phases.production.prices.long"),
    ),
}


def bill(*lines: tuple[int, str, int, str, str], number: str = "INV-1", currency: str = "USD") -> InvoiceFile:
    """Week, kind, units, unit price and amount of each line."""
    told = (
        InvoiceLine(str(n), of, kind, units, Decimal(price), Decimal(amount), currency)
        for n, (of, kind, units, price, amount) in enumerate(lines, start=1)
    )
    return InvoiceFile(number, tuple(told), "d" * 64, "csv")


def shown(found: tuple[Finding, ...]) -> list[tuple[str, int, str, str]]:
    """Line (or a dash), week, status and difference."""
    return [(one.line or "-", one.week, one.status, f"{one.difference}") for one in found]


def test_a_week_billed_as_the_books_have_it_agrees() -> None:
    found = reconcile(bill((1, "", 80, "0.35", "28.00"), (1, "discount", 80, "0.175", "-14.00")), WEEKS)
    assert shown(found) == [("1", 1, "agreed", "0.00"), ("2", 1, "agreed", "0.00")]
    assert totals(found) == (Decimal("14.00"), Decimal("14.00"))


def test_units_may_be_billed_net_of_their_discount() -> None:
    (found,) = reconcile(bill((1, "", 80, "0.175", "14.00")), WEEKS)
    assert (found.status, found.clause) == ("agreed", f"{PRICE}, ramp.phases.calibration.discount")


def test_a_discount_that_was_left_out_is_billed_too_much() -> None:
    (found,) = reconcile(bill((1, "", 80, "0.35", "28.00")), WEEKS)
    assert (found.status, found.difference) == ("over_billed", Decimal("14.00"))
    assert "80 x 0.35 = 28.00 is billed, 80 x 0.175 = 14.00 is owed" in found.reason
    assert found.evidence == KEPT


@pytest.mark.parametrize(
    ("line", "status", "difference"),
    [
        ((1, "", 85, "0.175", "14.88"), "over_billed", "0.88"),
        ((1, "", 80, "0.20", "16.00"), "over_billed", "2.00"),
        ((1, "", 70, "0.17", "11.90"), "under_billed", "-0.35"),
        ((3, "", 50, "0.35", "17.50"), "not_on_the_books", "17.50"),
        ((9, "", 50, "0.35", "17.50"), "not_on_the_books", "17.50"),
        ((1, "long", 50, "0.35", "17.50"), "not_on_the_books", "17.50"),
    ],
)
def test_what_does_not_agree_says_how_and_by_how_much(
    line: tuple[int, str, int, str, str], status: str, difference: str
) -> None:
    found = reconcile(bill(line), WEEKS)[0]
    assert (found.status, f"{found.difference}") == (status, difference)


def test_a_held_week_and_a_foreign_currency_settle_nothing() -> None:
    found = reconcile(
        bill((3, "", 50, "0.35", "17.50"), (1, "", 80, "0.175", "14.00"), currency="EUR"), WEEKS
    )
    assert [one.status for one in found][:2] == ["not_on_the_books", "wrong_currency"]
    assert "week 3 is held: nothing is payable" in found[0].reason
    assert found[1].clause == "ramp.currency"
    assert totals(found)[1] == 0
    assert {one.week for one in found if one.status == "missing"} == {1, 2}


def test_a_credit_that_was_not_given_is_missing_and_so_is_work_that_was_not_billed() -> None:
    found = reconcile(bill((2, "", 90, "0.35", "31.50")), WEEKS)
    assert shown(found) == [
        ("1", 2, "agreed", "0.00"),
        ("-", 1, "missing", "-28.00"),
        ("-", 1, "missing", "14.00"),
        ("-", 2, "missing", "2.00"),
    ]
    assert "to be taken off, and is not" in found[-1].reason
    assert found[-1].clause == "ramp.credits.short_unit"


def test_weeks_after_the_last_one_billed_are_not_missing_yet() -> None:
    found = reconcile(bill((1, "", 80, "0.175", "14.00")), WEEKS)
    assert [one.status for one in found] == ["agreed"]


def test_the_same_line_on_a_later_invoice_is_billed_twice() -> None:
    first = reconcile(bill((1, "", 80, "0.175", "14.00")), WEEKS)
    before = [part for one in first for part in one.counted]
    (again,) = reconcile(bill((1, "", 80, "0.175", "14.00"), number="INV-2"), WEEKS, before)
    assert (again.status, again.difference) == ("billed_twice", Decimal("14.00"))
    assert again.reason == "it is settled by invoice INV-1 line 1"


def test_the_same_line_twice_on_one_invoice_is_billed_twice() -> None:
    lines = [(1, "", 80, "0.175", "14.00")] * 2
    assert [one.status for one in reconcile(bill(*lines), WEEKS)] == ["agreed", "billed_twice"]


def test_a_week_may_be_billed_in_parts() -> None:
    parts = bill((1, "", 30, "0.175", "5.25"), (1, "", 50, "0.175", "8.75"))
    assert [one.status for one in reconcile(parts, WEEKS)] == ["agreed", "agreed"]


def test_the_rest_of_a_part_is_missing_and_can_follow() -> None:
    first = reconcile(bill((1, "", 70, "0.175", "12.25")), WEEKS)
    assert shown(first) == [
        ("1", 1, "agreed", "0.00"),
        ("-", 1, "missing", "-3.50"),
        ("-", 1, "missing", "1.75"),
    ]
    before = [part for one in first for part in one.counted]
    (rest,) = reconcile(bill((1, "", 10, "0.175", "1.75"), number="INV-2"), WEEKS, before)
    assert rest.status == "agreed"


def test_what_was_reinstated_later_can_be_billed_then() -> None:
    before = [Counted(2, "", 90, Decimal("31.50"), "invoice INV-1 line 1")]
    later = {2: week(2, owed("", 95, "0.35", "33.25"))}
    (found,) = reconcile(bill((2, "", 5, "0.35", "1.75"), number="INV-2"), later, before)
    assert (found.status, found.difference) == ("agreed", Decimal("0.00"))


def test_what_a_redelivery_lost_is_to_be_given_back() -> None:
    before = [Counted(2, "", 90, Decimal("31.50"), "invoice INV-1 line 1")]
    later = {2: week(2, owed("", 60, "0.35", "21.00")), 4: WEEKS[4]}
    found = reconcile(bill((4, "", 10, "0.35", "3.50"), (4, "long", 5, "0.50", "2.50")), later, before)
    assert shown(found)[-1] == ("-", 2, "missing", "10.50")


@pytest.mark.parametrize(
    ("tolerance", "status"), [("0", "over_billed"), ("0.49", "over_billed"), ("0.5", "agreed")]
)
def test_a_difference_within_the_tolerance_is_let_pass(tolerance: str, status: str) -> None:
    weeks = {2: week(2, owed("", 90, "0.35", "31.50"), tolerance=tolerance)}
    (found,) = reconcile(bill((2, "", 90, "0.35", "32.00")), weeks)
    assert found.status == status
    assert "the line's own units x price are 31.5" in found.reason


def test_unit_kinds_are_billed_at_their_own_prices() -> None:
    found = reconcile(bill((4, "", 10, "0.35", "3.50"), (4, "long", 5, "0.35", "1.75")), {4: WEEKS[4]})
    assert shown(found) == [("1", 4, "agreed", "0.00"), ("2", 4, "under_billed", "-0.75")]
    assert found[1].clause == "ramp.phases.production.prices.long"


def test_a_contract_has_no_tolerance_unless_it_says_so(contract: Contract) -> None:
    assert contract.invoicing.tolerance == 0
