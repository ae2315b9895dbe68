"""Go or no-go in the weekly round, and what a judgement keeps for the report on the ramp."""

import io
from collections.abc import Iterator
from datetime import timedelta

import polars as pl
import pytest

from flows.reconcile import reconcile
from flows.weekly import weekly
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.ramp_decisions import RampDecision, decisions
from rampart.ledger.ramp_report import read_ramp_report
from simulator.season import START, Season, contract_text, due, week_rows
from tasks.workspace import Workspace, put_in_force, workspace

HOUR = timedelta(hours=1)
CONTRACT = "dc-north"


def agree(vendor: str = "north") -> None:
    """The season's contract with two weeks of calibration, so that go or no-go is due after week 2."""
    text = contract_text(vendor).replace("1: {phase: production", "1: {phase: calibration")
    text = text.replace("2: {phase: production", "2: {phase: calibration")
    text = text.replace(
        "        phases:\n", "        phases:\n          calibration: {discard_ceiling: 0.5, price: 0.35}\n"
    )
    with workspace() as place:
        put_in_force(text.encode(), f"{vendor}.odcs.yaml", place, START)


@pytest.fixture
def place(plain: Season) -> Iterator[Workspace]:  # noqa: ARG001 (its settings are in force)
    agree()
    with workspace() as opened:
        yield opened


def decided(place: Workspace) -> tuple[RampDecision, ...]:
    return decisions(place.books, CONTRACT)


def test_it_is_due_after_the_decision_week_and_written_once(place: Workspace, plain: Season) -> None:
    plain.deliver(1)
    weekly(due(1))
    assert decided(place) == ()
    plain.deliver(2, week_rows("north", 2))
    weekly(due(2))
    (found,) = decided(place)
    assert (found.week, found.call, found.as_of) == (2, "go", due(2))
    assert found.rests_on == {"1": 1, "2": 1}
    assert found.contracted == 20 + 20 + 28
    assert found.accepted_p10 <= found.accepted_p50 <= found.accepted_p90
    before = plain.export()
    weekly(due(2) + HOUR)
    reconcile(due(2) + HOUR)
    assert decided(place) == (found,)
    assert plain.export() == before


def test_what_comes_or_changes_later_does_not_change_it(place: Workspace, plain: Season) -> None:
    first = plain.deliver(1)
    plain.deliver(2, week_rows("north", 2))
    weekly(due(2))
    (found,) = decided(place)
    plain.deliver(1, week_rows("north", 1, hasty=30), replaces=first)
    plain.deliver(3, week_rows("north", 3))
    weekly(due(3))
    assert decided(place) == (found,)
    now = read_ramp_report(place.books, place.store.get, CONTRACT)
    assert now.after == 3
    assert now.weeks[0].judged is not None
    assert now.weeks[0].judged.discarded == 30


def test_a_late_round_decides_as_a_punctual_one_would_have(place: Workspace, plain: Season) -> None:
    for week in (1, 2, 3):
        plain.deliver(week, week_rows("north", week, hasty=4 if week < 3 else 40))
    weekly(due(3))
    (found,) = decided(place)
    assert found.rests_on == {"1": 1, "2": 1}
    assert found.call == "go"


def test_a_decision_week_that_never_came_is_decided_about_when_the_next_is_due(
    place: Workspace, plain: Season
) -> None:
    plain.deliver(1)
    weekly(due(1))
    weekly(due(3) - HOUR)
    assert decided(place) == ()
    weekly(due(3))
    (found,) = decided(place)
    assert (found.week, found.as_of, found.rests_on) == (2, due(3), {"1": 1})


def test_a_vendor_that_never_delivered_is_not_decided_about(place: Workspace) -> None:
    weekly(due(3))
    assert decided(place) == ()


def test_each_judgement_keeps_what_was_discarded_of_whom(place: Workspace, plain: Season) -> None:
    plain.deliver(1)
    weekly(due(1))
    batch = current_batch(place.books, CONTRACT, 1)
    assert batch is not None
    kept = pl.read_parquet(io.BytesIO(place.store.get(batch.artefacts["groups"])))
    assert set(kept["kind"]) == {"annotator"}  # the season names no domains
    assert (kept["readable"].to_list(), kept["discarded"].sum()) == ([8] * 5, 4)
    report = read_ramp_report(place.books, place.store.get, CONTRACT)
    assert report.annotators.found is not None
    assert [path.alarm for path in report.annotators.found] == [None] * 5
    assert report.annotators.rows[0].key == batch.artefacts["groups"]
    assert report.domains.reason == "No record names a domain."


def test_seen_as_of_an_earlier_moment_later_weeks_are_still_to_come(place: Workspace, plain: Season) -> None:
    plain.deliver(1)
    weekly(due(1))
    plain.deliver(2, week_rows("north", 2))
    weekly(due(2))
    report = read_ramp_report(place.books, place.store.get, CONTRACT, as_of=due(1) + HOUR)
    assert [week.judged is not None for week in report.weeks] == [True, False, False]
