"""A vendor that compares packs over weeks and revisions finds gold questions no better than by guessing."""

from typing import Any

import pytest

from quality.gates import told
from rampart.ledger.feedback import figures
from rampart.ledger.outcome import Settlement
from tests.ledger.feedback.vendor import chance, watched, world
from tests.quality.gates.delivered import terms

# Half of them are wrong, so every week is held for it.
ASKED = {"gold": {"share": 0.05, "min_accuracy": 0.99}, "severity": "blocking"}
PLAIN = terms({"min_duration_s": 30}, annotators=ASKED)
BY_GOLD = {"name": "gold", "expect": "gold IS NULL OR raw_label = gold", "problem": "It is wrong."}
DISCARDING = terms({"min_duration_s": 30, "rules": [BY_GOLD]}, annotators=ASKED)
SEED = 20260105
FOUND = 0.01  # a leak is far below it: the best of 400 random deals does as well at .0025


@pytest.mark.slow
def test_neither_reinstated_records_nor_turned_answers_tell_golds() -> None:
    seen = world(SEED)
    assert chance(watched(PLAIN, seen, turned=True), seen.golds) > FOUND


def test_lists_reasons_and_sums_tell_no_golds_even_where_a_clause_discards_by_them() -> None:
    seen = world(SEED)
    assert chance(watched(DISCARDING, seen, turned=False), seen.golds) > FOUND


def test_a_pack_that_lists_what_was_discarded_for_its_gold_is_found_out(monkeypatch: Any) -> None:
    monkeypatch.setattr(told, "gold_clauses", lambda _contract: ())
    seen = world(SEED)
    assert chance(watched(DISCARDING, seen, turned=False), seen.golds) <= FOUND


@pytest.mark.slow
def test_a_verdict_that_counts_golds_is_found_out(monkeypatch: Any) -> None:
    def counting(settlement: Settlement) -> str:
        return settlement.reason

    monkeypatch.setattr(figures, "told_reason", counting)
    seen = world(SEED)
    assert chance(watched(PLAIN, seen, turned=True), seen.golds) <= FOUND


@pytest.mark.slow
def test_a_clause_that_discards_by_golds_is_read_from_what_is_paid_so_none_comes_into_force() -> None:
    seen = world(SEED)
    assert chance(watched(DISCARDING, seen, turned=True), seen.golds) <= FOUND
