"""What a contract will have brought by its end, and whether such forecasts come true."""

from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from quality.ramp.forecast import Forecast, forecast
from quality.ramp.learning import learning_curves
from quality.ramp.plan import PastWeek, PlannedWeek
from simulator.ramps import KINDS, LLAMA2_WEEKS, STANDARD_WEEKS, simulated_contract

SEEN = pl.DataFrame(
    {"vendor": ["a"] * 3, "week": [1, 2, 3], "readable": [2000, 5000, 10000], "discarded": [600, 1150, 1800]}
)
PAST = [
    PastWeek(1, 2000, 2000, 1400, Decimal(7280)),
    PastWeek(2, 5000, 5000, 3850, Decimal(20020)),
    PastWeek(3, 10000, 10000, 8200, Decimal(42640)),
]
PLAN = [PlannedWeek(week, 20000, 0.30, Decimal("5.20")) for week in (4, 5, 6)]


def foreseen(plan: list[PlannedWeek] = PLAN, contracted: int = 60_000, own_cost: str = "0") -> Forecast:
    curves = learning_curves(SEEN)
    return forecast(curves, "a", PAST, plan, contracted, own_cost=Decimal(own_cost))


@pytest.mark.slow  # 480 contracts
@pytest.mark.parametrize("planned", [STANDARD_WEEKS, LLAMA2_WEEKS])
def test_made_after_week_3_the_80_percent_interval_holds_in_75_to_85_percent_of_contracts(
    planned: tuple[int, ...],
) -> None:
    rng = np.random.default_rng(20260301)
    covered, errors = [], []
    for at in range(240):
        contract = simulated_contract(rng, KINDS[at % 6], planned, vendors=1 + 2 * (at % 12 > 5))
        own = contract.counts.filter(vendor="vendor-1").rows(named=True)
        found = forecast(
            learning_curves(contract.counts.filter(pl.col("week") <= 3)),
            "vendor-1",
            [PastWeek(row["week"], row["planned"], row["readable"], row["accepted"]) for row in own[:3]],
            [PlannedWeek(row["week"], row["planned"], 0.5, Decimal(5)) for row in own[3:]],
            0,
            draws=500,
        )
        came = sum(row["accepted"] for row in own)
        covered.append(found.accepted.p10 <= came <= found.accepted.p90)
        errors.append(abs(found.accepted.p50 - came) / came)
    assert 0.75 <= np.mean(covered) <= 0.85
    assert np.median(errors) <= 0.10


def test_the_total_is_what_came_so_far_and_what_the_weeks_to_come_bring() -> None:
    found = foreseen()
    assert (found.made_after, found.accepted_so_far) == (3, 13_450)
    middle = found.accepted_so_far + sum(week.accepted.p50 for week in found.weeks)
    assert found.accepted.p50 == pytest.approx(middle, rel=0.01)
    assert found.accepted.p10 < found.accepted.p50 < found.accepted.p90
    assert [week.week for week in found.weeks] == [4, 5, 6]


def test_the_same_counts_give_the_same_forecast() -> None:
    assert foreseen() == foreseen()


def test_a_smaller_promise_is_likelier_kept() -> None:
    kept = [foreseen(contracted=units).reaches for units in (50_000, 63_000, 80_000)]
    assert kept[0] > 0.99 and kept[2] < 0.01
    assert kept[0] > kept[1] > kept[2]


def test_a_vendor_that_has_been_short_is_expected_to_stay_short() -> None:
    curves = learning_curves(SEEN)
    short = [PastWeek(week.week, round(week.planned / 0.8), week.readable, week.accepted) for week in PAST]
    low, full = (forecast(curves, "a", past, PLAN, 0).weeks[0].delivered for past in (short, PAST))
    assert low.p50 < 0.9 * full.p50
    assert low.p50 > 0.8 * full.p50  # three weeks are drawn a little towards the plan


def test_a_price_per_accepted_unit_is_what_a_unit_costs_and_work_of_one_s_own_comes_on_top() -> None:
    assert foreseen().cost_per_unit.p50 == Decimal("5.2000")
    reviewed = foreseen(own_cost="0.52").cost_per_unit
    assert reviewed.p10 is not None and reviewed.p90 is not None
    # 0.52 for each delivered unit of the weeks to come, of which about four in five are accepted.
    assert Decimal("5.65") < reviewed.p10 < reviewed.p90 < Decimal("5.80")


def test_the_money_ahead_is_the_price_of_what_is_planned() -> None:
    found = foreseen()
    assert found.ahead == Decimal(312_000)
    assert found.share_ahead == pytest.approx(312_000 / (312_000 + 69_940))


def test_a_week_over_its_ceiling_brings_nothing_where_the_contract_rejects_it() -> None:
    strict = [PlannedWeek(week.week, week.units, 0.05, week.price, "reject") for week in PLAN]
    lenient = [PlannedWeek(week.week, week.units, 0.05, week.price, "hold") for week in PLAN]
    rejected, kept = foreseen(strict), foreseen(lenient)
    assert rejected.accepted.p50 == rejected.accepted_so_far
    assert all(week.breaches > 0.95 and week.above > 0.95 for week in rejected.weeks)
    assert kept.accepted.p50 > 60_000


def test_a_rejected_week_that_may_be_done_again_counts_as_that_in_about_one_draw_of_ten() -> None:
    def reaches(*, replaceable: bool, rejected: int = 0) -> float:
        week = PlannedWeek(4, 20_000, 0.05, Decimal(5), "reject", replaceable=replaceable)
        past = [*PAST, *(PastWeek(-at, 0, 0, 0, rejected=True) for at in range(rejected))]
        return forecast(learning_curves(SEEN), "a", past, [week], 20_000).reaches

    assert reaches(replaceable=False) < 0.01
    assert reaches(replaceable=True) == pytest.approx(0.1, abs=0.02)
    assert reaches(replaceable=True, rejected=5) < 0.07


def test_where_nothing_was_and_will_be_accepted_a_unit_costs_without_end() -> None:
    strict = [PlannedWeek(1, 1000, 0.0001, Decimal(5), "reject")]
    found = forecast(learning_curves(SEEN.clear()), "a", [], strict, 10)
    assert (found.made_after, found.reaches, found.share_ahead) == (0, 0.0, 1.0)
    assert found.cost_per_unit.p90 is None


def test_a_week_that_is_over_cannot_be_to_come() -> None:
    with pytest.raises(ValueError, match="none that is settled"):
        foreseen([PlannedWeek(3, 1, 0.1, Decimal(1))])
    with pytest.raises(ValueError, match="at least one week to come"):
        foreseen([])
