import unicodedata
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rampart.records.prompt_key import prompt_keys
from rampart.retrain.scope import Scope
from rampart.retrain.snapshot import build_snapshot
from rampart.retrain.split import anchor_expr, is_anchor, split_expr, split_of, within_holdout
from tests.retrain.planted import batch, record

Turns = list[tuple[str, str]]
Form = Literal["NFC", "NFD", "NFKC", "NFKD"]


@pytest.mark.parametrize(
    ("number", "split", "anchor"),
    [
        *((0, "holdout", True), (4, "holdout", True), (5, "holdout", False), (19, "holdout", False)),
        *((20, "train", False), (99, "train", False), (100, "holdout", True), (119, "holdout", False)),
    ],
)
def test_the_first_32_bits_of_the_key_settle_everything(number: int, split: str, anchor: bool) -> None:
    key = f"{number:08x}" + "f" * 56
    assert (split_of(key), is_anchor(key)) == (split, anchor)
    frame = pl.DataFrame({"key": [key]}).select(split_expr(pl.col("key")), anchor=anchor_expr(pl.col("key")))
    assert frame.row(0) == (split, anchor)


# Each is on its side for ever: a change here lets a model be judged on what one before it was trained on.
KNOWN = {
    "What is a rampart?": ("train", False),
    "¿Qué es una muralla?": ("train", False),
    "城壁とは何ですか。": ("train", False),
    "Question 11": ("holdout", False),
    "Question 13": ("holdout", True),
}


@pytest.mark.parametrize("prompt", KNOWN)
def test_a_known_prompt_is_on_its_known_side_for_ever(prompt: str) -> None:
    assert list(sides([record("x", prompt, ["a", "b"], [1, 2])]).values()) == [KNOWN[prompt]]


def sides(rows: list[dict[str, Any]], **about: Any) -> dict[str, tuple[str, bool]]:
    pairs = build_snapshot([batch(rows, **about)]).pairs
    columns = (pairs[name].to_pylist() for name in ("prompt_key", "split", "anchor"))
    return {key: (split, anchor) for key, split, anchor in zip(*columns, strict=True)}


TEXT = st.text(st.characters(exclude_categories=["Cs", "Co", "Cn"]), min_size=1, max_size=40)
CONVERSATION = st.lists(
    st.tuples(st.sampled_from(["system", "user", "assistant"]), TEXT), min_size=1, max_size=4
)
SPACES = st.sampled_from([" ", "  ", "\n", "\t", "\u00a0", "\u2003", "\r\n", "\u3000"])
FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC", "NFKD")
FORM = st.sampled_from(FORMS)


def key_of(turns: Turns) -> str:
    listed = [{"role": role, "content": content} for role, content in turns]
    return str(prompt_keys(pl.Series([listed]))[0])


@settings(max_examples=150, deadline=None)
@given(CONVERSATION, FORM, SPACES, SPACES)
def test_unicode_form_and_white_space_of_a_conversation_never_change_its_key(
    turns: Turns, form: Form, before: str, within: str
) -> None:
    other = [
        (role, before + unicodedata.normalize(form, said).replace(" ", within) + within)
        for role, said in turns
    ]
    assert key_of(turns) == key_of(other)


@pytest.mark.parametrize("unseen", "\u00ad\u200b\u200d\u200e\u202e\u2060\u2069\ufe0f\ufeff")
def test_characters_nobody_sees_do_not_put_a_prompt_on_the_other_side(unseen: str) -> None:
    plain = key_of([("user", "What is a rampart?")])
    assert key_of([("user", f"What is a ram{unseen}part?{unseen}")]) == plain
    # Between a letter and its accent they would keep the two from becoming one character.
    assert key_of([("user", f"cafe{unseen}\u0301")]) == key_of([("user", "café")])


def test_a_turn_more_is_another_prompt() -> None:
    opening = [("user", "Hi"), ("assistant", "Hello")]
    assert len({key_of(opening), key_of(opening[:1]), key_of([("user", "Hi"), ("user", "Hello")])}) == 3


@settings(max_examples=25, deadline=None)
@given(
    st.lists(CONVERSATION, min_size=1, max_size=12),
    st.integers(1, 500),
    st.integers(1, 9),
    st.sampled_from(["acme", "other"]),
    st.integers(0, 4),
)
def test_a_prompt_never_changes_sides_over_weeks_contracts_and_revisions(
    prompts: list[Turns], week: int, revision: int, contract_id: str, extra: int
) -> None:
    rows = [record(f"{i}", turns, ["a", "b"], [1, 2]) for i, turns in enumerate(prompts)]
    first = sides(rows)
    more = [record(f"new {i}", f"Question {i}", ["a", "b"], [2, 1]) for i in range(extra)]
    later = sides(more + rows[::-1], week=week, revision=revision, contract_id=contract_id)
    assert first.items() <= later.items()
    assert first == {key: (split_of(key), is_anchor(key)) for key in first}


def holdout(prompts: range, most: int) -> set[str]:
    rows = [record(f"{i}", f"Question {i}", ["a", "b"], [1, 2]) for i in prompts]
    pairs = build_snapshot([batch(rows)], Scope(holdout_prompts=most)).pairs.to_pylist()
    return {row["prompt_key"] for row in pairs if row["split"] == "holdout" and not row["anchor"]}


def test_a_batch_keeps_the_prompts_with_the_smallest_keys_and_trains_on_none_of_the_others() -> None:
    whole = holdout(range(400), 1_000)
    assert 35 < len(whole) < 85
    assert holdout(range(400), 10) == set(sorted(whole)[:10])
    rows = [record(f"{i}", f"Question {i}", ["a", "b"], [1, 2]) for i in range(400)]
    all_of_it, bounded = (
        build_snapshot([batch(rows)]),
        build_snapshot([batch(rows)], Scope(holdout_prompts=10)),
    )
    assert bounded.manifest.train_pairs == all_of_it.manifest.train_pairs
    assert bounded.manifest.anchor_pairs == all_of_it.manifest.anchor_pairs > 0
    (summary,) = bounded.manifest.batches
    assert summary.dropped_beyond_holdout == len(whole) - 10
    assert summary.holdout_pairs == 10


def test_a_prompt_without_a_pair_to_judge_takes_no_place_in_the_holdout() -> None:
    held = f"{5:08x}" + "0" * 56, f"{6:08x}" + "0" * 56
    pairs = pl.DataFrame({"prompt_key": held, "split": ["holdout"] * 2, "anchor": [False] * 2})
    assert within_holdout(pairs, pl.Series([False, True]), 1).to_list() == [True, True]
    assert within_holdout(pairs, pl.Series([True, True]), 1).to_list() == [True, False]
