"""Sides, cycles, pace and slopes: each against a reference, a planted truth and a count by hand."""

from itertools import combinations, permutations

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import stats

from quality.annotators import cycles, peers, sides, slopes, speed
from quality.annotators.evidence import Missing
from quality.annotators.labels import coded
from rampart.records.comparisons import comparisons
from simulator.people import votes
from tests.delivery.published import DATA, delivered, terms


def test_four_workers_of_llmfao_are_one_sided() -> None:
    frame = comparisons(delivered("llmfao").records)
    found = sides.sides(frame)
    assert found.height == 56
    marked = found.filter(pl.col("bonferroni") < 0.05)
    # Pseudonyms hide the workers, so they are told by their counts in the file.
    file = pl.read_csv(DATA / "llmfao" / "crowd-comparisons.csv").filter(pl.col("winner") != "tie")
    counts = file.group_by("worker").agg(n=pl.len(), first=(pl.col("winner") == "left").sum())
    expected = (
        counts.filter(pl.col("worker").is_in([20, 32, 37, 121])).select("n", "first").sort("n", "first")
    )
    assert expected.height == 4
    assert marked.select("n", "first").sort("n", "first").equals(expected)


def test_the_four_are_among_those_to_look_at() -> None:
    found = sides.evidence(comparisons(delivered("llmfao").records))
    assert isinstance(found, pl.DataFrame)
    likeliest = found.sort("p").head(5)["n"].to_list()
    assert {21, 34, 98, 290} <= set(likeliest)


@pytest.mark.parametrize("first", [0, 3, 12, 24])
def test_the_exact_test_is_scipys(first: int) -> None:
    frame = pl.DataFrame(
        {"annotator_id": ["a"] * 24, "outcome": [1.0] * first + [0.0] * (24 - first), "weight": [1.0] * 24}
    )
    assert sides.sides(frame)["p"].to_list() == pytest.approx([stats.binomtest(first, 24).pvalue])


def test_order_that_is_not_known_is_named() -> None:
    frame = votes(np.random.default_rng(1)).frame.with_columns(first_position=pl.lit(None, pl.Int64))
    found = sides.evidence(frame)
    assert isinstance(found, Missing)
    assert found.field == "order_shown"


def tournament(beats: dict[tuple[int, int], bool], who: str = "a") -> pl.DataFrame:
    """Comparisons of one annotator under one prompt; the first of each key wins where the value is true."""
    return pl.DataFrame(
        {
            "annotator_id": [who] * len(beats),
            "prompt_key": ["p"] * len(beats),
            "first": [f"text {one}" for one, _ in beats],
            "second": [f"text {other}" for _, other in beats],
            "outcome": [1.0 if won else 0.0 for won in beats.values()],
            "weight": [1.0] * len(beats),
        }
    )


@pytest.mark.parametrize("seed", range(4))
def test_cycles_are_those_counted_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    beats = {pair: bool(rng.random() < 0.5) for pair in combinations(range(8), 2)}

    def won(one: int, other: int) -> bool:
        return beats[one, other] if one < other else not beats[other, one]

    by_hand = sum(
        any(won(a, b) and won(b, c) and won(c, a) for a, b, c in permutations(three))
        for three in combinations(range(8), 3)
    )
    assert cycles.triads(tournament(beats)).row(0) == ("a", 56, by_hand)


def test_a_coin_makes_a_quarter_of_triads_cycles() -> None:
    rng = np.random.default_rng(5)
    crowd = [
        tournament({pair: bool(rng.random() < 0.5) for pair in combinations(range(6), 2)}, f"{n:03}")
        for n in range(300)
    ]
    found = cycles.triads(pl.concat(crowd))
    assert float(found["cycles"].sum()) / float(found["triads"].sum()) == pytest.approx(
        cycles.BY_CHANCE, abs=0.02
    )


def test_somebody_without_a_preference_stands_out_of_those_with_one() -> None:
    rng = np.random.default_rng(6)
    pairs = list(combinations(range(7), 2))
    crowd = [tournament({pair: bool(rng.random() < 0.95) for pair in pairs}, f"{n:02}") for n in range(20)]
    crowd.append(tournament({pair: bool(rng.random() < 0.5) for pair in pairs}, "coin"))
    found = cycles.evidence(pl.concat(crowd))
    assert isinstance(found, pl.DataFrame)
    assert found.sort("p")["annotator_id"][0] == "coin"


def test_saying_both_and_ties_and_rankings_make_no_triads() -> None:
    three = tournament({(0, 1): True, (1, 2): True, (0, 2): True})
    both = pl.concat([three, tournament({(1, 0): True})])
    assert cycles.triads(both).is_empty()
    assert cycles.triads(three.with_columns(outcome=0.5)).is_empty()
    assert isinstance(cycles.evidence(three.with_columns(weight=1 / 3)), Missing)


def test_the_fastest_quarter_of_a_real_crowd_is_the_most_accurate() -> None:
    records = delivered("crowd-timing").records
    right = np.array(
        [a == b for a, b in zip(*(records[n].to_pylist() for n in ("raw_label", "gold")), strict=True)]
    )
    found = speed.accuracy_by_pace(np.array(records["duration_s"].to_pylist()), right)
    assert [round(each, 3) for each in found["accuracy"]] == [0.799, 0.717, 0.645, 0.660]
    assert terms("crowd-timing").audits.pace.min_median_s == 4


def timed(rng: np.random.Generator, hurry: float) -> pl.DataFrame:
    """Thirty people with a hundred paces each; the first is `hurry` times as fast."""
    usual = rng.normal(-1.0, 0.2, 30)
    usual[0] -= np.log(hurry)
    paces = usual[:, None] + rng.normal(0.0, 0.4, (30, 100))
    return pl.DataFrame(
        {"annotator_id": np.repeat([f"{n:02}" for n in range(30)], 100), "pace": paces.ravel()}
    )


def test_who_is_eight_times_as_fast_as_others_is_shown_and_bears_no_consequence() -> None:
    pace, haste = speed.evidence(timed(np.random.default_rng(1), 8.0))
    assert isinstance(pace, pl.DataFrame)
    assert isinstance(haste, pl.DataFrame)
    fastest = pace.sort("p").row(0, named=True)
    assert fastest["annotator_id"] == "00"
    assert fastest["p"] < 1e-6
    assert pace["sanction_p"].null_count() == haste["sanction_p"].null_count() == 30


def test_a_hasty_stretch_is_seen_in_somebody_whose_median_is_usual() -> None:
    paced = timed(np.random.default_rng(2), 1.0)
    hasty = (pl.col("annotator_id") == "03") & (pl.int_range(pl.len()).over("annotator_id") < 25)
    paced = paced.with_columns(pace=pl.when(hasty).then(pl.col("pace") - 3.0).otherwise("pace"))
    _, haste = speed.evidence(paced)
    assert isinstance(haste, pl.DataFrame)
    assert haste.sort("p")["annotator_id"][0] == "03"


@pytest.mark.parametrize("seed", range(2))
def test_one_annotators_slope_is_a_logits_of_their_own_rows(seed: int) -> None:
    """With much work the prior is nothing, and slope and likelihood ratio are those of a fitted logit."""
    rng = np.random.default_rng(seed)
    x, who = rng.normal(size=(6000, 1)), np.repeat(np.arange(6), 1000)
    won = (0.8 * x[:, 0] + rng.logistic(size=6000) > 0).astype(float)
    found = slopes.slopes(x, won, who)
    crowd = sm.Logit(won, np.column_stack([x, np.ones(6000)])).fit(disp=0)
    assert found.pooled == pytest.approx(crowd.params[:1], abs=1e-3)
    for code in range(6):
        rows = who == code
        offset = crowd.params[0] * x[rows, 0] + crowd.params[1]
        fitted = sm.GLM(won[rows], x[rows], family=sm.families.Binomial(), offset=offset).fit()
        before = (won[rows] * offset - np.logaddexp(0, offset)).sum()
        assert found.deviations[code, 0] == pytest.approx(fitted.params[0], abs=0.01)
        ratio = found.deviations[code, 0] ** 2 / found.variances[code, 0]
        assert ratio == pytest.approx(2 * (fitted.llf - before), rel=0.02, abs=0.02)


def test_somebody_who_always_chose_the_longer_has_a_finite_slope() -> None:
    rng = np.random.default_rng(3)
    x, who = rng.normal(size=(600, 2)), np.repeat(np.arange(20), 30)
    won = np.where(who == 0, x[:, 0] > 0, rng.random(600) < 0.5).astype(float)
    found = slopes.slopes(x, won, who)
    assert np.isfinite(found.deviations).all()
    assert (found.variances > 0).all()
    assert found.deviations[0, 0] > 1.0


def test_slopes_name_what_they_lack() -> None:
    frame = votes(np.random.default_rng(4)).frame
    deltas = pl.DataFrame({"longer": np.zeros(frame.height)})
    (flat,) = slopes.evidence(deltas, frame)
    (nobody,) = slopes.evidence(deltas, frame.with_columns(annotator_id=pl.lit(None, pl.String)))
    (ties,) = slopes.evidence(deltas, frame.with_columns(outcome=0.5))
    assert [each.field for each in (flat, nobody, ties) if isinstance(each, Missing)] == [
        "responses",
        "annotator_id",
        "ranking",
    ]


def test_peers_are_the_others_and_not_oneself() -> None:
    # Items 0 and 1 have a clear majority of the others for everybody; on item 2 the others of each split.
    said = coded([0, 0, 0, 1, 1, 1, 2, 2, 2], list("abc") * 3, ["x", "x", "x", "x", "x", "y", "x", "y", "z"])
    hits, tries = peers.peers(said)
    assert dict(zip(said.annotator_names, zip(hits, tries, strict=True), strict=True)) == {
        "a": (1.0, 1.0),
        "b": (1.0, 1.0),
        "c": (1.0, 2.0),
    }


def test_work_that_nobody_shares_has_no_peers() -> None:
    found = peers.evidence(coded(range(50), ["a"] * 50, ["x"] * 50))
    assert isinstance(found, Missing)
    assert found.field == "item_id"
