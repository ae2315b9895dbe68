"""The decision week's question is answered by the contract's own levels."""

from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from contracts.terms.ramp import Confidence
from quality.ramp.forecast import Forecast, forecast
from quality.ramp.go_no_go import go_no_go
from quality.ramp.learning import learning_curves
from quality.ramp.plan import PastWeek, PlannedWeek
from quality.ramp.probability import probability

SEEN = pl.DataFrame(
    {"vendor": ["a"] * 3, "week": [1, 2, 3], "readable": [1000] * 3, "discarded": [300, 240, 200]}
)
PLAN = [PlannedWeek(4, 1000, 0.30, Decimal(5)), PlannedWeek(5, 1000, 0.10, Decimal(5))]


@pytest.fixture
def found() -> Forecast:
    past = [PastWeek(week, 1000, 1000, 1000 - k, Decimal(3500)) for week, k in ((1, 300), (2, 240), (3, 200))]
    return forecast(learning_curves(SEEN), "a", past, PLAN, 3800)


@pytest.mark.parametrize(
    ("reaches", "call"),
    [(1.0, "go"), (0.80, "go"), (0.79, "undecided"), (0.06, "undecided"), (0.05, "no_go"), (0.0, "no_go")],
)
def test_the_call_follows_the_probability_of_falling_short(
    found: Forecast, reaches: float, call: str
) -> None:
    assert go_no_go(replace(found, reaches=reaches), Confidence()).call == call


def test_a_contract_that_wants_to_be_surer_gets_another_call(found: Forecast) -> None:
    unsure = replace(found, reaches=0.03)
    assert go_no_go(unsure, Confidence(warn=0.9, breach=0.99)).call == "undecided"


def test_the_reason_gives_the_figures_it_rests_on(found: Forecast) -> None:
    decision = go_no_go(found, Confidence())
    assert decision.week == 3
    assert decision.forecast is found
    assert decision.gravest.week == 5
    assert f"{found.accepted.p10:,.0f} to {found.accepted.p90:,.0f}" in decision.reason
    assert "3,800 contracted" in decision.reason
    assert f"{found.share_ahead:.1%} of the money is still ahead" in decision.reason


def test_before_a_first_week_there_is_nothing_to_decide_on() -> None:
    guess = forecast(learning_curves(SEEN.clear()), "a", [], PLAN, 1)
    decision = go_no_go(guess, Confidence())
    assert decision.call == "not_testable"
    assert "nothing is known of this vendor" in decision.reason


@pytest.mark.parametrize(
    ("value", "told"), [(1.0, "> .99"), (0.998, "> .99"), (0.99, "0.99"), (0.5, "0.50"), (0.0, "< .01")]
)
def test_no_probability_is_told_as_a_certainty(found: Forecast, value: float, told: str) -> None:
    assert probability(value) == told
    assert f"falls short is {told}. " in go_no_go(replace(found, reaches=1 - value), Confidence()).reason
