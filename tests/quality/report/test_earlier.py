"""Coefficients of several weeks are compared in one unit, and only between models of the same terms."""

from typing import Any

import polars as pl
import pytest

from quality.audits import drift
from quality.report.earlier import coefficients_of, comparable
from tests.quality.report.batches import told


def scaled(factor: float) -> dict[str, Any]:
    """A report of the same votes, had the typical difference in length been `factor` times as large."""
    report = told()
    (row,) = (row for row in report["joint"]["effects"] if row["feature"] == "length")
    for name in ("scale", "beta", "se"):
        row["more"][name] *= factor
    return report


def test_the_same_slope_is_no_change_where_only_the_typical_difference_grew() -> None:
    history, left_out = comparable(coefficients_of(scaled(1.0), 1), coefficients_of(scaled(3.0), 2))
    assert left_out == ""
    assert history is not None
    found = {finding.feature: finding for finding in drift.audit(history)}
    assert found["length"].observed == pytest.approx(0.0, abs=1e-9)
    assert all(finding.n == 2 for finding in found.values())


def test_a_week_whose_model_had_other_terms_is_left_out_and_that_is_said() -> None:
    now = coefficients_of(told(), 3)
    with_quality, without_emoji = told(), told()
    with_quality["joint"]["quality_coefficient"] = 0.3
    (row,) = (row for row in without_emoji["joint"]["effects"] if row["feature"] == "emoji")
    row["more"] = dict.fromkeys(row["more"])
    before = pl.concat([coefficients_of(with_quality, 1), coefficients_of(without_emoji, 2)])
    history, left_out = comparable(before, now)
    assert history is not None
    assert history["week"].unique().to_list() == [3]
    assert left_out == " Left out: 2 earlier weeks, as the model had other terms in it then."


def test_a_report_that_does_not_tell_the_scale_is_not_compared() -> None:
    report = told()
    for row in report["joint"]["effects"]:
        del row["more"]["scale"]
    assert coefficients_of(report, 1).is_empty()
