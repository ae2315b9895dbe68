"""A week that is billed in parts, each with the discount on its units."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.ledger.invoices.due import Counted
from rampart.ledger.invoices.owed import Owed, WeekOwed
from rampart.ledger.invoices.reconcile import Finding, reconcile, totals, unbilled
from tests.ledger.invoices.test_reconcile import bill, owed, shown, week

OFF = "ramp.phases.calibration.discount"
# The example of docs/money.md: 216 units at 2.00, 30% off.
WEEK = {
    1: week(
        1, owed("", 216, "2.00", "432.00", off="0.60"), owed("discount", 216, "0.60", "-129.60", clause=OFF)
    )
}
Row = tuple[int, str, int, str, str]


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def settled(found: tuple[Finding, ...]) -> list[Counted]:
    return [part for one in found for part in one.counted]


def test_a_part_with_its_discount_agrees_and_the_rest_is_said_once() -> None:
    found = reconcile(bill((1, "", 133, "2.00", "266.00"), (1, "discount", 133, "0.60", "-79.80")), WEEK)
    assert shown(found) == [
        ("1", 1, "agreed", "0.00"),
        ("2", 1, "agreed", "0.00"),
        ("-", 1, "missing", "-166.00"),
        ("-", 1, "missing", "49.80"),
    ]
    assert "comes off with the units that are billed on no invoice" in found[-1].reason
    assert (totals(found), unbilled(found)) == ((Decimal("186.20"), Decimal("186.20")), Decimal("116.20"))


def test_the_discount_may_stand_before_its_units() -> None:
    found = reconcile(bill((1, "discount", 133, "0.60", "-79.80"), (1, "", 133, "2.00", "266.00")), WEEK)
    assert [(one.line, one.kind, one.status) for one in found[:2]] == [
        ("1", "discount", "agreed"),
        ("2", "", "agreed"),
    ]


@pytest.mark.parametrize(
    ("discount", "status", "difference", "supported"),
    [
        ((1, "discount", 133, "0.50", "-66.50"), "over_billed", "13.30", "186.20"),
        ((1, "discount", 100, "0.60", "-60.00"), "over_billed", "19.80", "186.20"),
        ((1, "discount", 216, "0.60", "-79.79"), "over_billed", "0.01", "186.20"),
        ((1, "discount", 133, "0.61", "-81.13"), "under_billed", "-1.33", "186.20"),
        # Taken off ahead of the units: they are billed without it then.
        ((1, "discount", 216, "0.60", "-129.60"), "agreed", "0.00", "136.40"),
        ((1, "discount", 150, "0.60", "-90.00"), "agreed", "0.00", "176.00"),
    ],
)
def test_a_discount_is_held_against_the_units_that_are_billed(
    discount: Row, status: str, difference: str, supported: str
) -> None:
    found = reconcile(bill((1, "", 133, "2.00", "266.00"), discount), WEEK)
    assert (found[0].status, found[1].status, f"{found[1].difference}") == ("agreed", status, difference)
    assert totals(found)[1] == Decimal(supported)
    assert totals(found)[1] + unbilled(found) == Decimal("302.40")
    units, given_off = WEEK[1].lines[""].units - 133, Decimal("302.40") - Decimal(supported)
    rest = reconcile(
        bill((1, "", units, "2.00", f"{units * 2}.00"), (1, "discount", units, "0.60", f"{given_off - 166}")),
        WEEK,
        settled(found),
    )
    assert all(one.status in ("agreed", "billed_twice") for one in rest)


def test_what_a_discount_lacked_can_be_given_later_and_is_no_fault_then() -> None:
    first = reconcile(bill((1, "", 133, "2.00", "266.00"), (1, "discount", 133, "0.50", "-66.50")), WEEK)
    later = reconcile(bill((1, "discount", 133, "0.10", "-13.30"), number="INV-2"), WEEK, settled(first))
    assert shown(later)[0] == ("1", 1, "under_billed", "-13.30")
    assert unbilled(later) == unbilled(first) == Decimal("116.20")


def test_a_discount_given_before_its_units_are_billed_comes_off_then() -> None:
    first = reconcile(bill((1, "discount", 133, "0.60", "-79.80")), WEEK)
    assert first[0].status == "agreed"
    later = reconcile(bill((1, "", 133, "2.00", "266.00"), number="INV-2"), WEEK, settled(first))
    assert (later[0].status, unbilled(later)) == ("agreed", Decimal("116.20"))


def test_a_part_at_too_high_a_price_is_over_billed_by_its_own_units() -> None:
    found = reconcile(bill((1, "", 133, "2.10", "279.30"), (1, "discount", 133, "0.60", "-79.80")), WEEK)
    assert shown(found)[0] == ("1", 1, "over_billed", "13.30")
    assert "133 x 2 = 266.00 is owed for so many units, of 216 left" in found[0].reason
    assert unbilled(found) == Decimal("116.20")


def test_a_part_without_its_discount_is_over_billed_by_it() -> None:
    found = reconcile(bill((1, "", 133, "2.00", "266.00")), WEEK)
    assert shown(found)[0] == ("1", 1, "over_billed", "79.80")
    assert totals(found)[1] == Decimal("186.20")


def test_one_line_for_all_of_it_agrees_whatever_units_it_names() -> None:
    (found,) = reconcile(bill((1, "", 1, "302.40", "302.40")), WEEK)
    assert found.status == "agreed"


def test_cents_that_parts_are_rounded_by_are_said_as_such() -> None:
    weeks = {2: week(2, owed("", 3, "0.335", "1.01"))}
    before: list[Counted] = []
    for number in ("INV-1", "INV-2", "INV-3"):
        found = reconcile(bill((2, "", 1, "0.335", "0.34"), number=number), weeks, before)
        assert found[0].status == "agreed"
        before += settled(found)
    assert (found[-1].status, found[-1].difference) == ("missing", Decimal("0.01"))
    assert "is left of rounding" in found[-1].reason
    again = reconcile(bill((2, "", 1, "0.335", "0.34"), number="INV-4"), weeks, before)
    assert again[0].status == "billed_twice"


def test_half_a_cent_a_part_is_no_reason_to_pay_another_price() -> None:
    before = [Counted(2, "", 30, Decimal("12.00"), "invoice INV-1 line 1")]
    weeks = {2: week(2, owed("", 80, "0.30", "24.00"))}
    (found,) = reconcile(bill((2, "", 50, "0.30", "15.00"), number="INV-2"), weeks, before)
    assert (found.status, found.difference) == ("over_billed", Decimal("3.00"))


PRICES = st.integers(1, 30000).map(lambda whole: Decimal(whole).scaleb(-4))
SHARES = st.integers(1, 9999).map(lambda whole: Decimal(whole).scaleb(-4))
SPLITS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).filter(any), min_size=1, max_size=6)


def priced(units: Mapping[str, int], prices: Mapping[str, Decimal], share: Decimal) -> WeekOwed:
    """The week as the books price it: a line a kind, and the discount rounded once for each price."""
    lines = [
        Owed(
            kind,
            units[kind],
            price,
            cents(units[kind] * price),
            f"ramp.phases.p.{kind}",
            "rows",
            price * share,
        )
        for kind, price in prices.items()
    ]
    offs = {line.off: sum(one.units for one in lines if one.off == line.off) for line in lines}
    amount = -sum((cents(off * count) for off, count in offs.items()), Decimal(0))
    return week(1, *lines, Owed("discount", sum(units.values()), lines[0].off, amount, OFF, "rows"))


def part(units: Mapping[str, int], of: WeekOwed, way: str) -> Iterator[Row]:
    """The lines of one invoice: with the discount as one line, as one a kind, or net of it."""
    work = {kind: of.lines[kind] for kind, count in units.items() if count}
    for kind, line in work.items():
        price = line.unit_price - line.off if way == "net" else line.unit_price
        yield (1, kind, units[kind], f"{price:f}", f"{cents(units[kind] * price)}")
    offs: dict[Decimal, int] = {}
    for kind, line in work.items():
        offs[line.off] = offs.get(line.off, 0) + units[kind]
    if way == "one":
        amount = sum((cents(off * count) for off, count in offs.items()), Decimal(0))
        yield (1, "discount", sum(units.values()), f"{next(iter(offs)):f}", f"{-amount}")
    for off, count in offs.items() if way == "each" else ():
        yield (1, "discount", count, f"{off:f}", f"{-cents(off * count)}")


@given(SPLITS, PRICES, PRICES, SHARES, st.sampled_from(["one", "each", "net"]), st.integers(0, 6))
def test_however_a_week_is_split_no_part_is_over_billed_and_all_adds_up(  # noqa: PLR0917 (a drawn week)
    splits: list[tuple[int, int]], base: Decimal, long: Decimal, share: Decimal, way: str, held_back: int
) -> None:
    parts = [{"": one, "long": other} for one, other in splits]
    of = priced(
        {kind: sum(each[kind] for each in parts) for kind in parts[0]}, {"": base, "long": long}, share
    )
    total = sum((line.amount for line in of.lines.values()), Decimal(0))
    before: list[Counted] = []
    agreed = Decimal(0)
    for number, each in enumerate(parts[: max(1, len(parts) - held_back)], start=1):
        found = reconcile(bill(*part(each, of, way), number=f"INV-{number}"), {1: of}, before)
        before += settled(found)
        wrong = [one for one in found if one.status not in ("agreed", "missing")]
        assert not wrong, wrong
        agreed += sum((one.billed.amount for one in found if one.billed), Decimal(0))
        assert agreed + unbilled(found) == total


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "long", "discount"]), st.integers(0, 300), st.integers(-40000, 90000)),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_is_billed_no_money_is_said_twice(told: list[tuple[str, int, int]]) -> None:
    of = priced({"": 216, "long": 50}, {"": Decimal("2.00"), "long": Decimal("3.1250")}, Decimal("0.3"))
    lines: list[Row] = [(1, kind, units, "1", f"{Decimal(whole).scaleb(-2)}") for kind, units, whole in told]
    found = reconcile(bill(*lines), {1: of})
    total = sum((line.amount for line in of.lines.values()), Decimal(0))
    assert totals(found)[1] + unbilled(found) == total
    differences = sum((one.difference or Decimal(0) for one in found if one.line), Decimal(0))
    assert totals(found)[0] - differences == totals(found)[1]


def test_once_every_part_is_billed_nothing_is_left() -> None:
    cuts = [0, 1, 77, 133, 216]
    before: list[Counted] = []
    for number, (start, end) in enumerate(pairwise(cuts)):
        units = end - start
        rows: list[Row] = [
            (1, "", units, "2.00", f"{units * 2}.00"),
            (1, "discount", units, "0.60", f"{-units * Decimal('0.60')}"),
        ]
        before += settled(reconcile(bill(*rows, number=f"INV-{number}"), WEEK, before))
    assert sum(one.amount for one in before) == Decimal("302.40")
    (again,) = reconcile(bill((1, "", 1, "2.00", "2.00"), number="INV-9"), WEEK, before)
    assert again.status == "billed_twice"
