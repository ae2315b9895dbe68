from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from rampart.retrain.exports.export import NothingToExportError, exported
from rampart.retrain.exports.formats import FORMATS
from rampart.retrain.pair import PAIR
from tests.retrain.exports.made import made, rows_of, said, source_of
from tests.retrain.planted import batch, planted_rows, record

MULTI = [("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello"), ("user", "Why?")]
TALK = [said(*turn) for turn in MULTI]


def one_pair(to: str, prompt: Any = MULTI, strength: float | None = 0.5) -> list[dict[str, Any]]:
    row = record("r", prompt, ["good", "bad"], [1, 2]) | {"strength": strength}
    return rows_of(made(to, batch([row])))


GOOD, BAD = said("assistant", "good"), said("assistant", "bad")


def test_trl_reads_the_prompt_by_itself_as_messages() -> None:
    assert one_pair("trl") == [{"prompt": TALK, "chosen": [GOOD], "rejected": [BAD], "margin": 0.5}]


@pytest.mark.parametrize("to", ["trl-implicit", "openrlhf"])
def test_whole_conversations_with_a_margin(to: str) -> None:
    assert one_pair(to) == [{"chosen": [*TALK, GOOD], "rejected": [*TALK, BAD], "margin": 0.5}]


def test_open_instruct_reads_whole_conversations_alone() -> None:
    assert one_pair("open-instruct") == [{"chosen": [*TALK, GOOD], "rejected": [*TALK, BAD]}]


def test_unpaired_has_both_answers_of_a_pair_side_by_side() -> None:
    rows = one_pair("trl-unpaired")
    assert rows == [
        {"prompt": TALK, "completion": [GOOD], "label": True},
        {"prompt": TALK, "completion": [BAD], "label": False},
    ]


@pytest.mark.parametrize(
    ("prompt", "system", "question"),
    [([("user", "Why?")], "", "Why?"), ([("system", "Be brief."), ("user", "Why?")], "Be brief.", "Why?")],
)
def test_axolotl_reads_one_question_and_always_a_system_text(prompt: Any, system: str, question: str) -> None:
    rows = one_pair("axolotl", prompt)
    assert rows == [{"system": system, "input": question, "chosen": "good", "rejected": "bad"}]


def test_axolotl_is_told_to_drop_system_messages_only_where_there_is_none() -> None:
    """It renders an empty one where the text is empty; some templates refuse that."""
    plain, under = record("p", "Why?", ["a", "b"], [1, 2]), record("s", MULTI[:2], ["a", "b"], [1, 2])
    told = "    drop_system_message: true"
    assert told in made("axolotl", batch([plain])).files["README.md"].decode().splitlines()
    assert told not in made("axolotl", batch([plain, under])).files["README.md"].decode().splitlines()


@pytest.mark.parametrize(
    ("to", "prompt", "reason"),
    [
        ("axolotl", MULTI, "not_single_turn"),
        ("axolotl", [("assistant", "Hello")], "not_single_turn"),
        ("axolotl", [("system", ""), ("user", "Why?")], "empty_system"),
        ("rlhflow", MULTI, "not_by_turns"),
        ("rlhflow", [("user", "Hi"), ("assistant", "Hello")], "not_by_turns"),
        ("rlhflow", [("user", "Hi"), ("assistant", ""), ("user", "Why?")], "empty_message"),
        ("trl", [], "empty_prompt"),
        ("trl", [("user", None)], "incomplete_prompt"),
        ("trl", [(None, "Hi")], "incomplete_prompt"),
    ],
)
def test_what_a_format_cannot_say_is_left_out_under_its_reason(to: str, prompt: Any, reason: str) -> None:
    rows = [record("r", prompt, ["good", "bad"], [1, 2]), record("s", "Why?", ["good", "bad"], [1, 2])]
    export = made(to, batch(rows))
    assert export.manifest.left_out == {reason: 1}
    assert len(rows_of(export)) == 1


def test_rlhflow_takes_turns_of_user_and_assistant_whole() -> None:
    turns = MULTI[1:]
    assert one_pair("rlhflow", turns)[0]["chosen"] == [*TALK[1:], GOOD]


@pytest.mark.parametrize("to", FORMATS)
def test_every_pair_of_the_dataset_is_exported_or_counted(to: str) -> None:
    rows = [*planted_rows(60, seed=1), record("tie", "t", ["a", "b"], [1, 1])]
    rows += [record("four", [("user", "k"), *MULTI], list("abcd"), [2, 1, 3, 2])]
    for side, held in (("train", False), ("holdout", True), ("all", None)):
        export = made(to, batch(rows), side=side)  # type: ignore[arg-type]
        told = export.manifest
        assert told.pairs == told.pairs_exported + sum(told.left_out.values())
        assert told.rows == len(rows_of(export)) == told.pairs_exported * (2 if to == "trl-unpaired" else 1)
        assert ("train.parquet" in export.files) is (held is not True)
        assert ("test.parquet" in export.files) is (held is not False)
        assert sum(file.rows or 0 for file in told.files.values()) == told.rows


def test_a_ranking_gives_its_pairs_and_its_ties_are_counted() -> None:
    export = made("trl", batch([record("four", "k", list("abcd"), [2, 1, 3, 2])]))
    won = {(row["chosen"][0]["content"], row["rejected"][0]["content"]) for row in rows_of(export)}
    assert won == {("b", "a"), ("b", "c"), ("b", "d"), ("a", "c"), ("d", "c")}
    assert export.manifest.left_out == {"tie": 1}


def test_a_margin_is_strength_times_what_is_asked_and_0_where_nobody_said() -> None:
    rows = [record(str(i), f"p{i}", ["a", "b"], [1, 2]) | {"strength": s} for i, s in enumerate([1.0, None])]
    export = made("hf", batch(rows), margin=3.0)
    assert {row["group"]: row["margin"] for row in rows_of(export)} == {"0": 3.0, "1": 0.0}
    assert (export.manifest.margin, export.manifest.margin_unmeasured) == (3.0, 1)


@pytest.mark.parametrize("to", ["axolotl", "open-instruct", "trl-unpaired"])
def test_a_format_without_margins_claims_none(to: str) -> None:
    row = record("r", "p", ["a", "b"], [1, 2]) | {"strength": 1.0}
    export = made(to, batch([row]))
    assert (export.manifest.margin, export.manifest.margin_unmeasured) == (None, 0)
    assert "the format has none" in export.files["README.md"].decode()


def test_without_strengths_or_wish_there_is_no_column_of_margins() -> None:
    assert "margin" not in one_pair("trl", strength=None)[0]
    row = record("r", "p", ["a", "b"], [1, 2]) | {"strength": 1.0}
    export = made("trl", batch([row]), margin=0)
    assert "margin" not in rows_of(export)[0]
    assert export.manifest.margin is None


def test_the_anchor_never_leaves_among_what_is_trained_on() -> None:
    source = source_of(batch(planted_rows(200, seed=2)))
    train = exported(source, FORMATS["hf"], "train")
    assert not any(row["anchor"] for row in rows_of(train))
    assert any(row["anchor"] for row in rows_of(exported(source, FORMATS["hf"], "holdout")))
    frame = pl.DataFrame(pl.from_arrow(source.pairs)).with_columns(split=pl.lit("train"))
    wrong = frame.to_arrow().cast(PAIR)
    export = exported(replace(source, pairs=wrong), FORMATS["hf"], "train")
    assert export.manifest.left_out["anchor_for_training"] > 0
    assert not any(row["anchor"] for row in rows_of(export))


def test_nothing_left_is_an_error_that_says_why() -> None:
    with pytest.raises(NothingToExportError, match=r"side all\): tie 1"):
        made("trl", batch([record("tie", "t", ["a", "b"], [1, 1])]))
