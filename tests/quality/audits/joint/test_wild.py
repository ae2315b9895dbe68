"""The wild bootstrap: its sums against the definition, and its false alarms where people are few."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from quality.audits.joint.clusters import Clusters, membership
from quality.audits.joint.design import Numbers
from quality.audits.joint.fit import fit
from quality.audits.joint.wild import Draws, Prior, draw, wild
from quality.intervals.clustered_share import Codes
from simulator.votes import votes


def by_definition(clusters: Clusters, score: Numbers, share: Numbers, prior: float, draws: Draws) -> Numbers:
    """|t*| with every vote's signed score written out, then clustered as any scores are."""
    found, size = [], share.sum() + 1.0
    for signs, shift, spread in zip(draws.signs, draws.shift, draws.spread[:, 3], strict=True):
        drawn = signs[clusters.codes[clusters.smaller]] * score
        beta = (drawn.sum() + shift * np.sqrt(prior)) / size
        middle = clusters.middle((drawn - beta * share)[:, None])[0] + prior * spread
        found.append(abs(beta) * size / np.sqrt(middle))
    return np.array(found)


@pytest.mark.parametrize("both", [True, False], ids=["two ways", "one way"])
def test_sums_by_cell_give_what_every_vote_written_out_gives(both: bool) -> None:
    rng = np.random.default_rng(41)
    codes: dict[str, Codes] = {"prompt": rng.integers(0, 60, 400)}
    if both:
        codes["annotator"] = rng.integers(0, 14, 400)
    codes = {name: np.unique(code, return_inverse=True)[1] for name, code in codes.items()}
    clusters = Clusters(codes, parameters=5)
    scores, shares = rng.normal(size=(400, 1)), rng.random((400, 1))
    draws = draw(clusters, 6, 50, rng)
    star = by_definition(clusters, scores[:, 0], shares[:, 0], 30.0, draws)
    statistic, prior = np.quantile(star, [0.3]), Prior(np.array([30.0]), np.array([4.2]))
    p, critical = wild(
        clusters, scores, shares, draws, prior=prior, size=shares.sum(axis=0) + 1.0, statistic=statistic
    )
    assert critical[0] == pytest.approx(np.quantile(star, 0.95))
    assert p[0] == (1 + (star >= statistic[0] * (1 - 1e-12)).sum()) / 51


def test_signs_are_by_the_way_with_fewer_clusters_counted_as_alike_in_size() -> None:
    prompt = np.arange(300) % 30
    annotator = np.repeat([0, *range(1, 41)], [260, *[1] * 40])
    clusters = Clusters({"prompt": prompt, "annotator": annotator}, parameters=1)
    assert clusters.counts == {"prompt": 30, "annotator": 41}
    assert clusters.smaller == "annotator"


def test_one_busy_prompt_among_thousands_draws_no_sign_for_each_prompt() -> None:
    batch = votes(np.random.default_rng(44), 6000, annotators=50)
    busy = np.where(np.arange(6000) < 1500, "busy", batch.frame["prompt_key"].to_numpy())
    found = fit(batch.frame.with_columns(prompt_key=pl.Series(busy)), batch.deltas).linearised
    assert found is not None and found.draws is not None
    assert (found.clusters.smaller, found.draws.signs.shape[1]) == ("annotator", 50)


def test_few_clusters_take_more_points_than_two_signs() -> None:
    few = Clusters({"annotator": np.arange(5)}, parameters=1)
    draws = draw(few, 20, 200, np.random.default_rng(42))
    assert len(np.unique(draws.signs)) == 6
    assert draws.spread.mean() == pytest.approx(1, abs=0.1)


def test_membership_sums_rows_by_cluster() -> None:
    assert (membership(np.array([1, 0, 1])) @ np.array([1.0, 2.0, 4.0])).tolist() == [2.0, 5.0]


def test_with_twenty_leaning_people_false_alarms_stay_nominal() -> None:
    alarms, batches = np.zeros(4), 120
    for number in range(batches):
        batch = votes(np.random.default_rng([43, number]), 1200, annotators=20)
        effects = fit(batch.frame, batch.deltas, batch.quality).effects[1:]
        alarms += [effect.p is not None and effect.p < 0.05 for effect in effects]
    assert alarms.sum() <= stats.binom.ppf(0.999, 4 * batches, 0.05)
    assert alarms.sum() >= stats.binom.ppf(0.001, 4 * batches, 0.05)
