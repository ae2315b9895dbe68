"""The on-policy share, on counts."""

import pytest

from quality.decision import decide
from quality.gates.batch.on_policy import OFF_POLICY, on_policy_share, on_policy_share_one
from rampart.records.reasons import mask_of
from tests.quality.gates.delivered import record, response, table, terms

ON, OFF = 0, mask_of(["checkpoint_not_allowed"])


@pytest.mark.parametrize(("off", "status"), [(0, "pass"), (2, "pass"), (3, "fail"), (10, "fail")])
def test_the_on_policy_share_passes_from_the_share_asked_for_on(off: int, status: str) -> None:
    contract = terms(on_policy={"checkpoints": {1: ["pol-1"]}, "min_share": 0.8, "on_breach": "hold"})
    verdict = on_policy_share({OFF: off, ON: 10 - off}, contract, 1)
    assert (verdict.status, verdict.observed, verdict.n) == (status, 1 - off / 10, 10)
    assert verdict.consequence == ("hold" if status == "fail" else "none")


def test_responses_never_issued_are_off_policy_and_other_reasons_are_not() -> None:
    contract = terms(on_policy={"checkpoints": {1: ["pol-1"]}})
    hasty = mask_of(["too_fast", "exact_duplicate"])
    masks = {mask_of(["response_not_issued"]): 1, hasty: 1, OFF_POLICY: 1, ON: 1}
    assert on_policy_share(masks, contract, 1).observed == 0.5


def test_a_share_is_said_precisely_enough_to_tell_it_from_the_one_asked_for() -> None:
    contract = terms(on_policy={"checkpoints": {1: ["pol-1"]}, "min_share": 0.925})
    reason = on_policy_share({OFF: 76, ON: 924}, contract, 1).reason
    assert reason == "924 of 1000 records on-policy (92.40%), at least 92.50% asked"


def test_without_checkpoints_or_records_the_share_is_not_testable() -> None:
    named = terms(on_policy={"checkpoints": {1: ["pol-1"]}})
    assert on_policy_share({ON: 1}, named, 2).status == "not_testable"
    assert "on_policy.checkpoints" in on_policy_share({ON: 1}, named, 2).reason
    assert on_policy_share({}, named, 1).status == "not_testable"


def test_a_share_asked_for_that_cannot_be_judged_holds_the_batch() -> None:
    asked = {"min_share": 0.8, "min_share_one": 0.5, "on_breach": "partial"}
    contract = terms(on_policy={"checkpoints": {1: ["pol-1"]}, **asked})
    found = (on_policy_share({ON: 1}, contract, 2), on_policy_share_one(table(record(1)), contract, 2))
    for verdict in found:
        assert (verdict.status, verdict.observed, verdict.consequence) == ("fail", None, "hold")
        assert "names no checkpoints for week 2" in verdict.reason
        assert "cannot be judged" in verdict.reason
    assert decide(found, kept=1).outcome == "held"


def test_a_pair_counts_as_one_sided_from_its_first_on_policy_response_on() -> None:
    contract = terms(on_policy={"checkpoints": {1: ["pol-1"]}, "min_share_one": 0.75, "on_breach": "reject"})
    both, one = record(1), record(2, responses=[response("A", "pol-0"), response("B")])
    none, unsaid = (record(n, responses=[response("A", "x"), response("B", None)]) for n in (3, 4))
    passed = on_policy_share_one(table(both, one, one, none), contract, 1, "address")
    assert (passed.status, passed.observed, passed.n, passed.evidence) == ("pass", 0.75, 4, "address")
    failed = on_policy_share_one(table(both, unsaid, none, none), contract, 1)
    assert (failed.status, failed.observed, failed.consequence) == ("fail", 0.25, "reject")
    assert failed.reason == "1 of 4 records have an on-policy response (25.00%), at least 75.00% asked"


def test_the_one_sided_share_of_nothing_is_not_testable() -> None:
    contract = terms(on_policy={"checkpoints": {1: ["pol-1"]}, "min_share_one": 0.5})
    assert on_policy_share_one(table(), contract, 1).reason == "no readable record"
    none_asked = terms(on_policy={"checkpoints": {1: ["pol-1"]}})
    assert on_policy_share_one(table(record(1)), none_asked, 2).status == "not_testable"
