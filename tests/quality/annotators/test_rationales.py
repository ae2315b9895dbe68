"""Texts that several people share, and texts that read like a model's."""

from itertools import count
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from quality.annotators import generated, rings
from quality.annotators.evidence import Missing
from tests.quality.gates.delivered import record, table

WORDS = (
    "answer",
    "reason",
    "example",
    "detail",
    "source",
    "number",
    "question",
    "reader",
    "claim",
    "method",
    "result",
    "figure",
    "paragraph",
    "summary",
    "context",
    "evidence",
    "tone",
    "length",
    "order",
    "point",
    "mistake",
    "fact",
    "advice",
    "step",
    "list",
    "table",
    "style",
)


def own_words(rng: np.random.Generator, size: int = 25) -> str:
    return " ".join(rng.choice(WORDS, size))


def written(*said: tuple[str, str | None]) -> pa.Table:
    """One judgement for each annotator and rationale."""
    numbers = count(1)
    rows: list[dict[str, Any]] = [
        record(next(numbers), annotator_id=who, rationale=text) for who, text in said
    ]
    return table(*rows)


def honest(rng: np.random.Generator, people: int = 20, each: int = 15) -> list[tuple[str, str | None]]:
    return [(f"p{who:02}", own_words(rng)) for who in range(people) for _ in range(each)]


def test_people_with_words_of_their_own_make_no_ring() -> None:
    shared = rings.shared_texts(written(*honest(np.random.default_rng(1))))
    assert shared.height == 300
    assert (shared["authors"] == 1).all()
    assert rings.rings(shared) == ()


def edited(text: str) -> str:
    """The text with its fifth word changed."""
    words = text.split()
    return " ".join([*words[:5], "elsewhere", *words[6:]])


def test_a_ring_that_passes_texts_on_with_an_edit_is_found_and_nobody_else() -> None:
    rng = np.random.default_rng(2)
    said = honest(rng)
    for _ in range(12):
        text = own_words(rng)
        said += [("ring-a", text), ("ring-b", edited(text)), ("ring-c", text.upper())]
    shared = rings.shared_texts(written(*said))
    (ring,) = rings.rings(shared)
    assert ring.annotators == ("ring-a", "ring-b", "ring-c")
    assert ring.texts == 12
    found = rings.evidence(shared)
    assert isinstance(found, pl.DataFrame)
    assert set(found.filter(pl.col("p") < 0.01)["annotator_id"]) == {"ring-a", "ring-b", "ring-c"}


def test_two_shared_texts_are_no_ring_and_short_ones_no_text() -> None:
    rng = np.random.default_rng(3)
    said = honest(rng, people=6)
    for text in (own_words(rng), own_words(rng)):
        said += [("one", text), ("other", text)]
    said += [(who, "The first answer is better.") for who in ("one", "other") for _ in range(9)]
    shared = rings.shared_texts(written(*said))
    assert rings.rings(shared) == ()
    assert shared.filter(pl.col("authors") == 2).height == 4


def test_somebody_who_repeats_themselves_shares_nothing() -> None:
    said = [("one", own_words(np.random.default_rng(4)))] * 10
    shared = rings.shared_texts(written(*said))
    assert shared["authors"].to_list() == [1] * 10


@pytest.mark.parametrize(
    "text",
    [
        "As an AI language model, I find the second answer more helpful.",
        "Certainly! The first response covers all points.",
        "Here's a detailed analysis of both responses.",
        "Overall, Response A is better.",
        "It's important to note that the second answer cites no source.",
        "**Accuracy:** the first one is right.",
        "Good.\n## Verdict\nThe second.",
    ],
)
def test_marks_of_model_text_are_seen(text: str) -> None:
    assert generated.marked(pl.Series([text])).to_list() == [True]


@pytest.mark.parametrize(
    "text",
    [
        "B explains why, A just says yes",
        "the ai in the second answer refuses, which is certainly worse",
        "Overall I liked the first one more",
        "2 * 3 * 4 is 24 so A is right",
        "Sure it is longer but it says nothing",
    ],
)
def test_plain_words_are_not(text: str) -> None:
    assert generated.marked(pl.Series([text])).to_list() == [False]


def test_who_pastes_model_text_is_shown_and_bears_no_consequence() -> None:
    rng = np.random.default_rng(5)
    who = np.repeat([f"p{n:02}" for n in range(20)], 20)
    texts = ["Certainly! " * (code == "p07") + own_words(rng) for code in who]
    found = generated.evidence(pl.Series(who), pl.Series(texts))
    assert isinstance(found, pl.DataFrame)
    first = found.sort("p").row(0, named=True)
    assert (first["annotator_id"], first["sanction_p"]) == ("p07", None)
    assert first["p"] < 1e-4
    assert found.filter(pl.col("annotator_id") != "p07")["p"].min() > 0.05  # type: ignore[operator]


def test_without_rationales_the_field_is_named() -> None:
    records = written(*[("one", None)] * 5)
    frame = pl.DataFrame(pl.from_arrow(records.select(["annotator_id", "rationale"])))
    for found in (
        rings.evidence(rings.shared_texts(records)),
        generated.evidence(frame["annotator_id"], frame["rationale"]),
    ):
        assert isinstance(found, Missing)
        assert found.field == "rationale"
