import numpy as np
import polars as pl
import pytest
from scipy import integrate, special, stats

from quality.mitigation.relabel import concentration, expected_bits, queue
from tests.quality.mitigation.planted import Planted
from tests.quality.mitigation.test_soft import judged


@pytest.mark.parametrize(
    ("wins", "losses", "k"), [(0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (1.5, 1.5, 3.0), (7, 2, 0.4)]
)
def test_the_bits_are_those_of_an_integral(wins: float, losses: float, k: float) -> None:
    a, b = wins + k / 2, losses + k / 2

    def entropy(p: float) -> float:
        return float((special.entr(p) + special.entr(1 - p)) / np.log(2))

    inside = integrate.quad(lambda p: stats.beta.pdf(p, a, b) * entropy(p), 0, 1)[0]
    found = expected_bits(np.array([wins]), np.array([losses]), k)[0]
    assert found == pytest.approx(entropy(a / (a + b)) - inside, abs=1e-5)


def test_each_further_judgement_leaves_less_to_learn() -> None:
    wins = np.arange(8.0)
    alike, split = expected_bits(wins, np.zeros(8), 1.0), expected_bits(wins / 2, wins / 2, 1.0)
    assert (np.diff(alike) < 0).all()
    assert (np.diff(split) < 0).all()
    assert (split[2:] > alike[2:]).all()  # who disagreed is worth asking again before who did not


@pytest.mark.parametrize("k", [0.5, 2.0, 6.0])
def test_how_much_pairs_differ_is_found_from_their_overlap(k: float) -> None:
    rng = np.random.default_rng(0)
    m = rng.integers(1, 5, 20_000)
    won = rng.binomial(m, rng.beta(k / 2, k / 2, len(m))).astype(float)
    assert concentration(won, m - won) == pytest.approx(k, rel=0.1)


def test_without_overlap_it_is_jeffreys_prior() -> None:
    assert concentration(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 1.0


def test_split_pairs_come_before_agreed_ones_and_every_pair_is_listed_once() -> None:
    rows = [(f"{item}", who, False, 1.0) for item in "abcd" for who in "xyz"]
    rows += [("e", "x", False, 1.0), ("e", "y", True, 1.0), ("e", "z", False, 1.0)]
    found = queue(judged(rows).with_columns(first_position=0, second_position=1), share=1.0)
    assert found["item_id"].to_list() == ["e", "a", "b", "c", "d"]
    assert found["rank"].to_list() == [1, 2, 3, 4, 5]
    assert found["share_for_first"].to_list() == pytest.approx([2 / 3, 1, 1, 1, 1])
    assert found["judgements"].to_list() == [3] * 5


def test_among_pairs_judged_once_those_of_a_coin_tosser_come_first() -> None:
    rng = np.random.default_rng(1)
    rows = []
    for item in range(600):
        right = float(rng.integers(0, 2))
        people = [f"p{who}" for who in rng.choice(8, 3, replace=False)] if item < 400 else [f"p{item % 8}"]
        for who in people:
            says = float(rng.integers(0, 2)) if who == "p0" else right
            rows.append((f"i{item}", who, False, says))
    each = judged(rows).with_columns(first_position=0, second_position=1)
    alone = queue(each, share=1.0).filter(pl.col("judgements") == 1)
    by = alone.join(each.select("record_id", "annotator_id"), on="record_id", maintain_order="left")
    assert set(by.head(25)["annotator_id"]) == {"p0"}
    assert (alone.head(25)["expected_bits"] > alone.tail(175)["expected_bits"].max()).all()


def test_the_queue_names_pairs_and_nobody_and_is_no_longer_than_asked(swayed: Planted) -> None:
    found = queue(swayed.batch.each)
    assert found.height == 230
    assert "annotator_id" not in found.columns
    assert found["item_id"].n_unique() == found.height
