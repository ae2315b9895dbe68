"""Raw label → canonical → raw → canonical: what is written reads back to what it was written from."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.terms.annotation import Scheme, Verifiable
from rampart.delivery.fields import as_delivered
from rampart.records.schemes import Label, read_label, written

Terms = dict[str, Any]


def scheme_of(terms: Terms) -> Scheme:
    return TypeAdapter(Scheme).validate_python(terms)


SCALES = [(1, 4), (1, 5), (1, 7), (1, 8), (-3, 3), (0, 1), (-10, 90)]
WORDED: list[Terms] = [
    {"kind": "binary", "a": ["left", "L", 1], "b": ["right", 2]},
    {"kind": "arena", "a": ["model_a"], "b": ["model_b"], "tie": ["tie", 0], "both_bad": ["tie (bothbad)"]},
    {"kind": "thumbs", "up": [True, "up"], "down": [False]},
    {"kind": "category", "categories": {"spam": [1, "yes"], "ham": [0]}},
]


@st.composite
def worded(draw: st.DrawFn) -> tuple[Scheme, Any, int]:
    """A word of the contract, in any case and with blanks around it."""
    terms = draw(st.sampled_from(WORDED))
    groups = terms["categories"] if terms["kind"] == "category" else terms
    listed = [words for words in groups.values() if isinstance(words, list)]
    word = draw(st.sampled_from([each for words in listed for each in words]))
    spelt = f" {str(word).upper()}\t" if draw(st.booleans()) else word
    return scheme_of(terms), spelt, 1 if terms["kind"] == "thumbs" else 2


@st.composite
def likert(draw: st.DrawFn) -> tuple[Scheme, Any, int]:
    low, high = draw(st.sampled_from(SCALES))
    terms = {"kind": "likert", "low": low, "high": high, "low_prefers": draw(st.sampled_from("ab"))}
    return scheme_of(terms), draw(st.integers(low, high)), 2


@st.composite
def rating(draw: st.DrawFn) -> tuple[Scheme, Any, int]:
    terms = {
        "kind": "rating",
        "low": -1,
        "high": 10,
        "higher_is_better": draw(st.booleans()),
        "min_gap": draw(st.floats(0.01, 5)),
    }
    scores = draw(st.lists(st.floats(-1, 10) | st.integers(-1, 10), min_size=1, max_size=9))
    return scheme_of(terms), scores, len(scores)


@st.composite
def ranking(draw: st.DrawFn) -> tuple[Scheme, Any, int]:
    ranks = draw(st.lists(st.integers(-5, 12), min_size=2, max_size=9))
    return scheme_of({"kind": "ranking", "best": draw(st.sampled_from(["low", "high"]))}), ranks, len(ranks)


@st.composite
def verifiable(draw: st.DrawFn) -> tuple[Scheme, Any, int]:
    threshold = draw(st.none() | st.floats(-2, 2))
    one = st.sampled_from([True, False, "pass", "FAILED", 0, 1]) if threshold is None else st.floats(-3, 3)
    results = draw(st.lists(one, min_size=1, max_size=9))
    return scheme_of({"kind": "verifiable", "threshold": threshold}), results, len(results)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Scheme, Any, int]:
    place = st.integers(0, 10_000)
    one = st.builds(
        lambda one, other, label: {"start": min(one, other), "end": max(one, other), "label": label},
        place,
        place,
        st.sampled_from(["typo", "WRONG", True]),
    )
    return scheme_of({"kind": "spans", "labels": ["typo", "Wrong", True]}), draw(st.lists(one, max_size=6)), 1


UNLABELLED = st.builds(
    lambda kind: (scheme_of({"kind": kind}), None, 1), st.sampled_from(["demonstration", "critique"])
)
EVERY = worded() | likert() | rating() | ranking() | verifiable() | spans() | UNLABELLED


@given(EVERY)
def test_a_label_written_back_reads_as_the_same_label(case: tuple[Scheme, Any, int]) -> None:
    scheme, raw, responses = case
    label = read_label(scheme, raw, responses)
    assert label is not None
    again = written(scheme, label)
    assert read_label(scheme, again, responses) == label
    assert json.loads(json.dumps(again)) == again


@given(likert())
def test_a_point_of_a_scale_comes_back_as_it_was(case: tuple[Scheme, Any, int]) -> None:
    scheme, raw, responses = case
    label = read_label(scheme, raw, responses)
    assert label is not None
    assert written(scheme, label) == raw


@given(rating())
def test_ratings_come_back_as_they_were(case: tuple[Scheme, Any, int]) -> None:
    scheme, raw, responses = case
    label = read_label(scheme, raw, responses)
    assert label is not None
    again = written(scheme, label)
    assert (again if isinstance(again, list) else [again]) == raw


@given(ranking())
def test_a_ranking_comes_back_with_the_same_order_and_ties(case: tuple[Scheme, Any, int]) -> None:
    scheme, raw, responses = case
    label = read_label(scheme, raw, responses)
    assert label is not None
    again = written(scheme, label)
    dense = {number: place for place, number in enumerate(sorted(set(raw)), 1)}
    assert again == [dense[number] for number in raw]


@given(verifiable())
def test_results_come_back_as_they_were(case: tuple[Scheme, Any, int]) -> None:
    scheme, raw, responses = case
    label = read_label(scheme, raw, responses)
    assert label is not None
    again = written(scheme, label)
    listed = again if isinstance(again, list) else [again]
    assert isinstance(scheme, Verifiable)
    if scheme.threshold is not None:
        assert listed == raw
    else:
        good = {True, "true", "pass"}
        assert [one in good for one in listed] == [one in good for one in raw]


@pytest.mark.parametrize(
    ("terms", "label"),
    [
        ({"kind": "likert", "low": 1, "high": 4}, Label((1, 1), strength=0.0)),
        ({"kind": "likert", "low": 1, "high": 5}, Label((1, 2), strength=0.3)),
        ({"kind": "binary"}, Label((1, 1))),
        ({"kind": "arena"}, Label((1, 1), both_bad=True)),
        ({"kind": "ranking"}, Label((1, 3))),
        ({"kind": "rating", "low": 1, "high": 5}, Label((1, 2), ratings=(9.0, 1.0))),
        ({"kind": "rating", "low": 1, "high": 5}, Label((2, 1), ratings=(5.0, 1.0))),
        ({"kind": "category", "categories": {"spam": [1], "ham": [0]}}, Label(None, category="eggs")),
        ({"kind": "demonstration"}, Label((1, 2))),
    ],
)
def test_what_a_scheme_cannot_say_is_refused_and_not_written_wrongly(terms: Terms, label: Label) -> None:
    with pytest.raises(ValueError, match=f"the scheme '{terms['kind']}' has no label that says"):
        written(scheme_of(terms), label)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON.filter(lambda raw: raw is not None))
def test_the_label_as_delivered_comes_back_byte_for_byte(raw: Any) -> None:
    try:
        kept = as_delivered(raw)
    except ValueError:  # half a character in a key: no UTF-8 file can hold it
        return
    assert kept is not None
    assert json.loads(kept) == raw
    assert as_delivered(json.loads(kept)) == kept
