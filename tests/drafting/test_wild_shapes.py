"""Shapes seen in published preference data, made small by hand: what the draft says of each, unedited."""

from pathlib import Path
from typing import Any

import pytest

from tests.delivery.reading import said, texts
from tests.drafting.drafts import Drafted, of_rows

ROWS = range(12)
Row = dict[str, Any]


def long(name: str, number: int) -> str:
    return f"{name} {number}: a text of several words, as long as people write them."


def chat(*turns: str) -> list[Row]:
    return [
        {"role": "assistant" if place % 2 else "user", "content": text} for place, text in enumerate(turns)
    ]


def asked(record: Row) -> str:
    return said(record)[-1][1]


def whole(found: Drafted, records: int) -> Drafted:
    """Every row became a record the gates could use."""
    assert found.read.quarantine.num_rows == 0
    assert found.read.records.num_rows == records
    assert not {"missing_required_field", "label_outside_scheme"} & set(found.discarded)
    return found


def test_attributes_of_one_response_become_a_rating_and_aspects(tmp_path: Path) -> None:
    scores = [{"helpfulness": n % 5, "correctness": (n + 1) % 5, "verbosity": n % 3} for n in ROWS]
    rows = [{"prompt": long("P", n), "response": long("R", n), **scores[n]} for n in ROWS]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.contract.annotation.scheme.kind == "rating"
    assert [record["ratings"] for record in found.records] == [[s["helpfulness"]] for s in scores]
    assert {aspect["axis"] for aspect in found.records[0]["aspects"]} == {"correctness", "verbosity"}
    assert found.sure("delivery.record.label") == "edit"  # which of the scores counts, nobody can know


def test_rated_completions_in_a_list_become_ratings(tmp_path: Path) -> None:
    def completion(n: int, k: int) -> Row:
        inner = {"helpfulness": {"Rating": str((n + k) % 5 + 1), "Rationale": "It helps."}}
        text = {"model": f"m{k}", "response": long(f"R{k}", n), "overall_score": float((3 * n + k) % 10 + 1)}
        return {**text, "annotations": inner}

    rows: list[Row] = [
        {"instruction": long("P", n), "completions": [completion(n, k) for k in range(4)]} for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert [record["ratings"] for record in found.records] == [
        [one["overall_score"] for one in row["completions"]] for row in rows
    ]
    assert [r["checkpoint_id"] for r in found.records[0]["responses"]] == ["m0", "m1", "m2", "m3"]
    assert found.sure("annotation.scheme") == "edit"  # the ends of the scale


def test_two_conversations_and_a_winner_become_an_arena(tmp_path: Path) -> None:
    words = ("model_a", "model_b", "tie", "tie (bothbad)")
    rows = [
        {
            "question_id": f"q{n}",
            "model_a": "vicuna",
            "model_b": "llama",
            "winner": words[n % 4],
            "judge": f"user_{n % 5}",
            "conversation_a": chat(long("P", n), long("A", n)),
            "conversation_b": chat(long("P", n), long("B", n)),
            "language": "English",
            "tstamp": 1_768_000_000.5 + n,
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.rankings[:4] == [[1, 2], [2, 1], [1, 1], [1, 1]]
    assert [record["both_bad"] for record in found.records[:4]] == [None, None, False, True]
    assert asked(found.records[0]) == long("P", 0)
    assert texts(found.records[0]) == [long("A", 0), long("B", 0)]
    assert found.records[0]["submitted_at"].year == 2026
    assert found.contract.delivery.times.format == "epoch_s"


def test_scores_beside_a_number_prove_what_the_number_means(tmp_path: Path) -> None:
    rows = [
        {
            "post_id": f"p{n}",
            "history": long("P", n),
            "human_ref_A": long("A", n),
            "human_ref_B": long("B", n),
            "labels": n % 2,
            "score_A": 20 if n % 2 else 3,
            "score_B": 8,
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.rankings[:2] == [[2, 1], [1, 2]]  # 1 means A here, against the usual guess
    assert found.sure("annotation.scheme") == "sure"


@pytest.mark.parametrize("as_chat", [False, True])
def test_one_completion_with_true_or_false_becomes_thumbs(tmp_path: Path, as_chat: bool) -> None:
    rows: list[Row] = [{"prompt": long("P", n), "completion": long("C", n), "label": n % 3 > 0} for n in ROWS]
    if as_chat:
        for row in rows:
            row["prompt"] = chat(row["prompt"])
            row["completion"] = [{"role": "assistant", "content": row["completion"]}]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.contract.annotation.scheme.kind == "thumbs"
    assert [record["ratings"] for record in found.records[:3]] == [[0.0], [1.0], [1.0]]
    assert texts(found.records[0]) == [long("C", 0)]


def test_ranked_answers_to_a_transcript_become_a_ranking(tmp_path: Path) -> None:
    rows = [
        {
            "prompt": f"\n\nHuman: {long('P', n)}\n\nAssistant: ",
            "answers": [
                {"answer": long(f"A{k}", n), "model": f"m{k}", "rank": float(k + 1)} for k in range(4)
            ],
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.rankings == [[1, 2, 3, 4]] * 12
    assert said(found.records[0]) == [("user", long("P", 0))]
    assert not found.contract.annotation.order_shown  # sorted from the best on


def test_a_choice_by_place_in_a_list_of_two_becomes_binary(tmp_path: Path) -> None:
    rows = [
        {
            "info": {"id": f"t{n}", "post": long("P", n) * 2},
            "summaries": [{"text": long("S", n), "policy": "x"}, {"text": long("T", n), "policy": "y"}],
            "choice": n % 2,
            "worker": f"w{n % 3}",
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.rankings[:2] == [[1, 2], [2, 1]]
    assert found.records[0]["responses"][1]["checkpoint_id"] == "y"
    assert len({record["annotator_id"] for record in found.records}) == 3


def test_instruction_input_and_output_become_demonstrations(tmp_path: Path) -> None:
    rows = [
        {"instruction": long("P", n), "input": "" if n % 2 else "an input", "output": long("O", n)}
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.contract.annotation.scheme.kind == "demonstration"
    assert [asked(r) for r in found.records[:2]] == [f"{long('P', 0)}\n\nan input", long("P", 1)]


def test_a_conversation_in_other_words_becomes_a_demonstration(tmp_path: Path) -> None:
    rows = [
        {"conversations": [{"from": "human", "value": long("P", n)}, {"from": "gpt", "value": long("O", n)}]}
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert said(found.records[0]) == [("user", long("P", 0))]
    assert texts(found.records[0]) == [long("O", 0)]


def test_a_list_of_verdicts_becomes_verifiable(tmp_path: Path) -> None:
    rows = [
        {
            "problem": long("P", n),
            "generations": [long("A", n), long("B", n)],
            "correctness": [n % 2 == 0, n % 2 == 1],
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.contract.annotation.scheme.kind == "verifiable"
    assert found.rankings[:2] == [[1, 2], [2, 1]]


def test_one_verdict_on_one_completion_keeps_the_tests_as_evidence(tmp_path: Path) -> None:
    rows = [
        {"prompt": long("P", n), "completion": long("C", n), "passed": n % 2 == 0, "tests": ["t1", "t2"]}
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.contract.annotation.scheme.kind == "verifiable"
    assert found.records[0]["verifier"] == '["t1", "t2"]'


def test_chosen_and_rejected_conversations_share_their_prompt(tmp_path: Path) -> None:
    rows = [
        {
            "prompt": long("P", n),
            "chosen": chat(long("P", n), long("G", n)),
            "rejected": chat(long("P", n), long("B", n)),
            "score_chosen": 8.5,
            "score_rejected": 3.0,
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.rankings == [[1, 2]] * 12
    assert not found.contract.annotation.order_shown
    assert said(found.records[0]) == [("user", long("P", 0))]
    assert texts(found.records[0]) == [long("G", 0), long("B", 0)]


def test_words_of_several_strengths_become_a_scale(tmp_path: Path) -> None:
    words = (
        "A is much better",
        "A is slightly better",
        "About the same",
        "B is slightly better",
        "B is much better",
    )
    rows = [
        {
            "question": long("P", n),
            "response_a": long("A", n),
            "response_b": long("B", n),
            "preference": words[n % 5],
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.rankings[:5] == [[1, 2], [1, 2], [1, 1], [2, 1], [2, 1]]
    assert [record["strength"] for record in found.records[:5]] == [1.0, 0.5, 0.0, 0.5, 1.0]


def test_a_signed_number_becomes_a_scale_whose_ends_are_for_a_person(tmp_path: Path) -> None:
    rows = [
        {
            "context": chat(long("P", n)),
            "response1": long("A", n),
            "response2": long("B", n),
            "overall_preference": n % 7 - 3,
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.contract.annotation.scheme.model_dump()["low"] == -3
    assert found.rankings[:7] == [[1, 2]] * 3 + [[1, 1]] + [[2, 1]] * 3
    assert found.sure("annotation.scheme") == "edit"


def test_scores_of_two_answers_without_a_label_become_ratings(tmp_path: Path) -> None:
    rows = [
        {
            "question": {"id": f"q{n}", "full_text": long("P", n)},
            "answer_0": long("A", n),
            "answer_1": long("B", n),
            "score_0": -0.5 if n % 2 else 1.0,
            "score_1": 0.5 if n % 2 else -1.0,
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.rankings[:2] == [[1, 2], [2, 1]]


def test_votes_in_a_list_become_a_judgement_each(tmp_path: Path) -> None:
    rows = [
        {
            "item_id": f"i{n}",
            "prompt": long("P", n),
            "output_1": long("A", n),
            "output_2": long("B", n),
            "annotations": [{"annotator": f"w{k}", "choice": f"output_{1 + (n + k) % 2}"} for k in range(3)],
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 36)
    assert found.rankings[:4] == [[1, 2], [2, 1], [1, 2], [2, 1]]
    assert [record["record_id"] for record in found.records[:2]] == ["i0-1", "i0-2"]
    assert len({record["annotator_id"] for record in found.records}) == 3


def test_ranks_in_columns_become_a_ranking_of_four(tmp_path: Path) -> None:
    rows = [
        {
            "prompt": long("P", n),
            **{f"response_{k}": long(f"R{k}", n) for k in range(1, 5)},
            **{f"rank_{k}": rank for k, rank in enumerate((2, 1, 4, 3), start=1)},
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.rankings == [[2, 1, 4, 3]] * 12


def test_a_winner_named_by_its_model_is_found_on_its_side(tmp_path: Path) -> None:
    rows = [
        {
            "prompt": long("P", n),
            "model_1": f"m{n % 3}",
            "model_2": f"n{n % 2}",
            "output_1": long("A", n),
            "output_2": long("B", n),
            "winner": f"m{n % 3}" if n % 4 else f"n{n % 2}",
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.rankings[:4] == [[2, 1], [1, 2], [1, 2], [1, 2]]


def test_scores_without_an_end_become_a_ranking_highest_first(tmp_path: Path) -> None:
    rows = [
        {
            "title": long("P", n),
            "comments": [{"body": long(f"C{k}", n), "score": (n + 1) * k * 13} for k in (1, 3, 2)],
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.rankings == [[3, 1, 2]] * 12


def test_sides_within_objects_are_found(tmp_path: Path) -> None:
    rows = [
        {
            "data": {
                "prompt": long("P", n),
                "a": {"text": long("A", n), "model": "x"},
                "b": {"text": long("B", n), "model": "y"},
            },
            "judgement": {"pick": "a" if n % 2 else "b", "rater": f"w{n % 3}"},
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.rankings[:2] == [[2, 1], [1, 2]]
    assert [r["checkpoint_id"] for r in found.records[0]["responses"]] == ["x", "y"]


def test_a_text_and_a_label_become_a_category(tmp_path: Path) -> None:
    rows = [
        {"id": n, "text": long("T", n), "label": ("toxic", "ok")[n % 2], "worker_id": f"w{n % 4}"}
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert [record["category"] for record in found.records[:2]] == ["toxic", "ok"]
    assert asked(found.records[0]) == long("T", 0)


def test_raters_in_columns_become_a_category_each(tmp_path: Path) -> None:
    rows = [{"item": n, "rater_1": "yes", "rater_2": "no" if n % 2 else "yes", "rater_3": None} for n in ROWS]
    found = whole(of_rows(tmp_path, rows), 24)
    assert [record["category"] for record in found.records[:4]] == ["yes", "yes", "yes", "no"]


def test_a_criticised_response_becomes_a_critique(tmp_path: Path) -> None:
    rows = [{"prompt": long("P", n), "response": long("R", n), "critique": long("Wrong", n)} for n in ROWS]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.contract.annotation.scheme.kind == "critique"
    assert found.records[0]["rationale"] == long("Wrong", 0)


def test_milliseconds_are_read_as_such(tmp_path: Path) -> None:
    rows = [
        {
            "prompt": long("P", n),
            "left": long("A", n),
            "right": long("B", n),
            "winner": ("left", "right")[n % 2],
            "duration_ms": 15_000 + n,
        }
        for n in ROWS
    ]
    found = whole(of_rows(tmp_path, rows), 12)
    assert found.records[0]["duration_s"] == pytest.approx(15.0)


def test_two_answers_without_a_label_are_mapped_and_the_label_is_left_to_a_person(tmp_path: Path) -> None:
    rows = [{"prompt": long("P", n), "answer_x": long("A", n), "answer_y": long("B", n)} for n in ROWS]
    found = of_rows(tmp_path, rows)
    assert found.sure("delivery.record.label") == "edit"
    assert texts(found.records[0]) == [long("A", 0), long("B", 0)]
    assert found.discarded["missing_required_field"] == 12


def test_rows_about_something_else_give_a_draft_that_says_so(tmp_path: Path) -> None:
    found = of_rows(tmp_path, [{"temperature": n / 7, "city": f"c{n}"} for n in ROWS])
    assert found.proposal.trial.usable == 0
    assert found.sure("delivery.record.prompt") == "edit"
    assert "EDIT: no column looks like it" in found.text
