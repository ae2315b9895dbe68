"""The decision on a batch: the gravest consequence of the failed clauses, in a sentence."""

import pytest

from quality.decision import decide
from quality.verdict import Consequence, GateSpec, Status, Verdict


def verdict(consequence: Consequence, status: Status = "fail", metric: str = "m") -> Verdict:
    spec = GateSpec(f"clause.{consequence}", metric, 0.1, consequence)
    return Verdict(spec, status, 0.2, 0.1, 0.3, 10, f"The {metric} is too high.")


@pytest.mark.parametrize(
    ("consequence", "outcome"),
    [("none", "accepted"), ("partial", "accepted_partial"), ("hold", "held"), ("reject", "rejected")],
)
def test_each_consequence_has_its_outcome(consequence: Consequence, outcome: str) -> None:
    assert decide((verdict(consequence),), kept=1).outcome == outcome


def test_the_gravest_consequence_decides_and_only_its_clauses_are_named() -> None:
    decision = decide((verdict("hold"), verdict("reject"), verdict("partial"), verdict("none")), kept=5)
    assert (decision.outcome, decision.reason) == ("rejected", "clause.reject: The m is too high")


def test_two_clauses_of_one_gravity_are_both_named() -> None:
    decision = decide((verdict("hold", metric="a"), verdict("hold", metric="b")), kept=5)
    assert decision.reason == "clause.hold: The a is too high; clause.hold: The b is too high"


@pytest.mark.parametrize("status", ["pass", "warn", "not_testable"])
def test_a_clause_that_did_not_fail_has_no_consequence(status: Status) -> None:
    assert decide((verdict("reject", status),), kept=1).outcome == "accepted"


def test_what_warned_is_told_with_the_acceptance() -> None:
    decision = decide((verdict("hold", "warn", "length_lean"), verdict("none", "pass")), kept=1)
    assert decision.reason == "every blocking clause holds; to watch: length_lean"


def test_no_verdict_at_all_accepts() -> None:
    assert decide((), kept=1).outcome == "accepted"


def test_a_batch_of_which_nothing_is_kept_is_rejected_whatever_the_clauses_say() -> None:
    decision = decide((verdict("none", "pass"),), kept=0)
    assert (decision.outcome, decision.reason) == ("rejected", "no record passed the gates")
