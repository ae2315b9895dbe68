"""Laney's p' chart: limits by the weeks' own ups and downs, not by chance alone."""

from math import sqrt

import numpy as np
import pytest
from scipy import special

from quality.ramp.control_chart import laney_chart
from simulator.ramps import LLAMA2_WEEKS

WEEKS = range(1, 15)


def test_the_limits_are_those_worked_out_by_hand() -> None:
    chart = laney_chart([1, 2, 3], [100, 400, 500], [10, 80, 110])
    centre = 0.2
    z = [(0.10 - 0.2) / sqrt(0.16 / 100), 0.0, (0.22 - 0.2) / sqrt(0.16 / 500)]
    sigma_z = (abs(z[1] - z[0]) + abs(z[2] - z[1])) / 2 / 1.128
    assert chart.sigma_z == pytest.approx(sigma_z)
    first = chart.points[0]
    assert first.centre == pytest.approx(centre)
    assert first.upper == pytest.approx(centre + 3 * sqrt(0.16 / 100) * sigma_z)
    assert first.plain_upper == pytest.approx(centre + 3 * sqrt(0.16 / 100))
    assert not first.out


def test_weeks_that_differ_by_chance_alone_leave_sigma_z_near_one() -> None:
    rng = np.random.default_rng(0)
    sigmas = [
        laney_chart(WEEKS, LLAMA2_WEEKS, rng.binomial(LLAMA2_WEEKS, 0.15).tolist()).sigma_z
        for _ in range(200)
    ]
    assert np.mean(np.array(sigmas, dtype=float)) == pytest.approx(1.0, abs=0.05)


def test_with_growing_volumes_the_plain_chart_cries_wolf_and_laney_s_does_not() -> None:
    rng = np.random.default_rng(1)
    out, plain = [], []
    for _ in range(200):
        rates = special.expit(-1.7 + rng.normal(0, 0.1, 14))
        points = laney_chart(WEEKS, LLAMA2_WEEKS, rng.binomial(LLAMA2_WEEKS, rates).tolist()).points
        out += [point.out for point in points]
        plain += [point.plain_out for point in points]
    assert np.mean(plain) > 0.5
    assert np.mean(out) < 0.03


def test_a_week_far_from_the_others_is_out_of_line() -> None:
    discarded = [150, 155, 148, 152, 149, 151, 147, 300, 150, 153]
    chart = laney_chart(range(1, 11), [1000] * 10, discarded)
    assert [point.week for point in chart.points if point.out] == [8]


def test_a_ramp_s_fall_is_held_against_what_was_expected_of_it() -> None:
    expected = [0.40, 0.28, 0.22, 0.18, 0.16]
    readable = [1000, 2000, 4000, 8000, 9000]
    discarded = [410, 555, 890, 1430, 2400]
    chart = laney_chart(range(1, 6), readable, discarded, expected)
    assert [point.centre for point in chart.points] == expected
    assert chart.points[-1].plain_out


def test_too_few_weeks_or_no_spread_give_no_chart_and_say_why() -> None:
    few = laney_chart([1, 2, 3], [100, 0, 100], [10, 0, 10])
    assert (few.points, few.sigma_z) == ((), None)
    assert "2 weeks" in few.reason
    assert "no spread" in laney_chart([1, 2, 3], [100] * 3, [0] * 3).reason
