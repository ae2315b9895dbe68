from typing import Any

import pytest

from contracts.terms.annotation import Arena, Demonstration, Rating, Scheme, Thumbs, Verifiable
from rampart.records.schemes import read_label
from rampart.records.unpaired import DEMONSTRATION_COLUMNS, UNPAIRED_COLUMNS, demonstrations, unpaired
from tests.records.judged import judged, table

THUMBS = Thumbs(kind="thumbs")
RATING = Rating(kind="rating", low=1, high=5)


def graded(scheme: Scheme, raw: Any, **given: Any) -> dict[str, Any]:
    label = read_label(scheme, raw, 1)
    assert label is not None
    return judged(["An apple."], None, ratings=label.ratings, scheme=scheme.kind, **given)


@pytest.mark.parametrize(
    ("scheme", "verdicts"),
    [
        (THUMBS, {"up": True, "down": False}),
        (Verifiable(kind="verifiable"), {"pass": True, "failed": False}),
        (Verifiable(kind="verifiable", threshold=0.6), {0.6: True, 0.59: False, -2: False}),
        (RATING, {5: True, 3.5: True, 3: None, 2: False}),  # 3 is the middle: neither good nor bad
        (Rating(kind="rating", low=0, high=1, higher_is_better=False), {0: True, 0.5: None, 1: False}),
    ],
    ids=["thumbs", "words", "threshold", "rating", "lower is better"],
)
def test_a_response_graded_alone_is_good_or_bad(scheme: Scheme, verdicts: dict[Any, bool | None]) -> None:
    rows = [graded(scheme, raw, record_id=str(raw)) for raw in verdicts]
    frame = unpaired(table(*rows), scheme)
    assert frame.columns == list(UNPAIRED_COLUMNS)
    assert frame.select("record_id", "desirable").rows() == [
        (str(raw), good) for raw, good in verdicts.items() if good is not None
    ]


def test_a_row_says_who_said_what_of_which_text() -> None:
    row = graded(THUMBS, "up", annotator_id="w", checkpoints=["m"], domain="fruit")
    (found,) = unpaired(table(row), THUMBS).rows(named=True)
    assert (found["response"], found["checkpoint"], found["annotator_id"]) == ("An apple.", "m", "w")
    assert found["prompt"] == [{"role": "user", "content": "Name a fruit."}]
    assert (found["domain"], len(found["prompt_key"])) == ("fruit", 64)


def test_compared_and_unlabelled_responses_are_not_unpaired() -> None:
    rows = [
        judged(["x", "y"], [1, 2], ratings=[5.0, 1.0]),
        judged(["x"], None),
        judged([None], None, ratings=[5.0]),
    ]
    assert unpaired(table(*rows), RATING).is_empty()
    assert unpaired(table(graded(THUMBS, "up")), Arena(kind="arena")).is_empty()


TALK = [
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"},
    {"role": "user", "content": "Name a fruit."},
]


def test_a_demonstration_is_a_prompt_and_what_to_answer() -> None:
    rows = [
        judged(["An apple."], None, record_id="one", scheme=Demonstration(kind="demonstration").kind),
        judged(["x", "y"], None, record_id="two"),
        judged([], None, record_id="none"),
    ]
    frame = demonstrations(table(*rows))
    assert frame.columns == list(DEMONSTRATION_COLUMNS)
    assert frame.select("record_id", "response", "turn").rows() == [("one", "An apple.", 1)]


def test_an_unrolled_demonstration_keeps_the_split_of_its_conversation() -> None:
    frame = demonstrations(table(judged(["An apple."], None, prompt=TALK)), "unrolled")
    assert frame.select("response", "turn").rows() == [("Hello", 1), ("An apple.", 3)]
    assert frame["prompt"].to_list() == [TALK[:1], TALK]
    assert frame["prompt_key"].n_unique() == 1
