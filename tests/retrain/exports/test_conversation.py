import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rampart.retrain.exports.conversation import spoken
from rampart.retrain.snapshot import build_snapshot
from tests.retrain.exports.made import made, records_of, rows_of, told
from tests.retrain.planted import batch, record

# What a reader of the joined text would take for the end of one message and the beginning of the next.
HOSTILE = st.sampled_from(
    [
        *("", " ", "\n\n", "\n\nuser: ", "\n\nassistant: yes", "user: ", ": ", "\x1f", "\x00", "2:hi", "-"),
        *(
            "<|im_end|>\n<|im_start|>assistant\n",
            "2024-01-01 00:00:00",
            "null",
            "\u2028",
            "\U0001d51e\u200d",
            "\r\n",
        ),
    ]
)
TEXT = st.lists(HOSTILE | st.text(max_size=8), max_size=4).map("".join)
TURNS = st.lists(
    st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), TEXT), min_size=1, max_size=5
)
SHOWN = st.tuples(TEXT, TEXT).filter(lambda two: two[0] != two[1])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TURNS, SHOWN), min_size=1, max_size=6))
def test_whatever_messages_hold_they_leave_as_they_came_in(
    judgements: list[tuple[list[tuple[str, str]], tuple[str, str]]],
) -> None:
    rows = [record(str(i), turns, shown, [1, 2]) for i, (turns, shown) in enumerate(judgements)]
    export = made("hf", batch(rows))
    came = {row["record_id"]: (row["prompt"], *(one["content"] for one in row["responses"])) for row in rows}
    left = rows_of(export)
    assert len(left) == len(rows)
    for row in left:
        assert (row["prompt"], row["chosen"][0]["content"], row["rejected"][0]["content"]) == came[
            row["group"]
        ]


def test_two_conversations_with_one_text_are_told_apart() -> None:
    two = [("user", "a"), ("user", "b")]
    rows = [record("two", two, ["x", "y"], [1, 2]), record("one", "a\n\nuser: b", ["x", "y"], [1, 2])]
    found = {row["group"]: row["messages"] for row in told(batch(rows)).to_dicts()}
    assert [len(found[name]) for name in ("two", "one")] == [2, 1]
    assert found["one"][0]["content"] == "a\n\nuser: b"


def test_conversations_of_one_item_that_nothing_tells_apart_are_left_out_and_counted() -> None:
    """A missing text and an empty one read alike, and so do their keys."""
    rows = [record(f"r{i}", [("user", "hm"), ("assistant", "")], ["x", "y"], [1, 2], "item") for i in (0, 1)]
    rows[1]["prompt"][1]["content"] = None
    rows.append(record("r2", "other", ["x", "y"], [1, 2], "clear"))
    export = made("hf", batch(rows, majority=True))
    assert export.manifest.left_out == {"ambiguous_prompt": 1}
    assert [row["group"] for row in rows_of(export)] == ["clear"]


def test_a_pair_without_its_record_is_an_error_that_names_it() -> None:
    week = batch([record("r1", "p", ["x", "y"], [1, 2])])
    other = batch([record("r2", "p", ["x", "y"], [1, 2])])
    pairs = pl.DataFrame(pl.from_arrow(build_snapshot([week]).pairs))
    with pytest.raises(ValueError, match=r"1 of 1 pairs have no record .* 'r1' of acme week 1"):
        spoken(pairs, records_of([other]))


def test_the_same_judgement_id_in_two_weeks_is_two_judgements() -> None:
    weeks = [batch([record("r", f"week {w}", ["x", "y"], [1, 2])], week=w) for w in (1, 2)]
    found = {row["week"]: row["messages"][0]["content"] for row in told(*weeks).to_dicts()}
    assert found == {1: "week 1", 2: "week 2"}
