"""Lists of answers, thumbs, and files that need each other, in the shapes they are published in."""

import json

import pyarrow as pa

from tests.delivery.reading import (
    JSONL,
    contract,
    jsonl,
    parquet,
    quarantine,
    read,
    records,
    said,
    texts,
    understood,
)

ASKED = [("user", "Name a fruit.")]


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
    (found,) = understood({"rows.jsonl": jsonl(row)}, delivery, {"kind": "rating", "low": 1, "high": 10})
    assert (found["ranking"], found["ratings"]) == ([1, 2, 1], [7.5, 1.0, 7.0])
    record["label"] = "completions[].annotations.helpfulness.Rating"
    (found,) = understood({"rows.jsonl": jsonl(row)}, delivery, {"kind": "rating", "low": 1, "high": 5})
    assert found["ranking"] == [2, 3, 1]


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
    (found,) = understood({"rows.jsonl": jsonl(row)}, delivery, {"kind": "ranking"})
    assert found["ranking"] == ranks
    assert said(found) == ASKED


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
    one, other = understood(files, delivery, {"kind": "ranking", "best": "high"})
    assert (one["record_id"], other["record_id"]) == ("9", "10")
    assert one["ranking"] == [1, 2, 1]
    assert one["responses"][2]["response_id"] == "13"
    assert one["submitted_at"].isoformat() == "2026-01-06T00:00:00+00:00"


def test_labels_may_come_in_several_files() -> None:
    rows = [{"prompt": "?", "a": "x", "b": "y", "label": label} for label in ("a", "b")]
    files = {"by-team/north.jsonl": jsonl(rows[0]), "by-team/south.jsonl": jsonl(rows[1], rows[0])}
    found = understood(files, {"rows": {"path": "by-team/*.jsonl", "format": "jsonl"}}, {"kind": "binary"})
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
    found = understood({"rows.jsonl": jsonl(*rows)}, {"rows": JSONL, "record": record}, scheme)
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
    (found,) = understood({"rows.jsonl": jsonl(row)}, {"rows": JSONL, "record": record}, {"kind": "binary"})
    assert said(found) == ASKED


def test_an_array_may_lie_inside_a_document() -> None:
    document = {
        "meta": {"count": 1},
        "data": {"rows": [{"prompt": "Name a fruit.", "a": "Apple", "b": "", "label": "a"}]},
    }
    delivery = {"rows": {"path": "all.json", "format": "json", "rows_at": "data.rows"}}
    (found,) = understood({"all.json": json.dumps(document).encode()}, delivery, {"kind": "binary"})
    assert (said(found), texts(found)) == (ASKED, ["Apple", ""])
