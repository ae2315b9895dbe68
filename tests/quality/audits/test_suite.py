"""Every batch gets every audit, under its own contract's terms."""

from typing import Any

import pytest

from contracts.model import Contract
from quality.audits.suite import run_audits
from tests.quality.conftest import Judgements


def contract(**changed: Any) -> Contract:
    """A contract with the least terms, and `changed` on top."""
    terms: dict[str, Any] = {
        "contract_id": "acme-1",
        "version": "1.0.0",
        "status": "active",
        "name": "Acme",
        "digest": "0" * 64,
        "vendor": {"id": "acme", "name": "Acme"},
        "program": "helpful",
        "term": {"start": "2025-01-06", "weeks": 1},
        "ramp": {
            "weeks": {1: {"phase": "calibration", "units": 100}},
            "phases": {"calibration": {"discard_ceiling": 0.3, "price": "1.00"}},
        },
        "annotation": {"scheme": {"kind": "arena"}},
        "delivery": {
            "rows": {"path": "rows.jsonl", "format": "jsonl"},
            "record": {"prompt": "prompt", "responses": "responses", "label": "label"},
        },
    }
    return Contract.model_validate({**terms, **changed})


ROWS: list[dict[str, Any]] = [
    {
        "prompt": f"prompt {number // 3}",
        "texts": ["long enough", "short"],
        "ranking": [1, 2] if number % 3 else [2, 1],
        "item_id": f"i{number // 3}",
        "annotator_id": f"a{number % 7}",
    }
    for number in range(300)
]


def test_a_batch_gets_length_position_and_ties_with_the_same_evidence(judgements: Judgements) -> None:
    verdicts = run_audits(judgements(ROWS), contract(), "s3://rows")
    assert [verdict.spec.metric for verdict in verdicts] == ["longer_wins", "first_wins", "tie_share"]
    assert {verdict.evidence for verdict in verdicts} == {"s3://rows"}
    assert [verdict.n for verdict in verdicts] == [300, 300, 300]


def test_each_audit_uses_its_own_limit(judgements: Judgements) -> None:
    limits = {"length": {"max_lean": 0.05, "min_effective_n": 1}, "position": {"max_lean": 0.45}}
    length, position, _ = run_audits(judgements(ROWS), contract(audits=limits))
    assert (length.spec.threshold, position.spec.threshold) == (0.05, 0.45)


def test_a_contract_on_majorities_is_judged_on_majorities(judgements: Judgements) -> None:
    terms = contract(annotation={"scheme": {"kind": "arena"}, "aggregation": "majority"})
    length, _, _ = run_audits(judgements(ROWS), terms)
    assert (length.n, length.observed) == (100, 1.0)


@pytest.mark.parametrize(
    "rows", [[], [{"prompt": "p", "texts": ["a"], "ranking": None}]], ids=["none", "thumbs"]
)
def test_a_batch_without_comparisons_is_not_testable_throughout(
    judgements: Judgements, rows: list[dict[str, Any]]
) -> None:
    verdicts = run_audits(judgements(rows), contract())
    assert {verdict.status for verdict in verdicts} == {"not_testable"}
