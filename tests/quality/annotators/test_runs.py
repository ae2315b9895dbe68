"""Runs of equal answers are counted and expected as the literature says."""

import numpy as np
import polars as pl
import pytest
from statsmodels.sandbox.stats.runs import runstest_1samp

from quality.annotators.evidence import Missing
from quality.annotators.runs import evidence, runs


def said(values: np.ndarray, who: str = "a") -> pl.DataFrame:
    return pl.DataFrame({"annotator_id": [who] * len(values), "value": values, "at": np.arange(len(values))})


@pytest.mark.parametrize("seed", range(5))
def test_two_values_give_the_librarys_z(seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 2, 80)
    expected, _ = runstest_1samp(values, cutoff=0.5, correction=False)
    row = runs(said(values)).row(0, named=True)
    assert (row["runs"] - row["expected"]) / row["variance"] ** 0.5 == pytest.approx(expected)


def test_three_values_have_the_mean_and_variance_of_shuffling() -> None:
    rng = np.random.default_rng(1)
    values = np.repeat([0, 1, 2], [30, 12, 8])
    shuffled = [1 + (np.diff(rng.permutation(values)) != 0).sum() for _ in range(20_000)]
    row = runs(said(values)).row(0, named=True)
    assert row["runs"] == 3
    assert row["expected"] == pytest.approx(np.mean(shuffled), rel=0.005)
    assert row["variance"] == pytest.approx(np.var(shuffled), rel=0.05)


def test_each_persons_own_order_counts_however_rows_lie() -> None:
    rng = np.random.default_rng(2)
    one, other = (rng.integers(0, 2, 30) for _ in range(2))
    both = pl.concat([said(one, "a"), said(other, "b")])
    mixed = both.sample(fraction=1.0, shuffle=True, seed=1)
    assert runs(mixed).equals(runs(both))


def test_a_straight_liner_stands_out_of_a_crowd() -> None:
    rng = np.random.default_rng(3)
    people = [said(rng.integers(0, 2, 100), f"p{number:02}") for number in range(30)]
    people.append(said(np.repeat([0, 1, 0, 1], 25), "liner"))
    found = evidence(pl.concat(people))
    assert isinstance(found, pl.DataFrame)
    first = found.sort("p").row(0, named=True)
    assert first["annotator_id"] == "liner"
    assert first["observed"] < -0.9
    assert first["p"] < 1e-6


def test_one_answer_only_has_no_order() -> None:
    people = [said(np.zeros(50), f"p{number}") for number in range(6)]
    assert isinstance(evidence(pl.concat(people)), Missing)


def test_without_times_the_order_is_not_known() -> None:
    timeless = said(np.zeros(50)).with_columns(at=pl.lit(None, pl.Int64))
    found = evidence(timeless)
    assert isinstance(found, Missing)
    assert found.field == "submitted_at"
