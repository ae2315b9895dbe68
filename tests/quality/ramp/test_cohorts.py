"""Each cohort of annotators is followed against its colleagues of the same weeks."""

import numpy as np
import polars as pl
import pytest
from scipy import special, stats

from quality.ramp.cohorts import cohort_paths, log_ratio

COHORTS, WEEKS = 12, 8


def season(rng: np.random.Generator, worse: float = 1.0, since: int = 99) -> pl.DataFrame:
    """A learning vendor; cohort 0's odds are `worse` times the others' from week `since` on."""
    week, cohort = (axis.ravel() for axis in np.mgrid[1 : WEEKS + 1, 0:COHORTS])
    logits = -0.5 - 0.7 * np.log(week) + np.log(worse) * ((cohort == 0) & (week >= since))
    readable = rng.integers(20, 120, len(week))
    discarded = rng.binomial(readable, special.expit(logits))
    names = [f"cohort-{number:02d}" for number in cohort]
    return pl.DataFrame({"week": week, "cohort": names, "readable": readable, "discarded": discarded})


@pytest.mark.parametrize(
    ("k", "n", "lost", "everyone"), [(0, 10, 5, 100), (9, 40, 60, 300), (30, 30, 50, 60)]
)
def test_the_score_is_the_likelihood_ratio_of_fishers_noncentral_hypergeometric(
    k: int, n: int, lost: int, everyone: int
) -> None:
    oracle = [stats.nchypergeom_fisher.logpmf(k, everyone, lost, n, odds) for odds in (3.0, 1.5)]
    assert log_ratio(k, n, lost, everyone, tolerated=1.5, feared=3.0) == pytest.approx(oracle[0] - oracle[1])


@pytest.mark.parametrize("worse", [1.0, 1.5])
def test_cohorts_as_good_as_tolerated_alarm_in_at_most_one_contract_of_twenty(worse: float) -> None:
    rng = np.random.default_rng(5)
    alarmed = 0
    for _ in range(60):
        paths = cohort_paths(season(rng, worse, since=1), weeks=WEEKS)
        alarmed += any(path.alarm is not None for path in paths)
    assert alarmed <= 3


def test_a_cohort_that_turns_bad_is_named_with_the_week_it_began() -> None:
    rng = np.random.default_rng(6)
    found = [cohort_paths(season(rng, 5.0, since=4), weeks=WEEKS)[0] for _ in range(40)]
    began = [path.since for path in found if path.alarm is not None]
    assert len(began) >= 38
    assert sum(since == 4 for since in began) >= 30
    assert all(path.alarm >= 4 for path in found if path.alarm is not None)


def test_a_cohort_without_colleagues_cannot_be_compared() -> None:
    alone = pl.DataFrame({"week": [1, 2], "cohort": ["a", "a"], "readable": [50, 50], "discarded": [40, 40]})
    (path,) = cohort_paths(alone, weeks=6)
    assert (path.weeks, path.alarm, path.since) == ((), None, None)


def test_a_week_shows_the_cohort_beside_everybody_else() -> None:
    pair = pl.DataFrame({"week": [1, 1], "cohort": ["a", "b"], "readable": [50, 100], "discarded": [25, 10]})
    first = cohort_paths(pair, weeks=1)[0].weeks[0]
    assert (first.share, first.others_share) == (0.5, 0.1)
    assert first.score == pytest.approx(log_ratio(25, 50, 35, 150, tolerated=1.5, feared=3.0))


def test_impossible_counts_and_a_feared_ratio_below_the_tolerated_are_refused() -> None:
    row = pl.DataFrame({"week": [1], "cohort": ["a"], "readable": [1], "discarded": [2]})
    with pytest.raises(ValueError, match="expected at most all"):
        cohort_paths(row, weeks=1)
    with pytest.raises(ValueError, match="tolerated < feared"):
        cohort_paths(row, weeks=1, tolerated=3.0, feared=2.0)
