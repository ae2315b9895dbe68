"""What may be told of the discards: all of them, but none for being a gold question."""

from typing import Any

import pytest

from contracts.model import Contract
from contracts.versions.golds import gold_clauses, gold_problems, without_golds
from quality.gates.told import told_of
from tests.ledger.feedback.packs import judged
from tests.quality.gates.delivered import record, terms

RIGHT = {"name": "gold", "expect": "gold IS NULL OR raw_label = gold", "problem": "It is wrong."}
LONG = {"name": "long", "expect": "duration_s > 10", "problem": "It is fast."}


def told(contract: Contract, *rows: dict[str, Any]) -> dict[str, list[str]]:
    found = told_of(judged(*rows, contract=contract), contract).rows
    return dict(zip(found["record_id"].to_pylist(), found["reasons"].to_pylist(), strict=True))


def test_without_a_clause_that_reads_golds_every_discard_is_told_with_all_its_reasons() -> None:
    agreed = terms({"min_duration_s": 30, "rules": [LONG]})
    rows = (record(1, gold='"b"'), record(2, duration_s=20.0), record(3, duration_s=5.0))
    assert told(agreed, *rows) == {"r2": ["too_fast"], "r3": ["too_fast", "rule_broken"]}


def test_a_record_discarded_only_for_its_gold_is_not_told() -> None:
    assert told(terms({"rules": [RIGHT]}), record(1, gold='"b"'), record(2, gold='"a"'), record(3)) == {}


def test_of_a_record_with_other_reasons_those_are_told() -> None:
    agreed = terms({"min_duration_s": 30, "rules": [RIGHT, LONG]})
    wrong = {"gold": '"b"', "duration_s": 20.0}
    rows = (record(1, **wrong), record(2, **{**wrong, "duration_s": 5.0}), record(3, duration_s=5.0))
    assert told(agreed, *rows) == {
        "r1": ["too_fast"],
        "r2": ["too_fast", "rule_broken"],
        "r3": ["too_fast", "rule_broken"],
    }


def test_a_record_that_lacks_a_gold_it_must_have_is_not_told_for_that() -> None:
    agreed = terms({"required": ["prompt", "label", "rationale", "gold"]})
    rows = (record(1, rationale="It is."), record(2))
    assert told(agreed, *rows) == {"r2": ["missing_required_field"]}


def test_no_annotator_is_counted_for_what_is_not_told() -> None:
    agreed = terms({"rules": [RIGHT]})
    found = told_of(judged(record(1, gold='"b"', annotator_id="p"), contract=agreed), agreed)
    assert (found.masks.total(), list(found.people.iter_rows())) == (0, [("p", 1, 0)])


def test_a_contract_that_discards_by_golds_cannot_come_into_force() -> None:
    agreed = terms({"required": ["label", "gold"], "rules": [LONG, RIGHT]})
    assert gold_clauses(agreed) == ("gates.rules.1", "gates.required")
    (rule, required) = gold_problems(agreed, {"gates.rules.1": 7}.get)
    assert str(rule).startswith("line 7, gates.rules.1: discards a record by its field `gold`")
    assert required.line is None
    assert gold_clauses(without_golds(agreed)) == ()


@pytest.mark.parametrize("policy", ["flag", "allow"])
def test_a_rule_that_only_flags_golds_may_stand(policy: str) -> None:
    assert gold_clauses(terms({"rules": [{**RIGHT, "policy": policy}]})) == ()
