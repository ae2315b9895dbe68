import hashlib
import itertools
import math
from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from contracts.terms.annotation import Arena, Ranking, Rating, Scheme
from rampart.records.comparisons import PAIRED, comparisons
from rampart.records.schemes import read_label
from rampart.records.training_pairs import PAIR_COLUMNS, training_pairs
from tests.records.judged import judged, table

RANKING = Ranking(kind="ranking")
RATING = Rating(kind="rating", low=1, high=10)
EVERY_PAIR = RATING.model_copy(update={"pairs": "all"})


def rated(scores: list[float], scheme: Rating = RATING, **given: Any) -> dict[str, Any]:
    """A judgement of as many responses, called a, b, c and so on."""
    label = read_label(scheme, scores, len(scores))
    assert label is not None and label.ranking is not None
    texts = [chr(ord("a") + place) for place in range(len(scores))]
    return judged(texts, list(label.ranking), ratings=scores, scheme="rating", **given)


def ranked(ranks: list[int], **given: Any) -> dict[str, Any]:
    return judged([chr(ord("a") + place) for place in range(len(ranks))], ranks, scheme="ranking", **given)


def pairs(rows: list[dict[str, Any]], scheme: Scheme, **given: Any) -> list[tuple[Any, ...]]:
    frame = training_pairs(table(*rows), scheme, **given)
    assert frame.columns == list(PAIR_COLUMNS)
    return frame.select("first", "second", "outcome", "weight").rows()


# Worked by hand: ranks → (pairs, won by the first shown, won by the second, ties).
WORKED = [
    ([1, 2, 3, 4], (6, 6, 0, 0)),
    ([4, 3, 2, 1], (6, 0, 6, 0)),
    ([1, 1, 2, 2], (6, 4, 0, 2)),
    ([1, 1, 1, 1], (6, 0, 0, 6)),
    ([2, 1, 3, 1], (6, 2, 3, 1)),  # ab b, ac a, ad d, bc b, bd tie, cd d
    ([1, 2, 3, 4, 5], (10, 10, 0, 0)),
    ([2, 2, 1, 3, 3], (10, 6, 2, 2)),
    ([1, 2, 3, 4, 5, 6], (15, 15, 0, 0)),
    ([1, 1, 1, 2, 2, 2], (15, 9, 0, 6)),
    ([7, 6, 5, 4, 3, 2, 1], (21, 0, 21, 0)),
    ([1, 2, 2, 3, 3, 3, 4], (21, 17, 0, 4)),
    ([1, 2, 3, 4, 5, 6, 7, 8], (28, 28, 0, 0)),
    ([1, 1, 2, 2, 3, 3, 4, 4], (28, 24, 0, 4)),
    ([1, 2, 3, 4, 5, 6, 7, 8, 9], (36, 36, 0, 0)),
    ([1, 1, 1, 2, 2, 2, 3, 3, 3], (36, 27, 0, 9)),
    ([1, 1, 1, 1, 1, 1, 1, 1, 1], (36, 0, 0, 36)),
]


@pytest.mark.parametrize(("ranks", "counts"), WORKED, ids=lambda value: str(value).replace(" ", ""))
def test_k_ranked_responses_give_every_pair_weighted_alike_with_ties_as_half_wins(
    ranks: list[int], counts: tuple[int, int, int, int]
) -> None:
    found = pairs([ranked(ranks)], RANKING)
    outcomes = Counter(row[2] for row in found)
    assert (len(found), outcomes[1.0], outcomes[0.0], outcomes[0.5]) == counts
    assert {row[3] for row in found} == {1 / math.comb(len(ranks), 2)}
    assert sum(row[3] for row in found) == pytest.approx(1.0, abs=1e-12)


def test_the_pairs_of_one_judgement_are_one_group_and_lie_together() -> None:
    rows = [ranked(list(range(1, k + 1)), record_id=f"r{k}", item_id="same prompt") for k in range(4, 10)]
    frame = training_pairs(table(*rows), RANKING)
    sizes = frame.group_by("group", maintain_order=True).agg(pl.len(), pl.col("weight").sum())
    assert sizes["group"].to_list() == ["r4", "r5", "r6", "r7", "r8", "r9"]
    assert sizes["len"].to_list() == [6, 10, 15, 21, 28, 36]
    assert sizes["weight"].to_list() == pytest.approx([1.0] * 6)
    assert frame["group"].rle().len() == 6


def test_schemes_that_are_not_rated_train_on_every_comparison() -> None:
    rows = [ranked([2, 1, 1]), judged(["x", "y"], [1, 1]), judged(["x"], None)]
    for scheme in (RANKING, Arena(kind="arena")):
        for aggregation in ("judgement", "majority"):
            frame = training_pairs(table(*rows), scheme, aggregation)
            assert frame.select(PAIRED).equals(comparisons(table(*rows), aggregation).select(PAIRED))


def test_the_best_response_meets_one_lower_one() -> None:
    (row,) = pairs([rated([3, 9, 3.5])], RATING)
    assert row in {("a", "b", 0.0, 1.0), ("b", "c", 1.0, 1.0)}


def test_audits_look_at_all_pairs_where_training_draws_one() -> None:
    rows = table(rated([3, 9, 5, 1]))
    assert comparisons(rows).height == 6
    assert training_pairs(rows, RATING).height == 1


def test_a_response_closer_to_the_best_than_the_gap_is_never_the_lower_one() -> None:
    rows = [rated([9, 8.5, 8, 2], record_id=f"r{n}") for n in range(200)]
    assert Counter(row[:3] for row in pairs(rows, RATING)).keys() == {("a", "c", 1.0), ("a", "d", 1.0)}


def test_only_the_very_best_score_is_the_best_one_even_where_ranks_tie() -> None:
    # 9 and 8.5 share a rank, as their gap is below 1; and 8.5 is too close to 8 to beat it.
    rows = [rated([8.5, 9, 8], record_id=f"r{n}") for n in range(50)]
    assert set(pairs(rows, RATING)) == {("b", "c", 1.0, 1.0)}


def test_where_no_response_is_low_enough_there_is_no_pair() -> None:
    rows = [rated([5, 5.5, 5.9]), rated([7, 7])]
    assert pairs(rows, RATING) == pairs(rows, EVERY_PAIR) == []


def test_every_two_ratings_that_differ_weigh_alike_and_together_one() -> None:
    found = pairs([rated([9, 8.5, 8, 2])], EVERY_PAIR)
    quarter = 1 / 4
    assert found == [
        ("a", "c", 1.0, quarter),
        ("a", "d", 1.0, quarter),
        ("b", "d", 1.0, quarter),
        ("c", "d", 1.0, quarter),
    ]


def test_where_lower_scores_are_better_the_lowest_is_the_best() -> None:
    scheme = RATING.model_copy(update={"higher_is_better": False})
    assert pairs([rated([9, 2], scheme)], scheme) == [("a", "b", 0.0, 1.0)]
    rows = [rated([4, 2, 8], scheme, record_id=f"r{n}") for n in range(50)]
    assert {row[:3] for row in pairs(rows, scheme)} == {("a", "b", 0.0), ("b", "c", 1.0)}


def test_a_gap_is_not_lost_to_floating_point() -> None:
    scheme = Rating(kind="rating", low=0, high=1, min_gap=0.1)
    assert pairs([rated([0.3, 0.2], scheme)], scheme) == [("a", "b", 1.0, 1.0)]
    assert pairs([rated([0.3, 0.21], scheme)], scheme) == []


def test_the_lower_response_is_drawn_uniformly() -> None:
    rows = [rated([9, 1, 7, 3, 5], record_id=f"r{n}") for n in range(4000)]
    drawn = Counter(row[1] for row in pairs(rows, RATING))
    assert drawn.keys() == set("bcde")
    assert chisquare(list(drawn.values())).pvalue > 0.001


def test_which_of_two_best_ones_is_drawn_is_uniform_and_independent_of_the_lower_one() -> None:
    rows = [rated([1, 9, 2, 9], record_id=f"r{n}") for n in range(4000)]
    drawn = Counter(row[:2] for row in pairs(rows, RATING))
    assert drawn.keys() == {("a", "b"), ("b", "c"), ("a", "d"), ("c", "d")}
    assert chisquare(list(drawn.values())).pvalue > 0.001


def test_a_draw_depends_on_the_record_and_the_seed_alone() -> None:
    rows = [rated([9, 1, 7, 3, 5], record_id=f"r{n}") for n in range(300)]
    straight = dict(zip((f"r{n}" for n in range(300)), pairs(rows, RATING), strict=True))
    some = [rows[place] for place in np.random.default_rng(1).permutation(300)[:100]]
    found = pairs(some, RATING)
    assert [straight[row["record_id"]] for row in some] == found
    other = pairs(some, RATING.model_copy(update={"seed": 1}))
    assert 0.5 < sum(one != two for one, two in zip(found, other, strict=True)) / 100 < 0.95


def test_a_known_record_draws_its_known_pair_for_ever() -> None:
    # A change here gives every rated snapshot another digest.
    rows = [rated([9, 1, 7, 3, 5], record_id=f"r{n}") for n in range(8)]
    assert "".join(row[1] for row in pairs(rows, RATING)) == "ddbbdbce"
    digests = [hashlib.blake2b(f"0\x1fr{n}".encode(), digest_size=16).digest() for n in range(8)]
    assert "".join("bcde"[int.from_bytes(digest[8:], "big") % 4] for digest in digests) == "ddbbdbce"


def test_records_that_share_an_id_draw_a_pair_each() -> None:
    assert len(pairs([rated([9, 1, 5]), rated([2, 8, 5])], RATING)) == 2


def test_by_majority_the_best_is_the_one_that_wins_most_of_its_pairs() -> None:
    votes: list[list[float]] = [[9, 5, 1], [9, 5, 1], [1, 9, 5]]
    rows = [
        rated(scores, record_id=f"r{n}-{k}", item_id=f"i{n}")
        for n in range(40)
        for k, scores in enumerate(votes)
    ]
    frame = training_pairs(table(*rows), RATING, "majority")
    assert frame["group"].to_list() == [f"i{n}" for n in range(40)]
    assert frame["weight"].to_list() == [1.0] * 40
    assert set(frame.select("first", "second", "outcome").rows()) == {("a", "b", 1.0), ("a", "c", 1.0)}
    assert training_pairs(table(*rows), EVERY_PAIR, "majority").height == 3 * 40


def test_a_majority_without_a_winner_gives_no_rated_pair() -> None:
    rows = [rated([9, 1], record_id="x"), rated([1, 9], record_id="y")]
    assert training_pairs(table(*rows), RATING, "majority").is_empty()


def expected(scores: list[float], gap: float) -> set[tuple[int, int]]:
    """(better, worse) places the rule may draw, straight from its words."""
    best = max(scores)
    return {
        (one, other)
        for one, other in itertools.permutations(range(len(scores)), 2)
        if scores[one] == best and best - scores[other] >= gap
    }


HALVES = st.integers(2, 20).map(lambda n: n / 2)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(HALVES, min_size=2, max_size=9), min_size=1, max_size=6),
    st.sampled_from([0.5, 1.0, 2.5]),
    st.integers(0, 99),
)
def test_every_pair_drawn_is_one_the_rule_allows(every: list[list[float]], gap: float, seed: int) -> None:
    scheme = RATING.model_copy(update={"min_gap": gap, "seed": seed})
    rows = [rated(scores, scheme, record_id=f"r{n}") for n, scores in enumerate(every)]
    frame = training_pairs(table(*rows), scheme)
    drawn = {
        int(group[1:]): (first, second) if outcome == 1.0 else (second, first)
        for group, first, second, outcome in frame.select(
            "group", "first_position", "second_position", "outcome"
        ).rows()
    }
    assert frame.height == len(drawn)
    for place, scores in enumerate(every):
        allowed = expected(scores, gap)
        assert (place in drawn) == bool(allowed)
        assert place not in drawn or drawn[place] in allowed
