from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.terms.annotation import Scheme
from rampart.records.schemes import Label, read_label, within


def label(terms: dict[str, Any], raw: Any, responses: int = 2) -> Label | None:
    scheme: Scheme = TypeAdapter(Scheme).validate_python(terms)
    return read_label(scheme, raw, responses)


def ranking(terms: dict[str, Any], raw: Any, responses: int = 2) -> tuple[int, ...] | None:
    found = label(terms, raw, responses)
    return found.ranking if found else None


BINARY = {"kind": "binary"}
ARENA = {
    "kind": "arena",
    "a": ["model_a"],
    "b": ["model_b"],
    "tie": ["tie"],
    "both_bad": ["tie (bothbad)"],
}


@pytest.mark.parametrize(("raw", "ranks"), [("a", (1, 2)), ("b", (2, 1)), (" A ", (1, 2)), ("B", (2, 1))])
def test_a_binary_choice_ranks_its_two_responses(raw: str, ranks: tuple[int, int]) -> None:
    assert label(BINARY, raw) == Label(ranks)


@pytest.mark.parametrize("raw", ["c", "", None, 1, True, ["a"], {"a": 1}])
def test_a_word_the_scheme_does_not_have_is_no_label(raw: Any) -> None:
    assert label(BINARY, raw) is None


@pytest.mark.parametrize("responses", [0, 1, 3])
@pytest.mark.parametrize(
    "terms", [BINARY, ARENA, {"kind": "likert", "low": 1, "high": 5}], ids=lambda t: t["kind"]
)
def test_a_choice_of_two_says_nothing_of_another_number_of_responses(
    terms: dict[str, Any], responses: int
) -> None:
    assert all(label(terms, raw, responses) is None for raw in ("a", "model_a", 1))


def test_an_arena_has_ties_and_tells_bad_ones_from_good_ones() -> None:
    assert label(ARENA, "model_b") == Label((2, 1))
    assert label(ARENA, "Tie") == Label((1, 1), both_bad=False)
    assert label(ARENA, "tie (bothbad)") == Label((1, 1), both_bad=True)
    assert label(ARENA, "bothbad") is None


@pytest.mark.parametrize("raw", [1, 1.0, "1", " 1.0 ", "1e0", "+1", Decimal(1)])
def test_a_number_is_the_same_word_however_it_is_written(raw: Any) -> None:
    found = ranking({"kind": "binary", "a": [1], "b": [0]}, raw)
    assert found == (None if isinstance(raw, Decimal) else (1, 2))


@pytest.mark.parametrize("raw", [True, "true", "TRUE"])
def test_true_is_a_word_and_not_the_number_one(raw: Any) -> None:
    assert ranking({"kind": "binary", "a": [True], "b": [False]}, raw) == (1, 2)
    assert ranking({"kind": "binary", "a": [1], "b": [0]}, raw) is None
    assert ranking({"kind": "binary", "a": [True], "b": [False]}, 1) is None


def test_two_contracts_whose_words_python_takes_for_equal_do_not_mix() -> None:
    # (1,) == (True,) in Python: a cache over the words once gave one contract the other's meanings.
    assert label({"kind": "thumbs", "up": [1], "down": [0]}, 1, 1) == Label(None, ratings=(1.0,))
    assert label({"kind": "thumbs", "up": [True], "down": [False]}, 1, 1) is None
    assert label({"kind": "thumbs", "up": [True], "down": [False]}, True, 1) == Label(None, ratings=(1.0,))


@pytest.mark.parametrize("raw", ["1_0", "nan", "inf", "Infinity", "\uff11", "0x1", "1e999", "--1", ""])
def test_what_only_python_takes_for_a_number_is_none(raw: str) -> None:
    assert label({"kind": "likert", "low": 1, "high": 10}, raw) is None


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1, 4, {1: ((1, 2), 1.0), 2: ((1, 2), 1 / 3), 3: ((2, 1), 1 / 3), 4: ((2, 1), 1.0)}),
        (1, 5, {1: ((1, 2), 1.0), 2: ((1, 2), 0.5), 3: ((1, 1), 0.0), 4: ((2, 1), 0.5), 5: ((2, 1), 1.0)}),
        (-3, 3, {-3: ((1, 2), 1.0), -1: ((1, 2), 1 / 3), 0: ((1, 1), 0.0), 3: ((2, 1), 1.0)}),
        (1, 8, {4: ((1, 2), 1 / 7), 5: ((2, 1), 1 / 7), 8: ((2, 1), 1.0)}),
        (0, 1, {0: ((1, 2), 1.0), 1: ((2, 1), 1.0)}),
    ],
)
def test_a_scale_prefers_its_ends_and_ties_in_its_middle_where_it_has_one(
    low: int, high: int, expected: dict[int, tuple[tuple[int, int], float]]
) -> None:
    for raw, (ranks, strength) in expected.items():
        found = label({"kind": "likert", "low": low, "high": high}, raw)
        assert found is not None
        assert found.ranking == ranks
        assert found.strength == pytest.approx(strength)


def test_a_scale_can_run_the_other_way() -> None:
    assert ranking({"kind": "likert", "low": -3, "high": 3, "low_prefers": "b"}, -2) == (2, 1)


@pytest.mark.parametrize("raw", [0, 6, 2.5, "2.5", True, None, [1], "better", 10**400])
def test_what_is_not_on_the_scale_is_no_label(raw: Any) -> None:
    assert label({"kind": "likert", "low": 1, "high": 5}, raw) is None


def test_a_scale_can_have_words() -> None:
    words = {"Much better A": -2, "Better A": -1, "About the same": 0, "Better B": 1, "Much better B": 2}
    terms = {"kind": "likert", "low": -2, "high": 2, "words": words}
    assert label(terms, "much better a") == Label((1, 2), strength=1.0)
    assert label(terms, "About the same ") == Label((1, 1), strength=0.0)
    assert label(terms, 1) == Label((2, 1), strength=0.5)
    assert label(terms, "A is better") is None


RATING = {"kind": "rating", "low": 1, "high": 10}


@pytest.mark.parametrize(
    ("scores", "ranks"),
    [
        ([7, 3], (1, 2)),
        ([3, 7], (2, 1)),
        ([5, 5], (1, 1)),
        (["7", 3.5], (1, 2)),
        ([9, 8.5, 8, 2], (1, 1, 2, 3)),  # 8 is a whole point below the best of the first rank
    ],
)
def test_ratings_rank_with_gaps_and_closer_ones_tie(scores: list[Any], ranks: tuple[int, ...]) -> None:
    found = label(RATING, scores, len(scores))
    assert found is not None
    assert found.ranking == ranks
    assert found.ratings == tuple(map(float, scores))


def test_a_gap_is_not_lost_to_floating_point() -> None:
    terms = {"kind": "rating", "low": 0, "high": 1, "min_gap": 0.1}
    assert ranking(terms, [0.3, 0.2]) == (1, 2)
    assert ranking(terms, [0.3, 0.21]) == (1, 1)


def test_lower_ratings_can_be_better() -> None:
    assert ranking({**RATING, "higher_is_better": False}, [7, 3]) == (2, 1)


def test_a_rating_of_one_response_compares_nothing() -> None:
    assert label(RATING, 7, 1) == Label(None, ratings=(7.0,))
    assert label(RATING, [7], 1) == Label(None, ratings=(7.0,))


@pytest.mark.parametrize(
    "scores", [[0, 5], [5, 11], [5], [5, 6, 7], [5, None], [5, "N/A"], [True, 5], 5, None, {}]
)
def test_ratings_off_the_scale_or_not_one_for_each_response_are_no_label(scores: Any) -> None:
    assert label(RATING, scores) is None


def test_no_response_has_no_rating() -> None:
    assert label(RATING, [], 0) is None


RANKING = {"kind": "ranking"}


@pytest.mark.parametrize(
    ("raw", "ranks"),
    [
        ([0, 1, 2], (1, 2, 3)),
        ([3, 1, 2], (3, 1, 2)),
        ([1, 1, 5], (1, 1, 2)),
        (["2", "1.0", 7], (2, 1, 3)),
        ([0, 0, 0], (1, 1, 1)),
    ],
)
def test_a_ranking_becomes_dense_and_keeps_its_ties(raw: list[Any], ranks: tuple[int, ...]) -> None:
    assert label(RANKING, raw, len(raw)) == Label(ranks)


def test_a_ranking_can_count_upwards() -> None:
    assert ranking({"kind": "ranking", "best": "high"}, [0, 1, 2], 3) == (3, 2, 1)


@pytest.mark.parametrize("raw", [[1, 2], [1, 2, 3, 4], [1, 2, None], [1, 2, "x"], 1, "1,2,3", None])
def test_a_ranking_needs_one_rank_for_each_response(raw: Any) -> None:
    assert label(RANKING, raw, 3) is None


def test_one_response_cannot_be_ranked() -> None:
    assert label(RANKING, [1], 1) is None


def test_thumbs_judge_one_response() -> None:
    terms = {"kind": "thumbs", "up": [True], "down": [False]}
    assert label(terms, True, 1) == Label(None, ratings=(1.0,))
    assert label(terms, "false", 1) == Label(None, ratings=(0.0,))
    assert label(terms, True, 2) is None
    assert label(terms, "maybe", 1) is None


VERIFIABLE = {"kind": "verifiable"}


@pytest.mark.parametrize(
    ("raw", "ranks", "ratings"),
    [
        ([True, False], (1, 2), (1.0, 0.0)),
        (["failed", " PASS ", 0, 1], (2, 1, 2, 1), (0.0, 1.0, 0.0, 1.0)),
        ([True, "pass"], (1, 1), (1.0, 1.0)),
        (["fail", False, 0], (1, 1, 1), (0.0, 0.0, 0.0)),  # all failed alike: nobody won
    ],
)
def test_what_passed_beats_what_failed_and_two_alike_tie(
    raw: list[Any], ranks: tuple[int, ...], ratings: tuple[float, ...]
) -> None:
    assert label(VERIFIABLE, raw, len(raw)) == Label(ranks, ratings=ratings)


def test_a_grader_s_score_passes_from_the_threshold_on_and_is_kept() -> None:
    terms = {"kind": "verifiable", "threshold": 0.5}
    assert label(terms, [0.5, "0.49", 1], 3) == Label((1, 2, 1), ratings=(0.5, 0.49, 1.0))
    assert label(terms, "0.7", 1) == Label(None, ratings=(0.7,))
    assert label(terms, [True, False]) is None


@pytest.mark.parametrize(("raw", "rating"), [(True, 1.0), ([False], 0.0), ("pass", 1.0)])
def test_one_response_alone_is_graded_and_not_compared(raw: Any, rating: float) -> None:
    assert label(VERIFIABLE, raw, 1) == Label(None, ratings=(rating,))


@pytest.mark.parametrize(
    "raw", [[True], [True, None], [True, "maybe"], [True, [True]], True, None, {}, "pass"]
)
def test_results_must_be_one_known_word_for_each_response(raw: Any) -> None:
    assert label(VERIFIABLE, raw) is None


def test_no_response_has_no_result() -> None:
    assert label(VERIFIABLE, [], 0) is None


@pytest.mark.parametrize("kind", ["demonstration", "critique"])
def test_one_response_needs_no_label_and_another_number_of_them_is_none(kind: str) -> None:
    assert label({"kind": kind}, None, 1) == label({"kind": kind}, "good", 1) == Label(None)
    assert label({"kind": kind}, None, 0) is label({"kind": kind}, None, 2) is None


SPANS = {"kind": "spans", "labels": ["Wrong fact", "typo", 3]}


def span(start: int, end: int, label: str = "typo") -> dict[str, Any]:
    return {"response": 0, "start": start, "end": end, "label": label}


def test_marked_passages_are_read_in_order_and_spelt_as_in_the_contract() -> None:
    raw = [
        {"start": 4, "end": "9", "label": "wrong FACT ", "comment": "no"},
        {"start": 0.0, "end": 4, "label": "3"},
        {"start": 2, "end": 2, "label": "typo", "response": 0},
    ]
    found = label(SPANS, raw, 1)
    assert found == Label(None, spans=(span(4, 9, "Wrong fact"), span(0, 4, "3"), span(2, 2)))
    assert label(SPANS, [], 1) == Label(None, spans=())


@pytest.mark.parametrize(
    "change",
    [
        {"label": "style"}, {"label": None}, {"label": ["typo"]}, {"start": 5, "end": 4}, {"start": -1},
        {"end": 2.5}, {"end": None}, {"end": True}, {"end": 2**31}, {"response": 1}, {"response": "a"},
    ],
)  # fmt: skip
def test_a_passage_that_cannot_be_marked_is_no_label(change: dict[str, Any]) -> None:
    good = {"start": 1, "end": 3, "label": "typo"}
    assert label(SPANS, [good], 1) is not None
    assert label(SPANS, [good, {**good, **change}], 1) is None


@pytest.mark.parametrize("raw", [None, "typo", {"start": 1, "end": 3, "label": "typo"}, ["typo"], 3])
def test_passages_are_a_list_of_objects(raw: Any) -> None:
    assert label(SPANS, raw, 1) is None


def test_passages_are_of_one_response() -> None:
    assert label(SPANS, [], 2) is None


@pytest.mark.parametrize(("text", "inside"), [("café", True), ("caf", False), (None, False)])
def test_a_passage_ends_inside_its_text_counted_in_characters(text: str | None, inside: bool) -> None:
    scheme: Scheme = TypeAdapter(Scheme).validate_python(SPANS)
    raw = [{"start": 3, "end": 4, "label": "typo"}]
    assert (read_label(scheme, raw, 1, [text]) is not None) == inside
    assert within([span(0, 4)], [text]) == inside
    assert not within([{**span(0, 1), "response": 1}], [text])


CATEGORY = {"kind": "category", "categories": {"spam": [1, "yes"], "ham": [0, "no"]}}


def test_a_category_is_read_whatever_the_number_of_responses() -> None:
    for responses in (0, 1, 4):
        assert label(CATEGORY, "YES", responses) == Label(None, category="spam")
        assert label(CATEGORY, "0", responses) == Label(None, category="ham")
        assert label(CATEGORY, "maybe", responses) is None
    assert label(CATEGORY, [1], 0) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
SCHEMES: list[dict[str, Any]] = [
    BINARY, ARENA, RATING, RANKING, {"kind": "likert", "low": -3, "high": 3}, {"kind": "thumbs"},
    VERIFIABLE, {"kind": "verifiable", "threshold": 0.5}, SPANS, CATEGORY, {"kind": "demonstration"},
]  # fmt: skip


@given(terms=st.sampled_from(SCHEMES), raw=JSON, responses=st.integers(0, 5))
def test_any_value_is_a_label_with_dense_ranks_or_none(
    terms: dict[str, Any], raw: Any, responses: int
) -> None:
    found = label(terms, raw, responses)
    if found is None or found.ranking is None:
        return
    assert len(found.ranking) == responses
    assert set(found.ranking) == set(range(1, max(found.ranking) + 1))
