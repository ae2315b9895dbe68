"""What the gates say about one record, for people."""

from typing import Any

import pytest

from quality.gates.record.explaining import GateOutcome, found_alone, outcomes
from quality.gates.record.gate import Asked, References
from rampart.records.reasons import REASONS
from tests.quality.gates import planted_copies
from tests.quality.gates.delivered import record, table, terms
from tests.quality.gates.planted import ISSUED, PLANTED, STRICT, asking

ASKED = Asked(STRICT, 1, References(ISSUED, roster={"ann-1": None}))


def told(row: dict[str, Any], code: str, asked: Asked = ASKED) -> GateOutcome:
    """The outcome of one gate for a record that was found for its reason."""
    (stored,) = table(row).to_pylist()
    return {gate.code: gate for gate in outcomes(stored, asked, {code}, {code})}[code]


@pytest.mark.parametrize("reason", [reason.code for reason in REASONS])
def test_every_gate_says_what_it_saw_and_what_it_expected(reason: str) -> None:
    references = References(ISSUED, planted_copies.HELD_OUT, {"ann-1": None})
    gate = told(PLANTED[reason][-1], reason, Asked(asking(reason), 1, references))
    assert gate.outcome == "found"
    assert gate.seen
    assert gate.expected
    assert gate.seen != gate.expected


def test_gates_come_in_the_waterfall_s_order_each_with_its_outcome() -> None:
    (stored,) = table(record(1)).to_pylist()
    found = outcomes(stored, Asked(terms({"author_labels": "flag"}), 1), ["too_fast"])
    assert [gate.code for gate in found] == [reason.code for reason in REASONS]
    by_code = {gate.code: (gate.outcome, gate.policy) for gate in found}
    assert by_code["empty_response"] == ("passed", "discard")
    assert by_code["author_judged"] == ("passed", "flag")
    assert by_code["copied_work"] == ("off", "allow")


def test_a_reason_the_gates_do_not_find_any_more_is_told_without_words_of_today() -> None:
    gate = told(record(1), "too_fast")
    assert (gate.outcome, gate.seen, gate.expected) == ("found", None, None)


def test_what_stands_in_a_record_today_is_told_apart_by_what_the_contract_does_with_it() -> None:
    (stored,) = table(record(1, duration_s=1.0, prompt_author_id="ann-1")).to_pylist()
    asked = Asked(terms({"min_duration_s": 5, "author_labels": "flag"}), 1)
    assert found_alone(stored, asked) == (("too_fast",), ("author_judged",))


def test_a_foreign_item_is_told_with_the_week_whose_order_lacks_it() -> None:
    gate = told(record(1, work_order_item="w-9"), "item_not_in_work_order")
    assert (gate.seen, gate.expected) == ("item w-9", "one of the 2 items of the work order of week 1")
    assert told(record(1, work_order_item=None), "item_not_in_work_order").seen == "no item"
