"""Two responses and a choice, in the shapes they are published in: can a contract say them?"""

from typing import Any

import pytest

from tests.delivery.reading import CSV, JSONL, jsonl, said, texts, understood

ASKED = [("user", "Name a fruit.")]


def test_arena_battles_share_the_prompt_inside_both_conversations() -> None:
    """Chatbot Arena: the prompt is only inside the two conversations, which part at the first answer."""

    def battle(winner: str, *turns: str) -> dict[str, Any]:
        def told(side: str) -> list[dict[str, str]]:
            return [
                {"role": role, "content": text + (side if role == "assistant" else "")}
                for role, text in zip(["user", "assistant"] * 2, turns, strict=False)
            ]

        return {
            "model_a": "m",
            "model_b": "n",
            "winner": winner,
            "conversation_a": told(" A"),
            "conversation_b": told(" B"),
        }

    rows = [
        battle(winner, "Name a fruit.", "Apple") for winner in ("model_a", "model_b", "tie", "tie (bothbad)")
    ]
    rows.append(battle("model_b", "Name a fruit.", "Apple", "Another.", "Pear"))
    delivery = {
        "rows": JSONL,
        "record": {
            "prompt": "shared(conversation_a, conversation_b)",
            "responses": [
                {"content": "beyond(conversation_a, conversation_b)", "checkpoint_id": "model_a"},
                {"content": "beyond(conversation_b, conversation_a)", "checkpoint_id": "model_b"},
            ],
            "label": "winner",
        },
    }
    scheme = {
        "kind": "arena",
        "a": ["model_a"],
        "b": ["model_b"],
        "tie": ["tie"],
        "both_bad": ["tie (bothbad)"],
    }
    found = understood({"rows.jsonl": jsonl(*rows)}, delivery, scheme)
    assert [record["ranking"] for record in found] == [[1, 2], [2, 1], [1, 1], [1, 1], [2, 1]]
    assert [record["both_bad"] for record in found] == [None, None, False, True, None]
    assert {tuple(said(record)) for record in found} == {tuple(ASKED)}
    assert texts(found[0]) == ["Apple A", "Apple B"]
    assert texts(found[4])[0] == "Apple A\n\nuser: Another.\n\nassistant: Pear A"
    assert [response["checkpoint_id"] for response in found[0]["responses"]] == ["m", "n"]


def test_arena_battles_may_hold_their_conversations_as_json_in_a_csv_with_one_hot_labels() -> None:
    """The Kaggle edition: JSON strings in cells, and one column of 0 or 1 for each outcome."""
    header = "id,model_a,model_b,prompt,response_a,response_b,winner_model_a,winner_model_b,winner_tie\n"
    cell = '"[""Name a fruit.""]","[""Apple""]","[""Pear""]"'
    data = header + f"1,m,n,{cell},1,0,0\n2,m,n,{cell},0,1,0\n3,m,n,{cell},0,0,1\n"
    delivery = {
        "rows": CSV,
        "record": {
            "record_id": "id",
            "prompt": "from_json(prompt)[0]",
            "responses": [
                {"content": "from_json(response_a)[0]", "checkpoint_id": "model_a"},
                {"content": "from_json(response_b)[0]", "checkpoint_id": "model_b"},
            ],
            "label": "if(winner_model_a == '1', 'a', if(winner_model_b == '1', 'b', 'tie'))",
        },
    }
    found = understood({"rows.csv": data.encode()}, delivery, {"kind": "arena"})
    assert [record["ranking"] for record in found] == [[1, 2], [2, 1], [1, 1]]
    assert texts(found[0]) == ["Apple", "Pear"]
    assert said(found[0]) == ASKED


def test_a_label_may_be_the_name_of_the_winning_model() -> None:
    rows = [
        {"q": "?", "m": "gpt", "n": "llama", "x": "1", "y": "2", "winner": winner}
        for winner in ("llama", "gpt", "?")
    ]
    record = {
        "prompt": "q",
        "responses": "[x, y]",
        "label": "if(winner == m, 'a', if(winner == n, 'b', winner))",
    }
    found = understood({"rows.jsonl": jsonl(*rows)}, {"rows": JSONL, "record": record}, {"kind": "binary"})
    assert [one["ranking"] for one in found] == [[2, 1], [1, 2], None]
    assert found[2]["raw_label"] == '"?"'


def test_a_preference_strength_runs_from_minus_three_to_three() -> None:
    """HelpSteer: preference_strength, negative for the first response; the context is a list of messages."""
    rows = [
        {
            "context": [{"role": "user", "content": "Name a fruit."}],
            "response1": "Apple",
            "response2": "Chair",
            "s": s,
        }
        for s in (-3, 0, 1)
    ]
    record = {"prompt": "context", "responses": "[response1, response2]", "label": "s"}
    scheme = {"kind": "likert", "low": -3, "high": 3}
    found = understood({"rows.jsonl": jsonl(*rows)}, {"rows": JSONL, "record": record}, scheme)
    assert [one["ranking"] for one in found] == [[1, 2], [1, 1], [2, 1]]
    assert [one["strength"] for one in found] == [1.0, 0.0, pytest.approx(1 / 3)]
    assert said(found[0]) == ASKED


def test_a_scale_may_be_written_in_words() -> None:
    words = {
        "Much better A": -2,
        "Slightly better A": -1,
        "Equal": 0,
        "Slightly better B": 1,
        "Much better B": 2,
    }
    data = (
        "q,a,b,verdict\nName a fruit.,Apple,Chair,Much better A\nName a fruit.,Apple,Pear,slightly better b\n"
    )
    record = {"prompt": "q", "responses": "[a, b]", "label": "verdict"}
    scheme = {"kind": "likert", "low": -2, "high": 2, "words": words}
    found = understood({"rows.csv": data.encode()}, {"rows": CSV, "record": record}, scheme)
    assert [(one["ranking"], one["strength"]) for one in found] == [([1, 2], 1.0), ([2, 1], 0.5)]


def test_reddit_answers_have_a_label_of_zero_or_one() -> None:
    """SHP: labels 1 when the first comment is preferred; domain, ids and a Unix time beside it."""
    row = {
        "post_id": "p1", "domain": "askculinary_test", "history": "Name a fruit.", "human_ref_A": "Apple",
        "human_ref_B": "Chair", "c_root_id_A": "c1", "c_root_id_B": "c2", "labels": 1, "score_ratio": 2.5,
        "created_at_utc_A": 1767600000,
    }  # fmt: skip
    delivery = {
        "rows": JSONL,
        "times": {"format": "epoch_s"},
        "record": {
            "record_id": "join('-', [c_root_id_A, c_root_id_B])",
            "item_id": "post_id",
            "prompt": "history",
            "responses": [
                {"content": "human_ref_A", "response_id": "c_root_id_A"},
                {"content": "human_ref_B", "response_id": "c_root_id_B"},
            ],
            "label": "labels",
            "domain": "capture(domain, '^([a-z]+)_')",
            "submitted_at": "created_at_utc_A",
        },
    }
    found = understood(
        {"rows.jsonl": jsonl(row, {**row, "labels": 0})}, delivery, {"kind": "binary", "a": [1], "b": [0]}
    )
    assert [one["ranking"] for one in found] == [[1, 2], [2, 1]]
    assert (found[0]["record_id"], found[0]["domain"]) == ("c1-c2", "askculinary")
    assert found[0]["responses"][0]["response_id"] == "c1"
    assert found[0]["submitted_at"].isoformat() == "2026-01-05T08:00:00+00:00"


def test_answers_with_a_score_each_compare_by_score() -> None:
    """WebGPT: two answers, each with a score between -1 and 1; equal scores tie."""
    rows = [
        {
            "question": {"full_text": "Name a fruit."},
            "answer_0": "Apple",
            "answer_1": "Chair",
            "score_0": s,
            "score_1": -s,
        }
        for s in (0.5, -0.16, 0.0)
    ]
    record = {
        "prompt": "question.full_text",
        "responses": "[answer_0, answer_1]",
        "label": "[score_0, score_1]",
    }
    scheme = {"kind": "rating", "low": -1, "high": 1, "min_gap": 0.01}
    found = understood({"rows.jsonl": jsonl(*rows)}, {"rows": JSONL, "record": record}, scheme)
    assert [one["ranking"] for one in found] == [[1, 2], [2, 1], [1, 1]]


def test_summaries_are_chosen_by_their_place() -> None:
    """summarize_from_feedback: a choice of 0 or 1 between two summaries of one post, with a worker."""
    row = {
        "info": {"id": "t3_1", "post": "Long.", "title": "T", "subreddit": "r"},
        "summaries": [{"text": "Short.", "policy": "sup1"}, {"text": "Shorter.", "policy": "ref"}],
        "choice": 1, "worker": "w7", "batch": "batch3", "extra": {"confidence": 7},
    }  # fmt: skip
    record = {
        "item_id": "info.id",
        "prompt": "join('\\n\\n', [info.title, info.post])",
        "responses": "summaries[].{content: text, checkpoint_id: policy}",
        "label": "choice",
        "annotator_id": "worker",
        "domain": "info.subreddit",
    }
    scheme = {"kind": "binary", "a": [0], "b": [1]}
    (found,) = understood({"rows.jsonl": jsonl(row)}, {"rows": JSONL, "record": record}, scheme)
    assert (found["ranking"], texts(found), found["domain"]) == ([2, 1], ["Short.", "Shorter."], "r")
    assert said(found) == [("user", "T\n\nLong.")]


def test_a_safer_response_is_named_by_its_number() -> None:
    """PKU-SafeRLHF: better_response_id is 0 or 1."""
    row = {"prompt": "Name a fruit.", "response_0": "Apple", "response_1": "Chair", "better_response_id": 0}
    record = {"prompt": "prompt", "responses": "[response_0, response_1]", "label": "better_response_id"}
    delivery = {"rows": JSONL, "record": record}
    (found,) = understood({"rows.jsonl": jsonl(row)}, delivery, {"kind": "binary", "a": [0], "b": [1]})
    assert found["ranking"] == [1, 2]
