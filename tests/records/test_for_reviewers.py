"""A record as a reviewer sees it."""

from typing import Any

import pytest

from rampart.records.for_reviewers import FIELDS, columns_for, judgement, shown


def record(**changes: Any) -> dict[str, Any]:
    """A comparison of two responses; the first won."""
    responses = [{"content": "one"}, {"content": "two"}]
    empty = dict.fromkeys(FIELDS)
    plain = {"prompt": [{"role": "user", "content": "Why?"}], "responses": responses, "ranking": [1, 2]}
    return {**empty, **plain, **changes}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "response 1 is better"),
        ({"ranking": [2, 1], "strength": 0.75}, "response 2 is better; strength 0.75 of 1"),
        ({"ranking": [1, 1]}, "all are as good"),
        ({"ranking": [1, 1], "both_bad": True}, "both are bad"),
        ({"ranking": [2, 1, 2]}, "responses, best first: 2 > 1 = 3"),
        ({"ranking": None, "ratings": [4.0, None]}, "ratings, in order: 4, none"),
        ({"ranking": [1], "raw_label": '"up"'}, 'label: "up"'),
        ({"ranking": None, "category": "spam"}, "category: spam"),
        ({"ranking": None}, "label: none"),
        ({"aspects": [{"axis": "truthful", "scores": [1, 0]}]}, "response 1 is better; truthful: 1, 0"),
    ],
)
def test_what_was_judged_is_said_in_words(changes: dict[str, Any], said: str) -> None:
    assert judgement(record(**changes)) == said


def test_each_response_has_its_column_where_they_are_few() -> None:
    assert columns_for([record()]) == ("prompt", "response_1", "response_2", "judgement")
    assert shown(record(), columns_for([record()])) == ("Why?", "one", "two", "response 1 is better")


def test_many_responses_stand_below_each_other() -> None:
    many = record(responses=[{"content": str(number)} for number in range(5)], ranking=[1, 2, 3, 4, 5])
    assert columns_for([record(), many]) == ("prompt", "responses", "judgement")
    assert shown(many, ("responses",))[0].startswith("[1] 0\n\n[2] 1")


def test_a_conversation_names_who_speaks_and_a_rationale_gets_a_column() -> None:
    told = record(
        prompt=[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
        rationale="clear",
    )
    columns = columns_for([record(), told])
    assert columns[-1] == "rationale"
    assert shown(told, columns)[0] == "user: Hi\n\nassistant: Hello"
    assert shown(record(), columns)[-1] == ""


def test_nothing_that_says_who_or_where_is_asked_for() -> None:
    assert not {"annotator_id", "record_id", "source_file", "started_at", "gold"} & set(FIELDS)
