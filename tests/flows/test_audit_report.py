"""The audit report of a weekly round: published, booked, and made with what earlier weeks left."""

import json
from typing import Any

from flows.weekly import weekly
from rampart.ledger.read import batch_detail
from simulator.season import Season, due
from tasks.audit_report import ARTEFACT, PAGE
from tasks.workspace import Workspace, workspace


def report(place: Workspace, week: int) -> dict[str, Any]:
    key = batch_detail(place.books, "dc-north", week).artefacts[ARTEFACT]
    found: dict[str, Any] = json.loads(place.store.get(key))
    return found


def test_a_round_publishes_the_report_and_books_what_it_finds(judged: Season) -> None:  # noqa: ARG001
    with workspace() as place:
        detail = batch_detail(place.books, "dc-north", 1)
        metrics = [verdict.spec.metric for verdict in detail.verdicts]
        assert {"longer_wins", "first_wins", "tie_share", "speeder_share"} <= set(metrics)
        assert metrics[-1] == "audit_report"
        assert len(metrics) == len(set(metrics))
        assert report(place, 1)["facts"]["records"] == 36
        page = place.store.get(detail.artefacts[PAGE])
        assert page.startswith(b"<!doctype html>")
        assert "No reward model" in report(place, 1)["joint"]["quality"]


def test_the_next_week_is_judged_with_the_model_that_knows_only_earlier_weeks(judged: Season) -> None:
    judged.deliver(2)
    weekly(due(2))
    with workspace() as place:
        assert "reward model version 1" in report(place, 2)["joint"]["quality"]
