"""Defect rates of all accepted records, by the sample that people looked at."""

import numpy as np
import polars as pl
import pytest

from quality.sampling.defects import defect_rate, defect_rates_by
from quality.sampling.draw import Sample, draw

SIZES = {"plain": 1800, "flagged": 200}
RECORDS = pl.DataFrame(
    {
        "record_id": [f"{name}-{at}" for name, size in SIZES.items() for at in range(size)],
        "annotator_id": [f"a{at % 20}" for size in SIZES.values() for at in range(size)],
        "stratum": [name for name, size in SIZES.items() for _ in range(size)],
        "risk": [0.02 if name == "plain" else 0.4 for name, size in SIZES.items() for _ in range(size)],
    }
)


def verdicts(sample: Sample, defective: set[str]) -> dict[str, str]:
    return {name: "defect" if name in defective else "ok" for name in sample.rows["record_id"]}


def test_a_sample_that_looks_harder_at_risk_still_finds_the_true_rate() -> None:
    rng = np.random.default_rng(0)
    shares, raw, covered = [], [], []
    for seed in range(400):
        chance = np.where(RECORDS["stratum"] == "plain", 0.02, 0.40)
        defective = set(RECORDS["record_id"].filter(pl.Series(rng.random(len(chance)) < chance)))
        found = defect_rate(sample := draw(RECORDS, 200, seed), verdicts(sample, defective))
        assert found.share is not None and found.low is not None and found.high is not None
        shares.append(found.share - len(defective) / 2000)
        raw.append(sum(one.defects for one in found.strata) / 200 - len(defective) / 2000)
        covered.append(found.low <= len(defective) / 2000 <= found.high)
    assert np.mean(shares) == pytest.approx(0.0, abs=0.002)
    assert np.mean(raw) > 0.03  # counted without weights it would be far too high
    assert 0.93 <= np.mean(covered) <= 0.99


def test_the_estimate_is_horvitz_and_thompson_s_by_hand() -> None:
    sample = draw(RECORDS, 100, seed=1)
    wrong = set(sample.rows.filter(stratum="flagged")["record_id"][:5]) | set(
        sample.rows.filter(stratum="plain")["record_id"][:1]
    )
    total = sample.rows.filter(pl.col("record_id").is_in(wrong))["weight"].sum()
    assert defect_rate(sample, verdicts(sample, wrong)).share == pytest.approx(total / 2000)


def test_no_defect_found_is_not_no_defect() -> None:
    sample = draw(RECORDS, 100, seed=2)
    found = defect_rate(sample, verdicts(sample, set()))
    assert (found.share, found.low) == (0.0, 0.0)
    assert found.high is not None and 0.01 < found.high < 0.1


def test_what_was_not_reviewed_or_unsure_is_counted_and_the_rest_stands_for_it() -> None:
    sample = draw(RECORDS, 100, seed=3)
    given = verdicts(sample, set(sample.rows["record_id"][:10]))
    names = sample.rows["record_id"].to_list()
    given[names[50]] = "unsure"
    del given[names[60]], given[names[61]]
    given["never drawn"] = "defect"
    found = defect_rate(sample, given)
    assert (found.reviewed, found.unreviewed, found.unsure) == (97, 2, 1)
    assert "2 drawn records have no verdict and 1 are unsure" in found.reason
    expected = sum(one.size / 2000 * one.defects / one.reviewed for one in found.strata)
    assert found.share == pytest.approx(expected)


def test_a_stratum_nobody_has_reviewed_leaves_the_rate_unknown() -> None:
    sample = draw(RECORDS, 100, seed=4)
    plain = sample.rows.filter(stratum="plain")["record_id"].to_list()
    found = defect_rate(sample, dict.fromkeys(plain, "ok"))
    assert (found.share, found.low, found.high) == (None, None, None)
    assert "flagged" in found.reason


def test_when_every_record_was_reviewed_nothing_is_uncertain() -> None:
    sample = draw(RECORDS, 2000, seed=5)
    found = defect_rate(sample, verdicts(sample, set(RECORDS["record_id"][:100])))
    assert (found.share, found.low, found.high, found.effective_n) == (0.05, 0.05, 0.05, None)


def test_each_annotator_s_rate_weighs_what_was_looked_at_harder_for_less() -> None:
    sample = draw(RECORDS, 300, seed=6)
    flagged = set(sample.rows.filter(stratum="flagged")["record_id"])
    rates = defect_rates_by(sample, verdicts(sample, flagged), "annotator_id")
    assert [one.group for one in rates] == sorted({f"a{at}" for at in range(20)})
    assert sum(one.reviewed for one in rates) == 300
    assert all(one.low <= one.share <= one.high for one in rates)
    assert all(one.share < one.defects / one.reviewed for one in rates if one.defects)
