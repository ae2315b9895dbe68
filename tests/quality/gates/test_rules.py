"""`gates.rules`: a contract's own rules about records."""

from typing import Any

import pytest

from contracts.model import Contract
from quality.gates.record.explaining import outcomes
from quality.gates.record.gate import Asked
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.records.reasons import reasons_of
from tests.quality.gates.delivered import MONDAY, record, response, table, terms

RULE = {"name": "why", "expect": "LENGTH(rationale) >= 3", "problem": "Say why."}


def contract(*rules: dict[str, Any]) -> Contract:
    return terms({"rules": rules})


def found(rows: list[dict[str, Any]], asked: Contract) -> list[bool]:
    gated = gate_records(table(*rows), asked, 1, Earlier())
    told = [[reason.code for reason in reasons_of(mask)] for mask in gated.masks]
    assert all(codes in ([], ["rule_broken"]) for codes in told)
    return [bool(codes) for codes in told]


def rows(**values: list[Any]) -> list[dict[str, Any]]:
    ((name, given),) = values.items()
    return [record(n, **{name: value}) for n, value in enumerate(given, 1)]


def test_what_is_missing_breaks_a_rule_that_does_not_allow_for_it() -> None:
    given = rows(rationale=["abc", "ab", "", None])
    assert found(given, contract(RULE)) == [False, True, True, True]
    allowing = {**RULE, "expect": "rationale IS NULL OR LENGTH(rationale) >= 3"}
    assert found(given, contract(allowing)) == [False, True, True, False]


def test_a_rule_is_about_the_records_for_which_when_is_true_and_no_others() -> None:
    given = rows(strength=[1.0, 0.9, 0.5, None])
    assert found(given, contract({**RULE, "when": "strength >= 0.9"})) == [True, True, False, False]


@pytest.mark.parametrize(
    ("expect", "changes", "holds"),
    [
        ("response_count = 2", {}, True),
        ("response_count = 3", {}, False),
        (
            "longest_response <= 2 * shortest_response",
            {"responses": [response("ab"), response("abcd")]},
            True,
        ),
        (
            "longest_response <= 2 * shortest_response",
            {"responses": [response("ab"), response("abcde")]},
            False,
        ),
        ("prompt ~ 'Question \\d+'", {}, True),
        ("prompt LIKE 'Answer%'", {}, False),
        ("prompt_messages % 2 = 1", {}, True),
        ("submitted_at > started_at", {"started_at": MONDAY, "submitted_at": MONDAY}, False),
        ("scheme = 'binary' AND raw_label = '\"a\"'", {}, True),
        ("NOT both_bad", {"both_bad": True}, False),
        ("annotator_id <> prompt_author_id", {"prompt_author_id": "ann-2"}, True),
        ("turn / 2 = 1.5", {"turn": 3}, True),
    ],
)
def test_rules_speak_of_fields_and_of_what_is_derived_from_them(
    expect: str, changes: dict[str, Any], holds: bool
) -> None:
    assert found([record(1, **changes)], contract({**RULE, "expect": expect})) == [not holds]


def test_what_was_seen_names_each_broken_rule_and_the_values_it_read() -> None:
    asked = contract(
        {**RULE, "when": "turn > 1"},
        {"name": "lang", "expect": "language = 'en'", "problem": "English."},
        {"name": "unbroken", "expect": "turn < 9", "problem": "Too long."},
        {"name": "soft", "expect": "domain = 'law'", "problem": "Law.", "policy": "flag"},
    )
    (stored,) = table(record(1, turn=2, rationale="x" * 70, language="fr", domain="art")).to_pylist()
    short = {**stored, "rationale": None}
    told = outcomes(short, Asked(asked, 1), ["rule_broken"], ["rule_broken"])
    discarded, flagged = (gate for gate in told if gate.outcome == "found")
    assert discarded.seen == (
        "why: Say why. (turn is 2, rationale is empty); lang: English. (language is 'fr')"
    )
    assert discarded.expected == "why: LENGTH(rationale) >= 3 when turn > 1; lang: language = 'en'"
    assert (flagged.policy, flagged.seen) == ("flag", "soft: Law. (domain is 'art')")
    assert "unbroken" not in str(told)


def test_a_rule_switched_off_finds_nothing() -> None:
    assert found([record(1)], contract({**RULE, "policy": "allow"})) == [False]
