"""What a settlement led to → Prefect events: the fast path, which may lose them."""

from contextlib import suppress
from uuid import UUID

from prefect import task
from prefect.events import emit_event
from prefect.runtime import flow_run

from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.outbox import OutboxRow, pending, rows_about
from tasks.policy import STAGE
from tasks.workspace import Workspace

PREFIX = "rampart"


@task(**STAGE)
def announce(place: Workspace, batch: BatchKey) -> None:
    """Tell Prefect's server about the outbox rows of a batch, so that what they ask for starts at once.

    Nothing depends on it: `emit_event` returns normally while the server is away, and the event is lost.
    """
    if flow_run.id is None:  # no run, no server
        return
    taken_back = [row for row in pending(place.books, "batch.withdrawn") if _week(row) == _week(batch)]
    for row in (*rows_about(place.books, batch), *taken_back):
        with suppress(Exception):  # what is lost here, `reconcile` finds in the books
            emit_event(
                event=f"{PREFIX}.{row.topic}",
                resource={
                    "prefect.resource.id": resource_id(batch),
                    "prefect.resource.name": str(batch),
                },
                payload={"id": row.id, **row.payload},
                id=UUID(row.id),
            )


def _week(of: BatchKey | OutboxRow) -> tuple[str, int]:
    return (of.contract_id, of.week)


def resource_id(batch: BatchKey) -> str:
    """What Prefect knows a batch by."""
    return f"{PREFIX}.batch.{batch.contract_id}.{batch.week}.{batch.revision}"
