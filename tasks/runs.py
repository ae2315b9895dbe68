"""Prefect's runs that died: a worker killed together with its flow leaves a run *Running* for ever.

A run counts as dead by its silence: no change of state and no heartbeat for a long time, and no live worker
on the books has the work it was for. Its process number proves nothing: Prefect keeps it without the name of
the machine.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect import get_run_logger, task
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import SetStateStatus
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter, EventResourceFilter
from prefect.runtime import flow_run
from prefect.states import Cancelled, Crashed

from rampart.ledger.abandoned import at_work
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.notices import tell_crashed
from rampart.settings import Settings
from tasks.policy import STAGE
from tasks.workspace import Workspace

FLOWS = ("weekly", "process-delivery", "retrain", "rejudge", "backfill", "notify", "reconcile")
UNFINISHED = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
HEARTBEAT = "prefect.flow-run.heartbeat"
PAGE = 200  # the server's own limit for one answer; the oldest come first, the rest next time


@dataclass(frozen=True)
class Run:
    """An unfinished run of ours: `last_sign` is its last change of state or, if later, its last heartbeat.

    `contract_id` is empty, and `week` 0, for a run that is not about one delivery.
    """

    id: UUID
    name: str
    flow: str
    state: str
    last_sign: datetime
    contract_id: str
    week: int
    cancelling: bool = False


def why_lost(run: Run, working: frozenset[BatchKey], now: datetime, lost_after_s: float) -> str | None:
    """The sentence that says why `run` counts as dead; None while it may be alive.

    `working` is what live workers have. It protects a run about the same delivery, and a run about no single
    one whatever it is.
    """
    silent_s = (now - run.last_sign).total_seconds()
    if silent_s < lost_after_s:
        return None
    about_one = [key for key in working if (key.contract_id, key.week) == (run.contract_id, run.week)]
    if about_one or (working and not run.contract_id):
        return None
    return (
        f"{run.flow} {run.name} was {run.state} without a sign for {silent_s / 3600:.1f} h, and no worker "
        "has its work: its process died. What it left is taken up from the books"
    )


@task(**STAGE)
def close_lost_runs(place: Workspace, as_of: datetime) -> tuple[str, ...]:
    """Set runs that died to *Crashed* (or *Cancelled*), and tell of each; gives their sentences.

    A run that ends meanwhile stays as it ended: Prefect's server takes no *Crashed* after an end.
    """
    if flow_run.id is None:  # no run, no server
        return ()
    lost_after_s = Settings().run_lost_after_s
    closed = []
    with get_client(sync_client=True) as client:
        now = datetime.now(UTC)
        working = at_work(place.books)
        for run in _unfinished(client, now - timedelta(seconds=lost_after_s)):
            problem = why_lost(run, working, now, lost_after_s)
            if problem is None or str(run.id) == flow_run.id:
                continue
            # Told first: once it is closed, a run is found no more.
            tell_crashed(place.books, str(run.id), BatchKey(run.contract_id, run.week, 0), problem, as_of)
            # The server lets a run that is being cancelled end as cancelled only.
            end: State[None] = Cancelled(message=problem) if run.cancelling else Crashed(message=problem)
            answer = client.set_flow_run_state(run.id, end)
            if answer.status == SetStateStatus.ACCEPT:
                get_run_logger().error(problem)
                closed.append(problem)
    return tuple(closed)


def _unfinished(client: SyncPrefectClient, silent_since: datetime) -> list[Run]:
    """Our runs that have not ended; only those silent since then have a heartbeat looked for."""
    ours = FlowFilter(name=FlowFilterName(any_=list(FLOWS)))
    found = client.read_flow_runs(
        flow_filter=ours,
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=UNFINISHED))),
        sort=FlowRunSort.START_TIME_ASC,
        limit=PAGE,
    )
    names = {flow.id: flow.name for flow in client.read_flows(flow_filter=ours, limit=PAGE)}
    return [_seen(client, run, names[run.flow_id], silent_since) for run in found]


def _seen(client: SyncPrefectClient, run: FlowRun, flow: str, silent_since: datetime) -> Run:
    assert run.state is not None  # noqa: S101 (narrows the type: the filter asks for a state)
    sign = run.state.timestamp
    if sign < silent_since:
        sign = _heartbeat(client, run.id, silent_since) or sign
    contract_id, week = run.parameters.get("contract_id"), run.parameters.get("week")
    return Run(
        run.id,
        run.name,
        flow,
        run.state.name or run.state.type.value,
        sign,
        contract_id if isinstance(contract_id, str) else "",
        week if isinstance(week, int) else 0,
        cancelling=run.state.type == StateType.CANCELLING,
    )


def _heartbeat(client: SyncPrefectClient, run_id: UUID, since: datetime) -> datetime | None:
    """When the run last said that it lives, if it did after `since`; runs in our own process never do."""
    beats = EventFilter(
        event=EventNameFilter(name=[HEARTBEAT]),
        resource=EventResourceFilter(id=[f"prefect.flow-run.{run_id}"]),
        occurred=EventOccurredFilter(since=since),
    )
    page = client.read_events(beats, limit=1).events
    return page[0].occurred if page else None
