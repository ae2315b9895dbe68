import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from rampart.records.turns import turn_examples, unrolled

TYPE = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))
Said = dict[str, str | None]


def said(role: str, content: str | None) -> Said:
    return {"role": role, "content": content}


TALK = [
    said("system", "Be brief."),
    said("user", "Hi"),
    said("assistant", "Hello"),
    said("user", "Why?"),
    said("assistant", "  "),
    said("tool", "42"),
    said("assistant", "Because"),
    said("user", "Sure?"),
]


def test_a_whole_conversation_is_one_example_in_which_the_response_is_trained() -> None:
    (one,) = turn_examples(TALK, "Yes.")
    assert [message["content"] for message in one.messages][-1] == "Yes."
    assert one.masked == (True,) * 8 + (False,)
    assert one.turn == 8


def test_an_unrolled_one_has_an_example_a_turn_each_with_what_came_before_it_masked() -> None:
    examples = turn_examples(TALK, "Yes.", "unrolled")
    assert [example.turn for example in examples] == [2, 6, 8]
    assert [example.messages[-1]["content"] for example in examples] == ["Hello", "Because", "Yes."]
    assert [example.masked for example in examples] == [
        (True, True, False),
        (True,) * 6 + (False,),
        (True,) * 8 + (False,),
    ]
    assert [list(example.messages[:-1]) for example in examples] == [TALK[:2], TALK[:6], TALK]


def test_a_prompt_of_one_question_unrolls_to_the_response_alone() -> None:
    assert turn_examples([said("user", "Hi")], "Ho", "unrolled") == turn_examples([said("user", "Hi")], "Ho")
    assert turn_examples([], "Ho", "unrolled")[0].masked == (False,)


MESSAGES = st.builds(
    said,
    st.sampled_from(["system", "user", "assistant", "tool"]),
    st.none() | st.sampled_from(["", " ", "x", "é\n"]),
)


@given(st.lists(st.tuples(st.lists(MESSAGES, max_size=8), st.text("ab", max_size=3)), max_size=6))
def test_many_conversations_at_once_unroll_as_each_alone(talks: list[tuple[list[Said], str]]) -> None:
    frame = pl.DataFrame(
        {
            "n": range(len(talks)),
            "prompt": [talk for talk, _ in talks],
            "response": [text for _, text in talks],
        },
        schema={"n": pl.Int64, "prompt": TYPE, "response": pl.String},
    )
    for turns in ("whole", "unrolled"):
        found = unrolled(frame, turns).select("n", "prompt", "response", "turn").rows()
        assert found == [
            (n, list(example.messages[:-1]), example.messages[-1]["content"], example.turn)
            for n, (talk, text) in enumerate(talks)
            for example in turn_examples(talk, text, turns)
        ]
