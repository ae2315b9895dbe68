import numpy as np
import pytest

from quality.scorecard.figure import Contrast, shares_apart
from quality.scorecard.slope import slopes, slopes_apart
from quality.scorecard.weekly import weekly_contrast, weekly_figure
from tests.quality.scorecard.seen import sums

WORDS = "kept of readable records"


def test_a_ratio_s_interval_comes_from_its_weeks_and_not_from_its_records() -> None:
    steady = weekly_figure("f", "a", sums("a", [800, 801, 799, 800]), "share", WORDS)
    moody = weekly_figure("f", "a", sums("a", [700, 900, 750, 850]), "share", WORDS)
    assert steady.value == moody.value == 0.8
    assert steady.high is not None
    assert moody.high is not None
    assert moody.high - 0.8 > 5 * (steady.high - 0.8)
    assert steady.high - 0.8 > 0.01, "no narrower than independent records"


def test_what_a_week_does_to_both_vendors_cancels() -> None:
    one, other = sums("a", [500, 800, 600, 900]), sums("b", [450, 748, 552, 850])
    found = weekly_contrast(one, other, "share")
    assert isinstance(found, Contrast)
    assert found.at(0.05)[0] > 0


def test_equal_vendors_with_weeks_of_their_own_are_told_apart_in_about_one_of_twenty() -> None:
    rng, wrong = np.random.default_rng(3), 0
    for _ in range(400):
        weeks = [rng.binomial(1000, np.clip(0.8 + rng.normal(0, 0.04, 6), 0, 1)) for _ in range(2)]
        found = weekly_contrast(sums("a", weeks[0].tolist()), sums("b", weeks[1].tolist()), "share")
        assert isinstance(found, Contrast)
        low, high = found.at(0.05)
        wrong += not low <= 0 <= high
    assert 6 <= wrong <= 36, wrong / 400  # 1.5 % to 9 %


def test_the_interval_of_two_independent_shares_is_newcombe_s() -> None:
    found = shares_apart((56, 70), (48, 80))  # Newcombe 1998, table II, (a), method 10
    low, high = found.at(0.05)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_a_steeper_ramp_has_the_lower_slope() -> None:
    weeks = {"a": sums("a", [500, 800, 900, 950, 970, 980]), "b": sums("b", [800, 805, 800, 810, 800, 805])}
    found = slopes(weeks)
    assert found["a"].figure.value is not None
    assert found["b"].figure.value is not None
    assert found["a"].figure.value < -1.0 < found["b"].figure.value
    apart = slopes_apart(found["a"], found["b"])
    assert isinstance(apart, Contrast)
    assert apart.at(0.05)[1] < 0


def test_a_vendor_with_few_weeks_has_no_slope_but_others_keep_theirs() -> None:
    found = slopes({"a": sums("a", [500, 800, 900]), "b": sums("b", [800, 805])})
    assert found["a"].figure.value is not None
    assert found["b"].figure.lacks == "weeks"


@pytest.mark.parametrize("parts", [[1000, 1000, 1000], [0, 0, 0]])
def test_a_share_at_an_end_keeps_an_interval(parts: list[float]) -> None:
    found = weekly_figure("f", "a", sums("a", parts), "share", WORDS)
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.high - found.low < 0.01
