"""The shapes in which preference data is published, each in a few made-up rows: can a contract say them?"""

import json
from typing import Any

import pyarrow as pa
import pytest

from tests.delivery.reading import contract, jsonl, parquet, quarantine, read, records, said, texts

JSONL = {"path": "rows.jsonl", "format": "jsonl"}
CSV = {"path": "rows.csv", "format": "csv"}
ASKED = [("user", "Name a fruit.")]


def first(files: dict[str, bytes], delivery: dict[str, Any], scheme: dict[str, Any]) -> list[dict[str, Any]]:
    found = read(contract(delivery, {"scheme": scheme, "order_shown": False}), files)
    assert quarantine(found) == []
    return records(found)


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
    found = first({"rows.jsonl": jsonl(*rows)}, delivery, scheme)
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
    found = first({"rows.csv": data.encode()}, delivery, {"kind": "arena"})
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
    found = first({"rows.jsonl": jsonl(*rows)}, {"rows": JSONL, "record": record}, {"kind": "binary"})
    assert [one["ranking"] for one in found] == [[2, 1], [1, 2], None]
    assert found[2]["raw_label"] == '"?"'


def test_completions_with_ratings_rank_the_best_against_the_others() -> None:
    """UltraFeedback: K completions, each with an overall score and aspects with ratings as text."""
    row = {
        "instruction": "Name a fruit.",
        "completions": [
            {
                "model": "m",
                "response": "Apple",
                "overall_score": 7.5,
                "annotations": {"helpfulness": {"Rating": "4"}},
            },
            {
                "model": "n",
                "response": "Chair",
                "overall_score": 1,
                "annotations": {"helpfulness": {"Rating": "1"}},
            },
            {
                "model": "o",
                "response": "Pear",
                "overall_score": 7.0,
                "annotations": {"helpfulness": {"Rating": "5"}},
            },
        ],
    }
    record = {
        "prompt": "instruction",
        "responses": "completions[].{content: response, checkpoint_id: model}",
        "label": "completions[].overall_score",
    }
    delivery = {"rows": JSONL, "record": record}
    (found,) = first({"rows.jsonl": jsonl(row)}, delivery, {"kind": "rating", "low": 1, "high": 10})
    assert (found["ranking"], found["ratings"]) == ([1, 2, 1], [7.5, 1.0, 7.0])
    record["label"] = "completions[].annotations.helpfulness.Rating"
    (found,) = first({"rows.jsonl": jsonl(row)}, delivery, {"kind": "rating", "low": 1, "high": 5})
    assert found["ranking"] == [2, 3, 1]


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
    found = first({"rows.jsonl": jsonl(*rows)}, {"rows": JSONL, "record": record}, scheme)
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
    found = first({"rows.csv": data.encode()}, {"rows": CSV, "record": record}, scheme)
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
    found = first(
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
    found = first({"rows.jsonl": jsonl(*rows)}, {"rows": JSONL, "record": record}, scheme)
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
    (found,) = first({"rows.jsonl": jsonl(row)}, {"rows": JSONL, "record": record}, scheme)
    assert (found["ranking"], texts(found), found["domain"]) == ([2, 1], ["Short.", "Shorter."], "r")
    assert said(found) == [("user", "T\n\nLong.")]


def test_seven_answers_carry_their_ranks() -> None:
    """Nectar: a transcript that ends with the assistant's empty turn, and seven answers with rank 1 to 7."""
    ranks = [4, 1, 7, 2, 6, 3, 5]
    row = {
        "prompt": "\n\nHuman: Name a fruit.\n\nAssistant: ",
        "answers": [{"answer": f"Answer {rank}", "model": f"m{rank}", "rank": float(rank)} for rank in ranks],
    }
    delivery = {
        "rows": JSONL,
        "transcript": {"markers": {"user": "\n\nHuman:", "assistant": "\n\nAssistant:"}},
        "record": {
            "prompt": "turns(prompt)[?content]",
            "responses": "answers[].{content: answer, checkpoint_id: model}",
            "label": "answers[].rank",
        },
    }
    (found,) = first({"rows.jsonl": jsonl(row)}, delivery, {"kind": "ranking"})
    assert found["ranking"] == ranks
    assert said(found) == ASKED


def test_a_safer_response_is_named_by_its_number() -> None:
    """PKU-SafeRLHF: better_response_id is 0 or 1."""
    row = {"prompt": "Name a fruit.", "response_0": "Apple", "response_1": "Chair", "better_response_id": 0}
    record = {"prompt": "prompt", "responses": "[response_0, response_1]", "label": "better_response_id"}
    delivery = {"rows": JSONL, "record": record}
    (found,) = first({"rows.jsonl": jsonl(row)}, delivery, {"kind": "binary", "a": [0], "b": [1]})
    assert found["ranking"] == [1, 2]


def test_a_question_in_parquet_holds_its_answers_in_a_nested_list() -> None:
    """Stack Exchange preferences: a list of answers with a score each; the day as 2010/02/11."""
    answer = pa.struct(
        [("answer_id", pa.int64()), ("pm_score", pa.int64()), ("selected", pa.bool_()), ("text", pa.string())]
    )
    schema = pa.schema(
        [("qid", pa.int64()), ("question", pa.string()), ("date", pa.string()), ("answers", pa.list_(answer))]
    )
    answers = [
        {"answer_id": 11, "pm_score": 5, "selected": True, "text": "Apple"},
        {"answer_id": 12, "pm_score": -1, "selected": False, "text": "Chair"},
        {"answer_id": 13, "pm_score": 5, "selected": False, "text": "Pear"},
    ]
    rows = [{"qid": 9, "question": "Name a fruit.", "date": "2026/01/06", "answers": answers}]
    delivery = {
        "rows": {"path": "part-*.parquet", "format": "parquet"},
        "times": {"format": "%Y/%m/%d"},
        "record": {
            "record_id": "qid",
            "prompt": "question",
            "responses": "answers[].{content: text, response_id: answer_id}",
            "label": "answers[].pm_score",
            "submitted_at": "date",
        },
    }
    files = {
        "part-0.parquet": parquet(rows, schema),
        "part-1.parquet": parquet([{**rows[0], "qid": 10}], schema),
    }
    one, other = first(files, delivery, {"kind": "ranking", "best": "high"})
    assert (one["record_id"], other["record_id"]) == ("9", "10")
    assert one["ranking"] == [1, 2, 1]
    assert one["responses"][2]["response_id"] == "13"
    assert one["submitted_at"].isoformat() == "2026-01-06T00:00:00+00:00"


def test_labels_may_come_in_several_files() -> None:
    rows = [{"prompt": "?", "a": "x", "b": "y", "label": label} for label in ("a", "b")]
    files = {"by-team/north.jsonl": jsonl(rows[0]), "by-team/south.jsonl": jsonl(rows[1], rows[0])}
    found = first(files, {"rows": {"path": "by-team/*.jsonl", "format": "jsonl"}}, {"kind": "binary"})
    assert [(one["record_id"], one["ranking"]) for one in found] == [
        ("by-team/north.jsonl:1:0", [1, 2]),
        ("by-team/south.jsonl:1:0", [2, 1]),
        ("by-team/south.jsonl:2:0", [1, 2]),
    ]


def test_one_answer_gets_a_thumb() -> None:
    """KTO: prompt, completion and a label of true or false; the prompt is a list of messages."""
    rows = [
        {"prompt": [{"role": "user", "content": "Name a fruit."}], "completion": "Apple", "label": up}
        for up in (True, False)
    ]
    record = {"prompt": "prompt", "responses": "[completion]", "label": "label"}
    scheme = {"kind": "thumbs", "up": [True], "down": [False]}
    found = first({"rows.jsonl": jsonl(*rows)}, {"rows": JSONL, "record": record}, scheme)
    assert [(one["ranking"], one["ratings"]) for one in found] == [(None, [1.0]), (None, [0.0])]


def test_two_models_names_may_come_from_one_joined_file() -> None:
    models = jsonl({"id": 1, "name": "small"}, {"id": 2, "name": "large"}, {"id": 3, "name": "unused"})
    rows = jsonl({"q": "?", "x": "1", "y": "2", "left": 1, "right": 2, "label": "a"})
    source = {"path": "models.jsonl", "format": "jsonl"}
    delivery = {
        "rows": JSONL,
        "join": [
            {"as": "one", "source": source, "on": "left", "key": "id"},
            {"as": "other", "source": source, "on": "right", "key": "id"},
        ],
        "record": {
            "prompt": "q",
            "responses": [
                {"content": "x", "checkpoint_id": "one.name"},
                {"content": "y", "checkpoint_id": "other.name"},
            ],
            "label": "label",
        },
    }
    terms = contract(delivery)
    found = read(terms, {"rows.jsonl": rows, "models.jsonl": models})
    assert [response["checkpoint_id"] for response in records(found)[0]["responses"]] == ["small", "large"]
    assert [(file.role, file.lines, file.records, file.quarantined) for file in found.files] == [
        ("items", 3, 2, 0),
        ("rows", 1, 1, 0),
    ]


def test_a_message_may_find_its_parent_in_the_same_file() -> None:
    """A flat file of messages, in which replies name their parent; the root has none."""
    rows = jsonl(
        {"id": "p", "parent": None, "text": "Name a fruit."},
        {"id": "x", "parent": "p", "text": "Apple", "up": True},
        {"id": "y", "parent": "p", "text": "Chair", "up": False},
    )
    delivery = {
        "rows": JSONL,
        "join": [{"as": "asked", "source": JSONL, "on": "parent", "key": "id"}],
        "record": {"prompt": "asked.text", "responses": "[text]", "label": "up"},
    }
    terms = contract(delivery, {"scheme": {"kind": "thumbs", "up": [True], "down": [False]}})
    found = read(terms, {"rows.jsonl": rows})
    assert [(said(one), one["ratings"]) for one in records(found)] == [(ASKED, [1.0]), (ASKED, [0.0])]
    assert [(one["source_line"], one["code"]) for one in quarantine(found)] == [(1, "join_missing")]
    assert [(file.role, file.lines, file.records, file.quarantined) for file in found.files] == [
        ("rows", 3, 2, 1)
    ]


def test_parts_of_a_message_may_be_put_together() -> None:
    """Messages whose content is a list of typed parts, as chat interfaces write them."""
    parts = [{"type": "text", "text": "Name"}, {"type": "image"}, {"type": "text", "text": "a fruit."}]
    row = {"messages": [{"role": "user", "content": parts}], "a": "Apple", "b": "Chair", "label": "a"}
    record = {
        "prompt": "messages[].{role: role, content: join(' ', content[?type == 'text'].text)}",
        "responses": "[a, b]",
        "label": "label",
    }
    (found,) = first({"rows.jsonl": jsonl(row)}, {"rows": JSONL, "record": record}, {"kind": "binary"})
    assert said(found) == ASKED


def test_an_array_may_lie_inside_a_document() -> None:
    document = {
        "meta": {"count": 1},
        "data": {"rows": [{"prompt": "Name a fruit.", "a": "Apple", "b": "", "label": "a"}]},
    }
    delivery = {"rows": {"path": "all.json", "format": "json", "rows_at": "data.rows"}}
    (found,) = first({"all.json": json.dumps(document).encode()}, delivery, {"kind": "binary"})
    assert (said(found), texts(found)) == (ASKED, ["Apple", ""])
