"""What a plan lets through, against published points, and how large a sample must be."""

from math import comb

import pytest
from statsmodels.stats.proportion import samplesize_confint_proportion

from quality.sampling.operating import (
    accepts,
    limiting_quality,
    operating_curve,
    rate_accepted_in,
    size_for_width,
    size_to_show,
)
from quality.sampling.plans import SamplingPlan, sampling_plan


def test_the_probability_of_acceptance_counts_the_ways_to_draw() -> None:
    plan = SamplingPlan(50, 10, 1)
    ways = sum(comb(5, bad) * comb(45, 10 - bad) for bad in (0, 1))
    assert accepts(plan, 0.1) == pytest.approx(ways / comb(50, 10))


# MIL-STD-105E, Table X-J-1 (n = 80): percent defective accepted in 95 % and in 10 % of lots.
@pytest.mark.parametrize(
    ("aql", "at_95", "at_10"), [(0.15, 0.064, 2.84), (1.0, 1.03, 6.52), (2.5, 3.32, 11.3)]
)
def test_the_curves_of_letter_j_pass_through_the_published_points(
    aql: float, at_95: float, at_10: float
) -> None:
    plan = sampling_plan(1000, aql)
    assert 100 * rate_accepted_in(plan, 0.95) == pytest.approx(at_95, rel=0.01)
    assert 100 * rate_accepted_in(plan, 0.10) == pytest.approx(at_10, rel=0.01)


def test_a_curve_falls_from_one_and_names_both_risks() -> None:
    curve = operating_curve(sampling_plan(10_000, 1.0), aql=0.01)
    assert curve.accepted[0] == 1.0
    assert all(after <= before for before, after in zip(curve.accepted, curve.accepted[1:], strict=False))
    assert curve.producer_risk == pytest.approx(1 - accepts(curve.plan, 0.01))
    assert 0.01 < curve.producer_risk < 0.05
    assert (
        accepts(curve.plan, curve.limiting_quality)
        <= 0.10
        < accepts(curve.plan, curve.limiting_quality - 0.001)
    )
    assert operating_curve(curve.plan, 0.01, [0.02]).rates == (0.02,)


def test_a_small_lot_s_limiting_quality_is_a_whole_number_of_records() -> None:
    assert limiting_quality(SamplingPlan(20, 20, 0)) == pytest.approx(1 / 20)


@pytest.mark.parametrize(
    ("rate", "confidence", "allowed", "n"),
    [
        (0.01, 0.95, 0, 299),
        (0.05, 0.95, 0, 59),
        (0.10, 0.90, 0, 22),
        (0.05, 0.95, 1, 93),
        (0.10, 0.90, 2, 52),
    ],
)
def test_the_sample_that_shows_a_rate_has_the_published_size(
    rate: float, confidence: float, allowed: int, n: int
) -> None:
    assert size_to_show(rate, confidence, allowed) == n


def test_a_small_lot_needs_a_smaller_sample_and_at_worst_all_of_it() -> None:
    assert size_to_show(0.05, lot=100) == 45
    assert size_to_show(0.01, lot=100) == 95
    with pytest.raises(ValueError, match="cannot show"):
        size_to_show(0.01, allowed=1, lot=100)


def test_the_sample_for_an_interval_is_statsmodels_and_shrinks_with_the_lot() -> None:
    oracle = samplesize_confint_proportion(0.3, 0.04, alpha=0.1)
    assert oracle <= size_for_width(0.04, 0.3, confidence=0.90) < oracle + 1
    assert size_for_width(0.05) == 385
    assert size_for_width(0.05, lot=1000) == 278
