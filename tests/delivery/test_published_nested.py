"""Judgements inside judgements, exports of labelling tools, votes and steps, in the shapes they come in."""

import json
from typing import Any

from tests.delivery.reading import JSONL, jsonl, said, texts, understood

ASKED = [("user", "Name a fruit.")]


def message(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}


def test_attributes_of_one_response_are_aspects_of_a_rating() -> None:
    """HelpSteer2: one response a row, five attributes from 0 to 4; two rows share a prompt."""
    rows = [
        {"prompt": "Name a fruit.", "response": text, "helpfulness": h, "correctness": c, "verbosity": 1}
        for text, h, c in (("Apple", 4, 4), ("Chair", 0, 1))
    ]
    record = {
        "prompt": "prompt",
        "responses": "[response]",
        "label": "helpfulness",
        "aspects": "{helpful: helpfulness, correct: correctness, verbose: verbosity}",
    }
    scheme = {"kind": "rating", "low": 0, "high": 4}
    one, other = understood({"rows.jsonl": jsonl(*rows)}, {"rows": JSONL, "record": record}, scheme)
    assert (one["ratings"], one["ranking"], other["ratings"]) == ([4.0], None, [0.0])
    assert [(aspect["axis"], aspect["scores"]) for aspect in other["aspects"]] == [
        ("correct", [1.0]),
        ("helpful", [0.0]),
        ("verbose", [1.0]),
    ]


def test_several_people_s_preferences_of_one_pair_become_one_record_each() -> None:
    """HelpSteer3: a context of messages, and individual_preference with score and reasoning."""
    row = {
        "context": [message("user", "Hi"), message("assistant", "Hello"), message("user", "Name a fruit.")],
        "response1": "Apple",
        "response2": "Chair",
        "overall_preference": -2,
        "individual_preference": [
            {"score": -2, "reasoning": "R1", "feedback1": "F"},
            {"score": 1, "reasoning": "R2", "feedback1": "G"},
        ],
        "language": "english",
    }
    delivery = {
        "rows": JSONL,
        "each": {"in": "individual_preference", "as": "vote"},
        "values": {"language": {"map": {"english": "en"}, "unlisted": "quarantine"}},
        "record": {
            "prompt": "context",
            "responses": "[response1, response2]",
            "label": "vote.value.score",
            "rationale": "vote.value.reasoning",
            "language": "language",
        },
    }
    found = understood({"rows.jsonl": jsonl(row)}, delivery, {"kind": "likert", "low": -3, "high": 3})
    assert [(one["ranking"], one["rationale"], one["language"]) for one in found] == [
        ([1, 2], "R1", "en"),
        ([2, 1], "R2", "en"),
    ]


def test_a_rating_that_was_not_given_is_a_gap_in_its_aspect() -> None:
    """UltraFeedback: ratings as text by aspect, some N/A, and a fine-grained score over all."""
    completions = [
        {
            "model": model,
            "response": text,
            "fine-grained_score": score,
            "annotations": {"helpfulness": {"Rating": helpful}, "honesty": {"Rating": honest}},
        }
        for model, text, score, helpful, honest in (
            ("m", "Apple", 4.5, "5", "4"),
            ("n", "Chair", 1.25, "N/A", "5"),
        )
    ]
    record = {
        "prompt": "instruction",
        "responses": "completions[].{content: response, checkpoint_id: model}",
        "label": 'map(&"fine-grained_score", completions)',
        "aspects": "{helpful: map(&to_number(annotations.helpfulness.Rating), completions),"
        " honest: map(&to_number(annotations.honesty.Rating), completions)}",
    }
    rows = jsonl({"instruction": "Name a fruit.", "completions": completions})
    scheme = {"kind": "rating", "low": 1, "high": 5}
    (found,) = understood({"rows.jsonl": rows}, {"rows": JSONL, "record": record}, scheme)
    assert (found["ranking"], found["ratings"]) == ([1, 2], [4.5, 1.25])
    assert [aspect["scores"] for aspect in found["aspects"]] == [[5.0, None], [4.0, 5.0]]


def test_a_judgement_of_the_first_turn_is_read_without_the_second() -> None:
    """MT-bench human judgments: two conversations of two turns; `turn` says which one was judged."""

    def told(side: str) -> list[dict[str, str]]:
        return [
            message("user", "Name a fruit."),
            message("assistant", f"Apple {side}"),
            message("user", "Another."),
            message("assistant", f"Pear {side}"),
        ]

    rows = [
        {
            "question_id": 81, "model_a": "m", "model_b": "n", "winner": winner, "judge": "expert_0",
            "turn": turn, "conversation_a": told("A"), "conversation_b": told("B"),
        }
        for turn, winner in ((1, "model_a"), (2, "tie"))
    ]  # fmt: skip
    one, other = (f"if(turn == `1`, conversation_{side}[:2], conversation_{side})" for side in ("a", "b"))
    delivery = {
        "rows": JSONL,
        "record": {
            "record_id": "join('-', [to_string(question_id), model_a, model_b, judge, to_string(turn)])",
            "prompt": f"shared({one}, {other})",
            "responses": [
                {"content": f"beyond({one}, {other})", "checkpoint_id": "model_a"},
                {"content": f"beyond({other}, {one})", "checkpoint_id": "model_b"},
            ],
            "label": "winner",
            "annotator_id": "judge",
            "turn": "turn",
        },
    }
    scheme = {"kind": "arena", "a": ["model_a"], "b": ["model_b"], "tie": ["tie"]}
    first, second = understood({"rows.jsonl": jsonl(*rows)}, delivery, scheme)
    assert (said(first), texts(first), first["turn"]) == (ASKED, ["Apple A", "Apple B"], 1)
    assert texts(second) == [f"Apple {side}\n\nuser: Another.\n\nassistant: Pear {side}" for side in "AB"]
    assert (first["ranking"], second["ranking"]) == ([1, 2], [1, 1])


def test_steps_of_a_solution_are_judged_after_those_chosen_before() -> None:
    """PRM800K: every step offers completions rated -1, 0 or 1; the one chosen leads to the next step."""
    steps = [
        {
            "completions": [{"text": "2 + 2 is 4.", "rating": 1}, {"text": "2 + 2 is 5.", "rating": -1}],
            "chosen_completion": 0,
        },
        {
            "completions": [{"text": "Done.", "rating": 0}, {"text": "So 4.", "rating": 1}],
            "chosen_completion": 1,
        },
    ]
    row = {"labeler": "l7", "question": {"problem": "What is 2 + 2?"}, "label": {"steps": steps}}
    chosen = "map(&pick(completions, chosen_completion).text, take(label.steps, step.index))"
    delivery = {
        "rows": JSONL,
        "each": {"in": "label.steps", "as": "step"},
        "record": {
            "prompt": "[{role: 'user', content: question.problem}, "
            f"{{role: 'assistant', content: join('\\n', {chosen})}}][?content]",
            "responses": "step.value.completions[].{content: text}",
            "label": "map(&rating, step.value.completions)",
            "annotator_id": "labeler",
            "turn": "step.number",
        },
    }
    scheme = {"kind": "rating", "low": -1, "high": 1}
    first, second = understood({"rows.jsonl": jsonl(row)}, delivery, scheme)
    assert said(first) == [("user", "What is 2 + 2?")]
    assert said(second) == [("user", "What is 2 + 2?"), ("assistant", "2 + 2 is 4.")]
    assert (first["ranking"], second["ranking"]) == ([1, 2], [2, 1])


def test_every_completion_of_every_step_may_be_a_record_of_its_own() -> None:
    steps = [{"completions": [{"text": "a", "rating": 1}, {"text": "b", "rating": -1}]}]
    delivery = {
        "rows": JSONL,
        "each": [
            {"in": "steps", "as": "step"},
            {"in": "step.value.completions", "as": "one", "where": "one.value.rating != `0`"},
        ],
        "record": {
            "record_id": "join('-', [id, to_string(step.number), to_string(one.number)])",
            "prompt": "problem",
            "responses": "[one.value.text]",
            "label": "one.value.rating",
        },
    }
    rows = jsonl({"id": "p", "problem": "?", "steps": [*steps, *steps]})
    found = understood({"rows.jsonl": rows}, delivery, {"kind": "thumbs", "up": [1], "down": [-1]})
    assert [(one["record_id"], one["ratings"]) for one in found] == [
        ("p-1-1", [1.0]),
        ("p-1-2", [0.0]),
        ("p-2-1", [1.0]),
        ("p-2-2", [0.0]),
    ]


def test_comments_with_votes_are_ranked_by_what_is_left_of_them() -> None:
    """Forum answers: up and down votes; most votes first. Equal votes tie."""
    comments = [
        {"id": "c1", "text": "Apple", "ups": 9, "downs": 1},
        {"id": "c2", "text": "Chair", "ups": 3, "downs": 7},
        {"id": "c3", "text": "Pear", "ups": 8, "downs": 0},
    ]
    record = {
        "prompt": "title",
        "responses": "comments[].{content: text, response_id: id}",
        "label": "map(&subtract(ups, downs), comments)",
    }
    rows = jsonl({"title": "Name a fruit.", "comments": comments})
    scheme = {"kind": "ranking", "best": "high"}
    (found,) = understood({"rows.jsonl": rows}, {"rows": JSONL, "record": record}, scheme)
    assert (found["ranking"], found["raw_label"]) == ([1, 2, 1], "[8, -4, 8]")


def test_a_labelling_tools_pairwise_export_is_read_without_what_was_cancelled() -> None:
    """Label Studio: tasks in one array, annotations inside, results by from_name."""

    def work(number: int, choice: str, cancelled: bool = False) -> dict[str, Any]:
        result = [
            {"from_name": "pref", "type": "pairwise", "value": {"selected": choice}},
            {"from_name": "why", "type": "textarea", "value": {"text": ["Because."]}},
        ]
        return {
            "id": number, "completed_by": {"id": 7}, "was_cancelled": cancelled, "result": result,
            "lead_time": 12.5, "created_at": "2026-01-06T10:00:00.000000Z",
        }  # fmt: skip

    tasks = [
        {
            "id": 1,
            "data": {"prompt": "Name a fruit.", "answer1": "Apple", "answer2": "Chair"},
            "annotations": [work(11, "left"), work(12, "right", cancelled=True)],
        }
    ]
    delivery = {
        "rows": {"path": "export.json", "format": "json"},
        "each": {"in": "annotations", "as": "work", "where": "!(work.value.was_cancelled)"},
        "record": {
            "record_id": "work.value.id",
            "item_id": "id",
            "prompt": "data.prompt",
            "responses": "[data.answer1, data.answer2]",
            "label": "work.value.result[?from_name == 'pref'].value.selected | [0]",
            "rationale": "work.value.result[?from_name == 'why'].value.text[] | [0]",
            "annotator_id": "work.value.completed_by.id",
            "submitted_at": "work.value.created_at",
            "duration_s": "work.value.lead_time",
        },
    }
    scheme = {"kind": "binary", "a": ["left"], "b": ["right"]}
    (found,) = understood({"export.json": json.dumps(tasks).encode()}, delivery, scheme)
    assert (found["record_id"], found["ranking"], found["rationale"]) == ("11", [1, 2], "Because.")
    assert found["duration_s"] == 12.5


def test_a_rankers_list_of_ids_gives_every_response_its_place() -> None:
    """Label Studio's ranker and others: the order of ids, best first, instead of ranks."""
    row = {
        "prompt": "Name a fruit.",
        "items": [{"id": "x", "body": "Chair"}, {"id": "y", "body": "Apple"}, {"id": "z", "body": "Pear"}],
        "ranker": {"rank": ["y", "z", "x"]},
    }
    record = {
        "prompt": "prompt",
        "responses": "items[].{content: body, response_id: id}",
        "label": "places(items[].id, ranker.rank)",
    }
    (found,) = understood({"rows.jsonl": jsonl(row)}, {"rows": JSONL, "record": record}, {"kind": "ranking"})
    assert found["ranking"] == [3, 1, 2]


def test_records_of_a_feedback_tool_hold_the_responses_of_several_users() -> None:
    """Argilla: fields beside responses; a ranking question's value lists {value, rank}."""
    ranked = [{"value": "response-2", "rank": 1}, {"value": "response-1", "rank": 2}]
    row = {
        "id": "r1",
        "fields": {"prompt": "Name a fruit.", "response-1": "Chair", "response-2": "Apple"},
        "responses": [
            {"user_id": "u1", "status": "submitted", "values": {"preference": {"value": ranked}}},
            {"user_id": "u2", "status": "discarded", "values": {}},
        ],
    }
    delivery = {
        "rows": JSONL,
        "each": {"in": "responses", "as": "by", "where": "by.value.status == 'submitted'"},
        "record": {
            "record_id": "join('-', [id, by.value.user_id])",
            "item_id": "id",
            "prompt": "fields.prompt",
            "responses": [{"content": 'fields."response-1"'}, {"content": 'fields."response-2"'}],
            "label": "sort_by(by.value.values.preference.value, &value)[].rank",
            "annotator_id": "by.value.user_id",
        },
    }
    (found,) = understood({"rows.jsonl": jsonl(row)}, delivery, {"kind": "ranking"})
    assert (found["record_id"], found["ranking"]) == ("r1-u1", [2, 1])


def test_users_and_answers_in_parallel_lists_are_put_together() -> None:
    """Argilla's dataset export: one column of lists a question."""
    row = {
        "prompt": "Name a fruit.",
        "a": "Apple",
        "b": "Chair",
        "pref": {"users": ["u1", "u2"], "values": ["a", "b"]},
    }
    delivery = {
        "rows": JSONL,
        "each": {"in": "zip({user: pref.users, value: pref.values})", "as": "by"},
        "record": {
            "prompt": "prompt",
            "responses": "[a, b]",
            "label": "by.value.value",
            "annotator_id": "by.value.user",
        },
    }
    found = understood({"rows.jsonl": jsonl(row)}, delivery, {"kind": "binary"})
    assert [one["ranking"] for one in found] == [[1, 2], [2, 1]]
    assert found[0]["annotator_id"] != found[1]["annotator_id"]


def test_comparisons_may_point_at_answers_by_their_number() -> None:
    """Several comparisons of a pool of answers in one row, each by several annotators."""
    row = {
        "prompt": "Name a fruit.",
        "pool": [
            {"text": "Apple", "model": "m"},
            {"text": "Chair", "model": "n"},
            {"text": "Pear", "model": "o"},
        ],
        "comparisons": [
            {"left": 0, "right": 1, "votes": {"ann": "left", "bob": "left"}},
            {"left": 1, "right": 2, "votes": {"ann": "right"}},
        ],
    }
    delivery = {
        "rows": JSONL,
        "each": [{"in": "comparisons", "as": "pair"}, {"in": "pair.value.votes", "as": "vote"}],
        "record": {
            "prompt": "prompt",
            "responses": [
                {
                    "content": f"pick(pool, pair.value.{side}).text",
                    "checkpoint_id": f"pick(pool, pair.value.{side}).model",
                }
                for side in ("left", "right")
            ],
            "label": "vote.value",
            "annotator_id": "vote.key",
        },
    }
    scheme = {"kind": "binary", "a": ["left"], "b": ["right"]}
    found = understood({"rows.jsonl": jsonl(row)}, delivery, scheme)
    assert [(texts(one), one["ranking"]) for one in found] == [
        (["Apple", "Chair"], [1, 2]),
        (["Apple", "Chair"], [1, 2]),
        (["Chair", "Pear"], [2, 1]),
    ]


def test_a_document_keyed_by_id_keeps_the_key() -> None:
    document = {
        "q1": {"ask": "Name a fruit.", "yes": "Apple", "no": "Chair"},
        "q2": {"ask": "?", "yes": "x", "no": "y"},
    }
    delivery = {
        "rows": {"path": "all.json", "format": "json", "rows_at": "zip({id: keys(@), row: values(@)})"},
        "record": {"record_id": "id", "prompt": "row.ask", "responses": "[row.yes, row.no]", "label": "'a'"},
    }
    found = understood({"all.json": json.dumps(document).encode()}, delivery, {"kind": "binary"})
    assert [one["record_id"] for one in found] == ["q1", "q2"]


def test_the_share_of_tests_passed_is_compared_with_a_threshold() -> None:
    row = {
        "problem": "Write double(x).",
        "solutions": [{"code": "x * 2", "passed": 3, "total": 4}, {"code": "x + x", "passed": 4, "total": 4}],
    }
    record = {
        "prompt": "problem",
        "responses": "solutions[].code",
        "label": "map(&divide(passed, total), solutions)",
        "verifier": "solutions[].{passed: passed, total: total}",
    }
    scheme = {"kind": "verifiable", "threshold": 0.9}
    (found,) = understood({"rows.jsonl": jsonl(row)}, {"rows": JSONL, "record": record}, scheme)
    assert found["ranking"] == [2, 1]


def test_blank_cells_take_a_default_and_zero_stays_zero() -> None:
    data = b"q,a,b,s,lang\nName a fruit.,Apple,Chair,0, \n"
    delivery = {
        "rows": {"path": "rows.csv", "format": "csv"},
        "record": {
            "prompt": "q",
            "responses": "[a, b]",
            "label": "default(s, '9')",
            "language": "default(lang, 'en')",
        },
    }
    (found,) = understood({"rows.csv": data}, delivery, {"kind": "likert", "low": 0, "high": 9})
    assert (found["raw_label"], found["language"]) == ('"0"', "en")
