"""Where work comes from: the responses that were sent out, and the annotators who were admitted."""

from typing import Any

from contracts.terms.annotators import Annotators
from tests.quality.gates.delivered import record, response, terms
from tests.quality.gates.planted import ISSUED
from tests.quality.gates.test_record import codes


def test_lineage_asks_for_the_item_the_checkpoint_and_every_byte() -> None:
    content = ("Answer A 1", "Answer B 1")
    rows = [
        record(1, responses=[response(text) for text in reversed(content)]),
        record(1, record_id="2", annotator_id="2", work_order_item="w-2"),
        record(1, record_id="3", annotator_id="3", work_order_item=None),
        record(1, record_id="4", annotator_id="4", responses=[response(c, "pol-2") for c in content]),
        record(1, record_id="5", annotator_id="5", responses=[response(f"{c}.") for c in content]),
    ]
    not_issued, unknown_item = ["response_not_issued"], ["response_not_issued", "item_not_in_work_order"]
    found = codes(rows, terms(on_policy={"lineage": "work_order"}), issued=ISSUED)
    assert found == [[], not_issued, unknown_item, not_issued, not_issued]


def test_a_record_without_responses_is_traced_by_its_item() -> None:
    bare: dict[str, Any] = {"responses": [], "prompt": [], "raw_label": None, "ranking": None}
    traced = terms({"required": []}, on_policy={"lineage": "work_order"})
    rows = [record(n, work_order_item=item, **bare) for n, item in enumerate(("w-1", "w-9", None), 1)]
    found = [
        set(one) & {"response_not_issued", "item_not_in_work_order"}
        for one in codes(rows, traced, issued=ISSUED)
    ]
    assert found == [set(), {"item_not_in_work_order"}, {"item_not_in_work_order"}]


def test_nobody_named_and_too_low_a_score_are_not_admitted() -> None:
    roster = {"good": 0.8, "low": 0.79, "new": None}
    rows = [record(n, annotator_id=who) for n, who in enumerate(["good", "low", "new", "other", None], 1)]
    people = Annotators(roster="r.csv", off_roster="discard")
    lenient = terms().model_copy(update={"annotators": people})
    strict = terms().model_copy(update={"annotators": people.model_copy(update={"min_screening_score": 0.8})})
    lost = ["not_on_roster"]
    assert codes(rows, lenient, roster=roster) == [[], [], [], lost, lost]
    assert codes(rows, strict, roster=roster) == [[], lost, lost, lost, lost]
    assert codes(rows, terms(), roster=roster) == [[]] * 5
    assert codes(rows, strict) == [[]] * 5
