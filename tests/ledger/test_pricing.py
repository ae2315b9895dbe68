"""Pricing a batch: every line to the cent, against figures worked out by hand."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from contracts.model import Contract
from contracts.terms.ramp import Phase
from rampart.ledger.circumstances import USUAL, Circumstances, days_begun
from rampart.ledger.outcome import MoneyKind, MoneyLine
from rampart.ledger.pricing import NO_KINDS, UnitKinds, price_batch
from rampart.ledger.read import money_rows
from tests.ledger.books import PRICE, judged, outcome, register, terms

CREDITS = {"discard_over_ceiling": Decimal("0.40"), "short_unit": Decimal("0.105")}


def contract(phase: Mapping[str, Any] | None = None, **ramp: Any) -> Contract:
    """Weeks of 100 units at 0.35 with a ceiling of 10 %, and what a test changes about them."""
    base = terms()
    weeks = {number: {"phase": "calibration", "units": 100} for number in range(1, 5)}
    phases = {"calibration": Phase.model_validate({"discard_ceiling": 0.1, "price": PRICE, **(phase or {})})}
    changed = {**base.ramp.model_dump(), "weeks": weeks, "phases": phases, "volume_under": 0.1, **ramp}
    return base.model_copy(update={"ramp": type(base.ramp).model_validate(changed)})


def lines(of: Contract, accepted: int, discarded: int) -> dict[MoneyKind, str]:
    """Kind → amount, as text."""
    return {line.kind: f"{line.amount}" for line in price_batch(of, 1, accepted, discarded)}


def test_accepted_units_are_paid_at_the_price_in_force() -> None:
    assert lines(contract(), 95, 5) == {"accepted_units": "33.25"}


def test_a_discount_is_a_line_of_its_own() -> None:
    # 95 x 0.35 = 33.25; 95 x 0.35 x 0.30 = 9.975, half a cent up.
    assert lines(contract({"discount": 0.3}), 95, 5) == {"accepted_units": "33.25", "discount": "-9.98"}


def test_discards_beyond_the_ceiling_are_credited_one_by_one() -> None:
    # The ceiling allows 10 of 100; 25 were discarded.
    found = lines(contract(credits=CREDITS), 75, 25)
    assert found == {"accepted_units": "26.25", "credit_discards": "-6.00"}


def test_the_allowance_is_rounded_down_to_whole_records() -> None:
    # 10 % of 99 is 9.9, so nine are free.
    assert lines(contract(credits=CREDITS), 89, 10)["credit_discards"] == "-0.40"


def test_the_allowance_is_exact_where_binary_fractions_are_not() -> None:
    # 0.29 x 100 is 28.999999999999996 in floating point.
    of = contract({"discard_ceiling": 0.29}, credits=CREDITS)
    assert lines(of, 71, 29) == {"accepted_units": "24.85"}


def test_units_short_of_the_tolerated_volume_are_credited() -> None:
    # 90 are tolerated; 80 came: 10 x 0.105 = 1.05.
    assert lines(contract(credits=CREDITS), 80, 0) == {"accepted_units": "28.00", "credit_short": "-1.05"}


def test_nothing_accepted_is_a_line_of_nothing_beside_the_credits() -> None:
    found = lines(contract(credits=CREDITS), 0, 100)
    assert found == {"accepted_units": "0.00", "credit_discards": "-36.00"}


def test_nothing_delivered_is_short_by_all_that_was_tolerated() -> None:
    assert lines(contract(credits=CREDITS), 0, 0) == {"accepted_units": "0.00", "credit_short": "-9.45"}


@pytest.mark.parametrize(("minor_units", "amount"), [(0, "33"), (2, "33.25"), (3, "33.250")])
def test_amounts_are_in_the_currency_s_own_smallest_unit(minor_units: int, amount: str) -> None:
    assert lines(contract(minor_units=minor_units, currency="JPY"), 95, 5) == {"accepted_units": amount}


def test_every_line_names_the_clause_behind_it() -> None:
    found = price_batch(contract({"discount": 0.5}, credits=CREDITS), 1, 40, 40)
    assert [(line.kind, line.units, line.unit_price, line.clause) for line in found] == [
        ("accepted_units", 40, Decimal("0.35"), "ramp.phases.calibration.price"),
        ("discount", 40, Decimal("0.175"), "ramp.phases.calibration.discount"),
        ("credit_discards", 32, Decimal("0.40"), "ramp.credits.discard_over_ceiling"),
        ("credit_short", 10, Decimal("0.105"), "ramp.credits.short_unit"),
    ]


@given(st.integers(0, 500), st.integers(0, 500))
def test_whatever_was_delivered_the_books_take_the_lines(accepted: int, discarded: int) -> None:
    of = contract({"discount": 0.125}, credits=CREDITS)
    for line in price_batch(of, 1, accepted, discarded):
        exact = line.units * line.unit_price
        assert line.units >= 0
        assert abs(abs(line.amount) - exact) <= Decimal("0.005")
        assert line.amount == line.amount.quantize(Decimal("0.01"))
        assert (line.amount > 0) <= (line.kind == "accepted_units")


def test_payable_is_the_sum_of_the_lines(engine: Engine) -> None:
    of = register(engine, contract({"discount": 0.3}, credits=CREDITS))
    money = price_batch(of, 1, 60, 21)
    judged(engine, of, 1, outcome("accepted_partial", 60, 21, money=money))
    row = money_rows(engine)[0]
    # 21.00 - 6.30 - (21 - 8) x 0.40 - 9 x 0.105
    assert row.payable == sum(line.amount for line in money) == Decimal("8.55")
    assert row.credited == Decimal("6.15")
    assert row.cost_per_accepted == Decimal("0.1425")


def test_a_weeks_own_discount_takes_the_place_of_its_phases() -> None:
    # 95 x 0.35 x 0.50 = 16.625, half a cent up.
    weeks = {
        n: {"phase": "calibration", "units": 100, **({"discount": 0.5} if n == 1 else {})} for n in (1, 2)
    }
    of = contract({"discount": 0.3}, weeks=weeks)
    first, second = (price_batch(of, week, 95, 5) for week in (1, 2))
    assert [(f"{line.amount}", line.clause) for line in first[1:]] == [("-16.63", "ramp.weeks.1.discount")]
    assert [(f"{line.amount}", line.clause) for line in second[1:]] == [
        ("-9.98", "ramp.phases.calibration.discount")
    ]


def test_units_beyond_the_tolerated_excess_are_paid_only_where_the_terms_say_so() -> None:
    # 125 of 100 are tolerated; 140 - 125 = 15 more, each at 0.35 less 20 %: 4.20 off.
    unpaid = contract({"discount": 0.2}, volume_over=0.25, excess="unpaid")
    assert lines(unpaid, 140, 0) == {"accepted_units": "49.00", "discount": "-9.80", "unpaid_excess": "-4.20"}
    assert lines(unpaid, 125, 10) == {"accepted_units": "43.75", "discount": "-8.75"}
    assert "unpaid_excess" not in lines(contract(volume_over=0.25), 140, 0)


def told(found: tuple[MoneyLine, ...]) -> list[tuple[str, int, str, str]]:
    """Kind, units, amount and the clause, below the phases, of each line."""
    return [
        (line.kind, line.units, f"{line.amount}", line.clause.removeprefix("ramp.phases.")) for line in found
    ]


KINDS = {"prices": {"long": Decimal("0.50"), "short": Decimal("0.20")}}


def test_a_unit_kind_with_a_price_of_its_own_is_paid_at_it_and_the_rest_at_the_phases() -> None:
    kinds = UnitKinds({"long": 30, "short": 20, "odd": 5}, {"long": 4, "odd": 1})
    assert told(price_batch(contract(KINDS), 1, 95, 5, kinds)) == [
        ("accepted_units", 45, "15.75", "calibration.price"),
        ("accepted_units", 30, "15.00", "calibration.prices.long"),
        ("accepted_units", 20, "4.00", "calibration.prices.short"),
        ("discarded_units", 1, "-0.35", "calibration.price"),
        ("discarded_units", 4, "-2.00", "calibration.prices.long"),
    ]


def test_the_discount_is_a_line_for_each_price_it_is_taken_off() -> None:
    of = contract({**KINDS, "discount": 0.5})
    found = price_batch(of, 1, 60, 0, UnitKinds({"long": 30, "short": 20}))
    assert told(found)[3:] == [
        ("discount", 10, "-1.75", "calibration.discount"),
        ("discount", 30, "-7.50", "calibration.discount"),
        ("discount", 20, "-2.00", "calibration.discount"),
    ]


def test_of_units_that_are_not_paid_the_cheapest_are_taken_as_no_clause_says_which() -> None:
    of = contract(KINDS, excess="unpaid", volume_over=0.0)
    found = price_batch(of, 1, 130, 0, UnitKinds({"long": 100, "short": 20}))
    assert told(found)[3:] == [
        ("unpaid_excess", 20, "-4.00", "ramp.excess"),
        ("unpaid_excess", 10, "-3.50", "ramp.excess"),
    ]


def free(**ramp: Any) -> Contract:
    """Re-work is free."""
    of = contract(**ramp)
    return of.model_copy(update={"redelivery": of.redelivery.model_copy(update={"price": "free"})})


def test_re_work_is_taken_off_where_it_is_free() -> None:
    beside = Circumstances(earlier=((80, 20),))
    assert told(price_batch(free(), 1, 95, 5, beside=beside))[1:] == [
        ("free_rework", 15, "-5.25", "redelivery.price")
    ]
    assert len(price_batch(contract(), 1, 95, 5, beside=beside)) == 1


def test_free_re_work_does_not_count_again_as_excess() -> None:
    of = free(excess="unpaid", volume_over=0.0)
    found = price_batch(of, 1, 130, 0, beside=Circumstances(earlier=((90, 20),)))
    assert told(found)[1:] == [
        ("free_rework", 20, "-7.00", "redelivery.price"),
        ("unpaid_excess", 10, "-3.50", "ramp.excess"),
    ]


@pytest.mark.parametrize(
    ("days", "units", "amount"),
    [
        (0, 0, None),
        (1, 1, "-1.66"),  # 5 % of 33.25 is 1.6625
        (3, 3, "-4.99"),
        (30, 30, "-33.25"),  # in all at most what the units pay
    ],
)
def test_each_day_begun_after_the_due_moment_is_a_share_of_what_is_paid(
    days: int, units: int, amount: str | None
) -> None:
    of = contract(credits={"late_day": 0.05})
    found = told(price_batch(of, 1, 95, 5, NO_KINDS, Circumstances(late_days=days)))
    assert found[1:] == ([("credit_late", units, amount, "ramp.credits.late_day")] if amount else [])


def test_a_day_is_begun_with_its_first_second() -> None:
    due = datetime(2026, 1, 12, 9, tzinfo=UTC)
    after = [timedelta(0), timedelta(seconds=1), timedelta(days=1), timedelta(days=1, seconds=1)]
    assert [days_begun(due, due + late) for late in after] == [0, 1, 1, 2]
    assert days_begun(due, due - timedelta(days=3)) == 0


def test_a_rejected_weeks_credit_is_priced_with_the_batch() -> None:
    of = contract(credits={"rejected_unit": Decimal("0.10")})
    assert told(price_batch(of, 1, 95, 5, beside=USUAL))[1:] == [
        ("credit_rejected", 100, "-10.00", "ramp.credits.rejected_unit")
    ]
