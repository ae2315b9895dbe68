"""Prefect's server and the books: runs that died are closed, and events only hurry what the books ask for."""

import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.events import emit_event
from prefect.events.filters import EventFilter, EventIDFilter, EventNameFilter
from prefect.events.schemas.events import ReceivedEvent
from prefect.states import Cancelling, Completed, Pending, Running

import tasks.runs
from contracts.load import parse_contract
from flows.process_delivery import process_delivery
from flows.reconcile import reconcile
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.batches import receive
from rampart.ledger.notices import tell_crashed
from rampart.ledger.outbox import pending
from simulator.season import Season, contract_text, due
from tasks.runs import HEARTBEAT, Run, why_lost
from tests import embedded_prefect
from tests.ledger.books import claimed

PATIENCE_S = 30.0
NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR_S = 3600.0


def run(hours_silent: float, contract_id: str = "dc-north", week: int = 1) -> Run:
    """An unfinished run, silent for so long."""
    sign = NOW - timedelta(hours=hours_silent)
    return Run(uuid.uuid4(), "calm-crow", "process-delivery", "Running", sign, contract_id, week)


@pytest.mark.parametrize(
    ("seen", "working", "lost"),
    [
        (run(7), frozenset(), True),
        (run(5), frozenset(), False),
        (run(7), frozenset({BatchKey("dc-north", 1, 2)}), False),
        (run(7), frozenset({BatchKey("dc-north", 2, 1), BatchKey("dc-south", 1, 1)}), True),
        (run(7, "", 0), frozenset(), True),
        (run(7, "", 0), frozenset({BatchKey("dc-south", 1, 1)}), False),
    ],
)
def test_a_run_is_lost_when_it_is_silent_and_no_live_worker_has_its_work(
    seen: Run, working: frozenset[BatchKey], lost: bool
) -> None:
    said = why_lost(seen, working, NOW, 6 * HOUR_S)
    assert (said is not None) == lost
    assert said is None or said.startswith(
        "process-delivery calm-crow was Running without a sign for 7.0 h, and no worker has its work"
    )


@pytest.fixture
def prefect(season: Season, monkeypatch: pytest.MonkeyPatch) -> Iterator[SyncPrefectClient]:  # noqa: ARG001 (its server)
    """The embedded server, and a patience of an hour."""
    monkeypatch.setenv("RAMPART_RUN_LOST_AFTER_S", str(HOUR_S))
    with get_client(sync_client=True) as client:
        yield client


def left(prefect: SyncPrefectClient, state: State[None], hours_ago: float, week: int = 1) -> FlowRun:
    """A run of a delivery, put into `state` so long ago."""
    made = prefect.create_flow_run(
        process_delivery, parameters={"contract_id": "dc-north", "week": week}, state=Pending()
    )
    prefect.set_flow_run_state(made.id, state, force=True)
    # The server stamps a state itself, so a past is written into its database.
    then = f"{datetime.now(UTC) - timedelta(hours=hours_ago):%Y-%m-%d %H:%M:%S.%f}"
    database = embedded_prefect.HOME / "prefect" / "prefect.db"
    with closing(sqlite3.connect(database, timeout=30)) as server, server:
        changed = server.execute(
            "UPDATE flow_run_state SET timestamp = ? "
            "WHERE id = (SELECT state_id FROM flow_run WHERE flow_run.id = ?)",
            (then, str(made.id)),
        )
        assert changed.rowcount > 0
    return made


def arrived(prefect: SyncPrefectClient, wanted: EventFilter, count: int) -> list[ReceivedEvent]:
    """So many events, once the server has written them down."""
    deadline = time.monotonic() + PATIENCE_S
    while len(found := prefect.read_events(wanted, limit=50).events) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} events after {PATIENCE_S} s"
        time.sleep(0.2)
    return list(found)


def state_of(prefect: SyncPrefectClient, made: FlowRun) -> StateType | None:
    return prefect.read_flow_run(made.id).state_type


@pytest.mark.slow
def test_runs_that_died_are_closed_and_told_of_once_and_the_living_are_left_alone(
    prefect: SyncPrefectClient,
) -> None:
    states: tuple[State[None], ...] = (Running(), Pending(), Cancelling())
    dead = [left(prefect, state, 2) for state in states]
    young, ended = left(prefect, Running(), 0.5), left(prefect, Completed(), 2)
    report = reconcile(due(1))
    assert report.problems == ()
    assert len(report.closed) == len(dead)
    assert [state_of(prefect, made) for made in dead] == [
        StateType.CRASHED,
        StateType.CRASHED,
        StateType.CANCELLED,
    ]
    assert state_of(prefect, young) == StateType.RUNNING
    assert state_of(prefect, ended) == StateType.COMPLETED
    assert report.sent == 3
    assert reconcile(due(1)).closed == ()
    prefect.set_flow_run_state(young.id, Completed(), force=True)


@pytest.mark.slow
def test_a_run_whose_delivery_a_live_worker_has_is_left_alone(
    season: Season, prefect: SyncPrefectClient
) -> None:
    season.agree()
    contract = parse_contract(contract_text().encode(), "north.odcs.yaml")
    books = season.books()
    receive(books, "dc-north", 1, "d1", contract.digest, "rules-1", due(1))
    claimed(books, contract, 1)
    books.dispose()
    busy, dead = left(prefect, Running(), 2), left(prefect, Running(), 2, week=2)
    assert len(reconcile(due(1)).closed) == 1
    assert (state_of(prefect, busy), state_of(prefect, dead)) == (StateType.RUNNING, StateType.CRASHED)
    prefect.set_flow_run_state(busy.id, Completed(), force=True)


@pytest.mark.slow
def test_a_run_that_still_beats_is_left_alone(prefect: SyncPrefectClient) -> None:
    beating, dead = left(prefect, Running(), 2), left(prefect, Running(), 2)
    name = f"prefect.flow-run.{beating.id}"
    emit_event(event=HEARTBEAT, resource={"prefect.resource.id": name})
    arrived(prefect, EventFilter(event=EventNameFilter(name=[HEARTBEAT])), 1)
    assert len(reconcile(due(1)).closed) == 1
    assert (state_of(prefect, beating), state_of(prefect, dead)) == (StateType.RUNNING, StateType.CRASHED)
    prefect.set_flow_run_state(beating.id, Completed(), force=True)


@pytest.mark.slow
def test_a_run_that_ends_while_it_is_looked_at_stays_as_it_ended(
    prefect: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = left(prefect, Running(), 2)

    def then_it_ends(*given: object) -> None:
        tell_crashed(*given)  # type: ignore[arg-type]
        prefect.set_flow_run_state(ended.id, Completed(), force=True)

    monkeypatch.setattr(tasks.runs, "tell_crashed", then_it_ends)
    assert reconcile(due(1)).closed == ()
    assert state_of(prefect, ended) == StateType.COMPLETED


@pytest.mark.slow
def test_a_settlement_tells_prefect_under_the_ids_of_the_outbox(
    season: Season, prefect: SyncPrefectClient
) -> None:
    season.agree()
    season.deliver(1)
    process_delivery("dc-north", 1, due(1))
    books = season.books()
    asked = {row.id: f"rampart.{row.topic}" for row in pending(books, "batch.judged", "batch.accepted")}
    books.dispose()
    wanted = EventFilter(
        event=EventNameFilter(prefix=["rampart."]), id=EventIDFilter(id=[*map(uuid.UUID, asked)])
    )
    found = {str(event.id): event for event in arrived(prefect, wanted, len(asked))}
    assert {name: found[name].event for name in asked} == asked
    assert {found[name].resource["prefect.resource.id"] for name in asked} == {"rampart.batch.dc-north.1.1"}


@pytest.mark.slow
def test_a_settlement_stands_when_prefect_takes_no_event(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise ConnectionError("the server is away")

    monkeypatch.setattr("tasks.announce.emit_event", away)
    season.agree()
    season.deliver(1)
    assert process_delivery("dc-north", 1, due(1)).state == "accepted"
    assert len(reconcile(due(1)).trained) == 1
