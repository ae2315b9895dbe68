"""The discard rate is judged on the posterior probability that it is above the ceiling."""

from functools import partial

import numpy as np
import pytest
from scipy import integrate, stats
from statsmodels.stats.proportion import proportion_confint

from contracts.terms.ramp import Confidence
from quality.ramp.discard import discard_verdict

judge = partial(
    discard_verdict, confidence=Confidence(), consequence="partial", clause="ramp.phases.ramp.discard_ceiling"
)


@pytest.mark.parametrize(("discarded", "readable"), [(1, 10), (12, 100), (250, 1000), (999, 1000)])
def test_the_interval_is_statsmodels_jeffreys_interval(discarded: int, readable: int) -> None:
    verdict = judge(discarded, readable, 0.1)
    oracle = proportion_confint(discarded, readable, method="jeffreys")
    assert (verdict.low, verdict.high) == pytest.approx(oracle)
    assert verdict.observed == discarded / readable
    assert verdict.n == readable


def test_the_interval_starts_at_zero_without_discards_and_ends_at_one_without_anything_kept() -> None:
    nothing, everything = judge(0, 50, 0.1), judge(50, 50, 0.1)
    assert (nothing.low, everything.high) == (0.0, 1.0)
    assert (nothing.high, everything.low) == pytest.approx(
        (stats.beta.ppf(0.975, 0.5, 50.5), stats.beta.ppf(0.025, 50.5, 0.5))
    )


def test_the_reason_gives_the_posterior_probability_as_integration_finds_it() -> None:
    def unnormalised(rate: float) -> float:
        return float(rate**11.5 * (1 - rate) ** 87.5)

    above = integrate.quad(unnormalised, 0.1, 1)[0] / integrate.quad(unnormalised, 0, 1)[0]
    assert f"is {above:.3f}, below the 0.8 that warns." in judge(12, 100, 0.10).reason


@pytest.mark.parametrize(
    ("discarded", "status"), [(100, "pass"), (107, "pass"), (108, "warn"), (115, "warn"), (116, "fail")]
)
def test_a_rate_above_the_ceiling_passes_warns_or_fails_by_how_sure_we_are(
    discarded: int, status: str
) -> None:
    assert judge(discarded, 1000, 0.10).status == status


def test_the_same_rate_fails_only_with_enough_records() -> None:
    statuses = [judge(12 * times, 100 * times, 0.10).status for times in (1, 3, 10)]
    assert statuses == ["pass", "warn", "fail"]


def test_a_probability_exactly_at_the_level_counts_as_reached() -> None:
    above = float(stats.beta.sf(0.1, 12.5, 88.5))
    levels = Confidence(warn=above, breach=1.0)
    assert judge(12, 100, 0.10, confidence=levels).status == "warn"
    assert judge(12, 100, 0.10, confidence=Confidence(warn=above, breach=above)).status == "fail"


@pytest.mark.parametrize("ceiling", [0.0, 1e-6, 0.1, 1.0])
def test_without_discards_every_ceiling_stands_though_the_prior_alone_may_doubt_it(ceiling: float) -> None:
    verdict = judge(0, 10, ceiling)
    assert verdict.status == "pass"
    assert "nothing was discarded" in verdict.reason


def test_one_discard_breaches_a_ceiling_of_zero_and_nothing_breaches_a_ceiling_of_one() -> None:
    assert judge(1, 1000, 0.0).status == "fail"
    assert judge(1000, 1000, 1.0).status == "pass"


def test_without_readable_records_there_is_no_rate_to_test() -> None:
    verdict = judge(0, 0, 0.1, evidence="s3://evidence")
    assert (verdict.status, verdict.observed, verdict.low, verdict.high) == ("not_testable", None, None, None)
    assert verdict.evidence == "s3://evidence"


@pytest.mark.parametrize(("discarded", "readable"), [(5, 4), (-1, 4)])
def test_impossible_counts_are_refused(discarded: int, readable: int) -> None:
    with pytest.raises(ValueError, match="expected 0 <= discarded <= readable"):
        judge(discarded, readable, 0.1)


def test_only_a_failure_carries_the_consequence() -> None:
    assert judge(117, 1000, 0.10).consequence == "partial"
    assert judge(109, 1000, 0.10).consequence == "none"


@pytest.mark.parametrize("readable", [200, 1000])
def test_a_vendor_exactly_on_the_ceiling_is_failed_in_about_one_week_in_twenty(readable: int) -> None:
    counts = np.arange(readable + 1)
    failed = np.array([judge(int(count), readable, 0.10).status == "fail" for count in counts])
    false_alarms = stats.binom.pmf(counts, readable, 0.10)[failed].sum()
    assert 0.03 < false_alarms < 0.065
