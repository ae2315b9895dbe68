"""Rows after the placebos: an interval is widened, and what it no longer supports no longer stands."""

from dataclasses import replace

import pytest

from quality.report.model import Row
from quality.report.rows import calibrated
from tests.quality.report.batches import report


def failed(metric: str, null: float, interval: tuple[float, float, float], threshold: float = 0.1) -> Row:
    """A finding with (low, observed, high) that the contract would hold the batch for."""
    low, observed, high = interval
    found = next(each for each in report().findings if each.p is not None)
    found = replace(found, metric=metric, null=null, observed=observed, low=low, high=high, p=1e-9)
    return replace(found, threshold=threshold, status="fail", consequence="hold", reason="It lies beyond.")


def test_a_failure_that_the_widened_interval_does_not_support_only_warns_and_says_so() -> None:
    found = calibrated(failed("bold_wins", 0.5, (0.61, 0.66, 0.71)), 2.0)
    assert found.status == "warn"
    assert found.low is not None
    assert found.low < 0.6
    assert found.reason == (
        "Before calibration on the placebos: It lies beyond. Calibrated, the interval is 0.558 to 0.755, "
        "which reaches into what is tolerated."
    )


@pytest.mark.parametrize(
    ("metric", "null", "at", "limit", "status"),
    [
        ("bold_wins", 0.5, (0.66, 0.02), 0.1, "fail"),
        ("bold_wins", 0.5, (0.34, 0.05), 0.1, "warn"),
        ("bold_wins", 0.5, (0.34, 0.02), 0.1, "fail"),
        ("length_wins_change", 0.0, (-0.2, 0.08), 0.1, "warn"),
        ("length_wins_change", 0.0, (-0.2, 0.02), 0.1, "fail"),
        ("style_auc", 0.5, (0.72, 0.04), 0.65, "warn"),
        ("style_auc", 0.5, (0.72, 0.01), 0.65, "fail"),
    ],
)
def test_a_failure_stands_only_where_the_whole_widened_interval_is_beyond(
    metric: str, null: float, at: tuple[float, float], limit: float, status: str
) -> None:
    middle, half = at
    given = failed(metric, null, (middle - half, middle, middle + half), limit)
    assert calibrated(given, 2.0).status == status


def test_a_widened_share_stays_a_share_and_a_difference_of_shares_within_one() -> None:
    share = calibrated(failed("bold_wins", 0.5, (0.92, 0.96, 0.99)), 3.0)
    whole = calibrated(failed("bold_wins", 0.5, (0.97, 1.0, 1.0)), 3.0)
    difference = calibrated(failed("length_wins_change", 0.0, (-0.98, -0.9, -0.82)), 3.0)
    for each, least in ((share, 0.0), (whole, 0.0), (difference, -1.0)):
        assert each.observed is not None
        assert each.low is not None
        assert each.high is not None
        assert least <= each.low < each.observed <= each.high <= 1.0


def test_what_the_books_decided_on_keeps_its_interval_and_its_status() -> None:
    found = calibrated(failed("longer_wins", 0.5, (0.61, 0.66, 0.71)), 2.0)
    assert (found.status, found.low, found.high) == ("fail", 0.61, 0.71)
