"""The cluster-robust interval: against statsmodels, against planted truth, and against real votes."""

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
import statsmodels.api as sm
from scipy import stats

from quality.audits.dependence import dependence
from quality.audits.lean import strict
from quality.intervals.clustered_share import Codes, Numbers, clustered_share
from quality.intervals.wilson import wilson
from rampart.records.comparisons import comparisons

Votes = tuple[Numbers, Codes, Codes]


def crowd(rng: np.random.Generator, annotators: int = 40, prompts: int = 150) -> Votes:
    """Six votes a prompt; annotators and prompts each lean their way (sd 0.5 logits), on average neither."""
    prompt = np.repeat(np.arange(prompts), 6)
    annotator = rng.integers(0, annotators, len(prompt))
    logit = 0.5 * rng.normal(size=annotators)[annotator] + 0.5 * rng.normal(size=prompts)[prompt]
    return (rng.random(len(prompt)) < 1 / (1 + np.exp(-logit))).astype(float), prompt, annotator


def oracle(wins: Numbers, weights: Numbers, groups: Codes) -> float:
    """statsmodels' variance of the weighted mean, as a regression on a constant."""
    root = np.sqrt(weights)
    model = sm.OLS(root * wins, root)
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True})
    return float(fit.cov_params()[0, 0])


def test_two_ways_give_statsmodels_variance_with_a_t_quantile() -> None:
    rng = np.random.default_rng(11)
    wins, prompt, annotator = crowd(rng)
    weights = rng.choice([1.0, 1 / 3, 1 / 6], len(wins))
    found = clustered_share(wins, weights, {"prompt": prompt, "annotator": annotator})
    variance = oracle(wins, weights, np.column_stack([prompt, annotator]))
    half = stats.t.ppf(0.975, 39) * np.sqrt(variance)
    assert found.share == pytest.approx(np.average(wins, weights=weights))
    assert (found.low, found.high) == pytest.approx((found.share - half, found.share + half))
    assert found.design_effect == pytest.approx(variance * len(wins) / (found.share * (1 - found.share)))
    assert found.effective_n == pytest.approx(len(wins) / found.design_effect)
    assert dict(found.clusters) == {"prompt": 150, "annotator": 40}


def test_one_way_gives_statsmodels_variance() -> None:
    wins, prompt, _ = crowd(np.random.default_rng(12))
    found = clustered_share(wins, np.ones(len(wins)), {"prompt": prompt})
    half = stats.t.ppf(0.975, 149) * np.sqrt(oracle(wins, np.ones(len(wins)), prompt))
    assert (found.low, found.high) == pytest.approx((found.share - half, found.share + half))


def test_the_variance_is_never_below_the_larger_one_way_variance() -> None:
    # A chessboard: each annotator and each prompt wins half the time, and their cells alternate.
    prompt, annotator = np.divmod(np.arange(64), 8)
    wins = ((prompt + annotator) % 2).astype(float)
    wins[0] = 1.0
    ways = {"prompt": prompt, "annotator": annotator}
    both = oracle(wins, np.ones(64), np.column_stack([prompt, annotator]))
    one = clustered_share(wins, np.ones(64), {"prompt": prompt})
    two = clustered_share(wins, np.ones(64), ways)
    assert both < 0
    assert (two.low, two.high) == pytest.approx((one.low, one.high))
    assert two.effective_n == two.n


def test_independent_rows_have_a_design_effect_of_about_one() -> None:
    wins = np.random.default_rng(13).integers(0, 2, 4000)
    found = clustered_share(wins, np.ones(4000), {"item": np.arange(4000)})
    assert found.design_effect == pytest.approx(1.0, abs=1e-3)


def test_rows_copied_ten_times_carry_no_more_than_once() -> None:
    wins = np.random.default_rng(14).integers(0, 2, 300)
    once = clustered_share(wins, np.ones(300), {"item": np.arange(300)})
    tenfold = clustered_share(np.repeat(wins, 10), np.ones(3000), {"item": np.repeat(np.arange(300), 10)})
    assert (tenfold.low, tenfold.high) == pytest.approx((once.low, once.high))
    assert tenfold.effective_n == pytest.approx(once.effective_n, rel=0.01)


def test_without_any_spread_wilsons_interval_over_the_items_stands_in() -> None:
    item, annotator = np.repeat(np.arange(40), 5), np.tile(np.arange(5), 40)
    found = clustered_share(np.ones(200), np.full(200, 1 / 3), {"item": item, "annotator": annotator})
    assert (found.low, found.high) == pytest.approx(wilson(1.0, 40))
    assert (found.effective_n, found.design_effect) == (40, 5)


@pytest.mark.parametrize("clusters", [{}, {"item": np.zeros(4, dtype=np.intp)}], ids=["none", "one cluster"])
def test_an_interval_without_two_clusters_is_refused(clusters: dict[str, Codes]) -> None:
    with pytest.raises(ValueError, match="two clusters or more"):
        clustered_share([1, 0, 1, 0], np.ones(4), clusters)


def test_with_leaning_annotators_two_ways_cover_the_truth_at_the_nominal_rate_and_one_or_none_does_not() -> (
    None
):
    rng, draws, covered = np.random.default_rng(15), 600, np.zeros(3, dtype=np.intp)
    for _ in range(draws):
        wins, prompt, annotator = crowd(rng)
        rows = np.arange(len(wins))
        schemes: list[dict[str, Codes]] = [
            {"p": prompt, "a": annotator},
            {"p": prompt},
            {"row": rows},
        ]
        found = [clustered_share(wins, np.ones(len(wins)), ways) for ways in schemes]
        covered += np.array([each.low <= 0.5 <= each.high for each in found])
    least, most = (float(stats.binom.ppf(level, draws, 0.95)) for level in (0.001, 0.999))
    assert least <= covered[0] <= most
    assert covered[1:].max() < 0.9 * draws


def test_a_planted_lean_is_found() -> None:
    rng = np.random.default_rng(16)
    wins, prompt, annotator = crowd(rng)
    wins[rng.random(len(wins)) < 0.4] = 1.0
    found = clustered_share(wins, np.ones(len(wins)), {"prompt": prompt, "annotator": annotator})
    assert found.low < 0.7 < found.high  # 0.4 + 0.6 / 2
    assert found.low > 0.6


def test_on_real_votes_a_null_feature_alarms_at_the_nominal_rate_only_with_both_ways(
    llmfao: pa.Table,
) -> None:
    votes = strict(comparisons(llmfao))
    first_won = votes["outcome"].to_numpy() == 1.0
    ways, ones = dependence(votes).ways, np.ones(votes.height)
    pair = votes.select(pl.col("item_id").rank("dense")).to_series().to_numpy().astype(np.intp)
    rng, draws, alarms = np.random.default_rng(17), 300, np.zeros(3)
    for _ in range(draws):
        # A coin for each pair decides which response "has" a feature that nobody can have seen.
        agrees = first_won == rng.integers(0, 2, pair.max() + 1).astype(bool)[pair]
        both = clustered_share(agrees, ones, ways)
        worker = clustered_share(agrees, ones, {"annotator": ways["annotator"]})
        iid = stats.binomtest(int(agrees.sum()), len(agrees)).pvalue < 0.05
        alarms += [not both.low <= 0.5 <= both.high, not worker.low <= 0.5 <= worker.high, iid]
    assert alarms[0] <= stats.binom.ppf(0.999, draws, 0.05)
    assert (alarms[1:] > 0.12 * draws).all()
