"""A contract's plan, as a forecast is told it."""

from decimal import Decimal
from pathlib import Path

from contracts.load import load_contract
from quality.ramp.plan import contracted_units, planned_weeks

SPECS = Path(__file__).parents[3] / "contracts" / "specs"
CONTRACT = load_contract(SPECS / "standard" / "six-week-preferences.odcs.yaml")


def test_the_standard_contract_s_weeks_come_with_ceiling_price_and_consequence() -> None:
    first, *_, last = planned_weeks(CONTRACT, after=0)
    assert (first.week, first.units, first.ceiling, first.on_breach) == (1, 2000, 0.35, "partial")
    assert first.price == Decimal("2.60")  # half price, in place of the phase's discount
    assert (last.week, last.ceiling, last.on_breach, last.price) == (6, 0.05, "reject", Decimal("5.20"))


def test_weeks_that_are_over_are_not_planned_any_more() -> None:
    assert [week.week for week in planned_weeks(CONTRACT, after=3)] == [4, 5, 6]


def test_what_is_contracted_is_the_plan_less_what_its_ceilings_let_go() -> None:
    assert contracted_units(CONTRACT) == 1300 + 3250 + 8500 + 17000 + 28500 + 28500


def test_the_number_a_contract_buys_stands_in_place_of_its_plan() -> None:
    ramp = CONTRACT.ramp.model_copy(update={"contracted_units": 80_000})
    assert contracted_units(CONTRACT.model_copy(update={"ramp": ramp})) == 80_000


def test_what_is_contracted_follows_the_version_that_judges_each_week() -> None:
    weeks = {**CONTRACT.ramp.weeks, 6: CONTRACT.week(6).model_copy(update={"units": 10_000})}
    smaller = CONTRACT.model_copy(update={"ramp": CONTRACT.ramp.model_copy(update={"weeks": weeks})})
    by_week = {week: smaller if week == 6 else CONTRACT for week in range(1, 7)}
    assert contracted_units(CONTRACT, by_week) == 1300 + 3250 + 8500 + 17000 + 28500 + 9500
