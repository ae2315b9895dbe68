"""The audit report of a weekly round: published, booked, and made with what earlier weeks left."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.weekly import weekly
from rampart.ledger.read import RmRow, batch_detail, rm_rows
from simulator.season import Season, due
from tasks.audit_report import ARTEFACT, PAGE, _knows_nothing_of
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
        told = report(place, 2)["joint"]["quality"]
        assert "reward model version 1" in told
        assert rm_rows(place.books, "small")[0].run_id in told


@pytest.mark.parametrize(
    ("used", "may_stand"),
    [
        ([("dc-north", 2)], True),
        ([("dc-north", 3)], False),  # the batch itself
        ([("dc-north", 2), ("dc-north", 4)], False),
        ([("dc-north", 2), ("dc-south", 9)], True),  # which counts its weeks from its own start
        ([("dc-south", 3)], True),
        ([], False),
    ],
)
def test_a_model_stands_for_quality_unless_it_saw_the_batch_or_later_ones_of_the_contract(
    used: list[tuple[str, int]], may_stand: bool
) -> None:
    manifest = json.dumps({"batches": [{"contract_id": name, "week": week} for name, week in used]})
    place = cast("Workspace", SimpleNamespace(store=SimpleNamespace(get=lambda _key: manifest)))
    model = cast(
        "RmRow", SimpleNamespace(artefacts={"manifest": "datasets/1.json", "data": "datasets/1.parquet"})
    )
    assert _knows_nothing_of(place, model, "dc-north", 3) is may_stand
