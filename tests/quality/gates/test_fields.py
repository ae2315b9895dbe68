"""`gates.fields`: what single fields may hold."""

from typing import Any

import pytest

from quality.gates.record.explaining import outcomes
from quality.gates.record.fields import expectations
from quality.gates.record.gate import Asked
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.records.reasons import reasons_of
from tests.quality.gates.delivered import record, response, table, terms

USER = {"role": "user", "content": "Hi"}


def codes(row: dict[str, Any], **fields: dict[str, Any]) -> list[str]:
    """The reasons against one record, with gates on its fields."""
    gated = gate_records(table(row), terms({"fields": fields}), 1, Earlier())
    return [reason.code for reason in reasons_of(gated.masks[0])]


def seen(row: dict[str, Any], code: str, **fields: dict[str, Any]) -> tuple[str | None, str | None]:
    """What the gate saw in a record it found, and what it expected."""
    (stored,) = table(row).to_pylist()
    told = outcomes(stored, Asked(terms({"fields": fields}), 1), [code])
    (gate,) = (one for one in told if one.code == code)
    return gate.seen, gate.expected


@pytest.mark.parametrize(
    ("name", "gate", "good", "bad", "code"),
    [
        (
            "language",
            {"values": ["en", "de"]},
            ["en", "de", None],
            ["EN", "fr", "", " en"],
            "value_not_listed",
        ),
        ("turn", {"values": [1, 3]}, [1, 3, None], [2, 0], "value_not_listed"),
        ("strength", {"values": [0.5]}, [0.5, None], [0.0, 0.51], "value_not_listed"),
        ("duration_s", {"min": 1, "max": 60}, [1.0, 60.0, None], [0.999, 60.001, -5.0], "value_out_of_range"),
        ("turn", {"min": 2}, [2, 99, None], [1, -1], "value_out_of_range"),
        ("ratings", {"max": 5}, [[5.0], [], [1.0, None], None], [[5.5], [1.0, 6.0]], "value_out_of_range"),
        ("rationale", {"min_chars": 3}, ["abc", "ü🙂é", None], ["", "ab", "🙂🙂"], "wrong_length"),
        ("work_order_item", {"max_chars": 3}, ["w-1", "🙂🙂🙂"], ["w-10"], "wrong_length"),
        (
            "work_order_item",
            {"pattern": r"w-\d+"},
            ["w-1", "w-12", None],
            ["w-", "xw-1", "w-1\n", ""],
            "wrong_form",
        ),
        ("rationale", {"pattern": "^a.b$"}, ["a\nb", "axb"], ["a.b\n", "ab"], "wrong_form"),
        ("domain", {"pattern": "a|bc"}, ["a", "bc"], ["ac", "abc", "b"], "wrong_form"),
    ],
)
def test_a_field_is_found_on_the_wrong_side_of_each_edge_and_never_where_it_is_null(
    name: str, gate: dict[str, Any], good: list[Any], bad: list[Any], code: str
) -> None:
    for value in good:
        assert codes(record(1, **{name: value}), **{name: gate}) == [], value
    for value in bad:
        assert codes(record(1, **{name: value}), **{name: gate}) == [code], value


def test_each_response_is_looked_at() -> None:
    row = record(1, responses=[response("long enough"), response("short")])
    gate = {"min_chars": 6}
    assert codes(row, responses=gate) == ["wrong_length"]
    assert seen(row, "wrong_length", responses=gate) == (
        "response 2 is 5 characters long",
        "responses: at least 6 characters",
    )


def test_each_response_s_checkpoint_is_looked_at_and_one_without_is_another_gate_s_affair() -> None:
    row = record(1, responses=[response("A", None), response("B", "pol-x")])
    gate = {"pattern": r"pol-\d"}
    assert codes(row, checkpoint_id=gate) == ["wrong_form"]
    assert seen(row, "wrong_form", checkpoint_id=gate)[0] == "checkpoint_id of response 2 is 'pol-x'"
    assert codes(record(1, responses=[response("A", None), response("B")]), checkpoint_id=gate) == []


def test_a_prompt_s_messages_are_one_text() -> None:
    row = record(1, prompt=[USER, USER])  # "Hi", a line feed, "Hi"
    assert codes(row, prompt={"min_chars": 5, "max_chars": 5, "pattern": "Hi.Hi"}) == []
    assert codes(row, prompt={"max_chars": 4}) == ["wrong_length"]
    assert seen(row, "wrong_length", prompt={"max_chars": 4}) == (
        "prompt is 5 characters long",
        "prompt: at most 4 characters",
    )


def test_what_was_seen_names_the_fields_the_values_and_what_was_expected() -> None:
    row = record(1, language="fr", domain="law", rationale="x" * 200)
    fields: dict[str, Any] = {
        "language": {"values": ["en"]},
        "domain": {"values": ["law"]},
        "rationale": {"pattern": "y+"},
    }
    assert seen(row, "value_not_listed", **fields) == ("language is 'fr'", "language: one of en")
    found, _ = seen(row, "wrong_form", **fields)
    assert found == f"rationale is '{'x' * 80}…'"
    assert seen(record(1, duration_s=0.5), "value_out_of_range", duration_s={"min": 1, "max": 9}) == (
        "duration_s is 0.5",
        "duration_s: 1 to 9",
    )


def test_each_field_has_a_policy_of_its_own() -> None:
    contract = terms(
        {
            "fields": {
                "language": {"values": ["en"], "policy": "flag"},
                "domain": {"values": ["law"]},
                "difficulty": {"values": ["hard"], "policy": "allow"},
            }
        }
    )
    rows = [record(1, language="fr"), record(2, domain="art"), record(3, difficulty="easy")]
    gated = gate_records(table(*rows), contract, 1, Earlier())
    told = [[reason.code for reason in reasons_of(mask)] for mask in (*gated.masks, *gated.flags)]
    assert told == [[], ["value_not_listed"], [], ["value_not_listed"], [], []]
    both = record(1, language="fr", domain="art")
    (stored,) = table(both).to_pylist()
    gates = outcomes(stored, Asked(contract, 1), ["value_not_listed"], ["value_not_listed"])
    found = [(gate.policy, gate.seen) for gate in gates if gate.outcome == "found"]
    assert found == [("discard", "domain is 'art'"), ("flag", "language is 'fr'")]


def test_the_vendor_is_told_what_is_expected_of_each_field() -> None:
    contract = terms({"fields": {"language": {"values": ["en", "de"], "max_chars": 2}, "turn": {"max": 9}}})
    assert list(expectations(contract, "value_not_listed")) == ["language: one of en, de"]
    assert list(expectations(contract, "wrong_length")) == ["language: at most 2 characters"]
    assert list(expectations(contract, "wrong_form")) == []
