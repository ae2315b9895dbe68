from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.language.words import word
from contracts.terms.annotation import Scheme as Terms
from rampart.drafting.meanings import Meaning, comparative, meaning, scale
from rampart.records.schemes import read_label

SCHEME: TypeAdapter[Any] = TypeAdapter(Terms)
AB, XY, ZERO_ONE = ("a", "b"), ("x", "y"), ("0", "1")


@pytest.mark.parametrize(
    ("text", "tokens", "expected"),
    [
        ("A", AB, Meaning("a")),
        ("model_b", AB, Meaning("b")),
        ("left", XY, Meaning("a")),
        ("output_2", ("1", "2"), Meaning("b")),
        ("response 1", ZERO_ONE, Meaning("b")),  # the second of 0 and 1
        ("Response B is a bit better", AB, Meaning("b", 1)),
        ("A is much worse", AB, Meaning("b", 3)),
        ("A>>B", AB, Meaning("a", 3)),
        ("A<B", AB, Meaning("b")),
        ("A=B", AB, Meaning("tie")),
        ("about the same", AB, Meaning("tie")),
        ("tie (bothbad)", AB, Meaning("both_bad")),
        ("neither", AB, Meaning("both_bad")),
        ("both are bad", AB, Meaning("both_bad")),
        ("skip", AB, None),
    ],
)
def test_words_of_comparisons_are_understood(
    text: str, tokens: tuple[str, ...], expected: Meaning | None
) -> None:
    assert meaning(text, tokens) == expected


@pytest.mark.parametrize(
    ("said", "tokens", "kind", "sure"),
    [
        (("left", "right", "tie"), AB, "arena", "sure"),
        (("a", "b"), AB, "binary", "sure"),
        (("1", "2"), AB, "binary", "likely"),
        (("0", "1"), AB, "binary", "edit"),
        (("0", "1"), ZERO_ONE, "binary", "sure"),
        (("0", "1", "2"), AB, "arena", "edit"),
        (("0", "0.5", "1"), AB, "arena", "edit"),
        (("-2", "-1", "0", "1", "2"), AB, "likert", "edit"),
        (("1", "2", "3", "4", "5", "6", "7", "8"), AB, "likert", "edit"),
        (("true", "false"), AB, "binary", "edit"),
        (("foo", "bar"), AB, "binary", "edit"),
        (("a",), AB, "binary", "edit"),
    ],
)
def test_a_vocabulary_asks_for_a_scheme_and_says_how_sure_that_is(
    said: tuple[str, ...], tokens: tuple[str, ...], kind: str, sure: str
) -> None:
    found = comparative(Counter(said), tokens)
    assert found is not None
    assert (found.terms["kind"], found.sure) == (kind, sure)


@pytest.mark.parametrize("said", [("x", "y", "z", "w"), ("0.1", "0.7", "0.9")])
def test_a_vocabulary_that_is_no_comparison_asks_for_none(said: tuple[str, ...]) -> None:
    assert comparative(Counter(said), AB) is None


SAID = (
    "A is much better",
    "a",
    "B",
    "b is slightly better",
    "tie",
    "neither",
    "both bad",
    "equal",
    "left",
    "2",
)


@given(st.sets(st.sampled_from(SAID), min_size=1))
def test_every_word_understood_is_a_label_of_the_scheme_with_its_side(said: set[str]) -> None:
    found = comparative(Counter(map(word, said)), AB)
    assert found is not None
    scheme = SCHEME.validate_python(found.terms)
    ranks = {"a": (1, 2), "b": (2, 1), "tie": (1, 1), "both_bad": (1, 1)}
    for text in said:
        understood, label = meaning(word(text), AB), read_label(scheme, text, 2)
        if understood is not None:
            assert label is not None
            assert label.ranking == ranks[understood.side]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((-2, 3), (-3, 3)),
        ((1, 5), (1, 5)),
        ((2, 4), (1, 4)),
        ((1, 8), (1, 8)),
        ((0, 4), (0, 4)),
        ((0, 1), (0, 1)),
        ((0.2, 0.9), (0, 1)),
        ((3, 87), (0, 100)),
        ((-0.5, 0.25), (-0.5, 0.5)),
    ],
)
def test_the_usual_scale_holds_what_was_seen(
    numbers: tuple[float, ...], expected: tuple[float, float]
) -> None:
    low, high = scale(numbers)
    assert (low, high) == expected
    assert low <= min(numbers) <= max(numbers) <= high
