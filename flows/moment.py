"""The business time of a run that was given none."""

from datetime import UTC, datetime

from prefect.runtime import flow_run


def business_time(as_of: datetime | None) -> datetime:
    """`as_of`, or the moment this run was scheduled for: a run that starts late keeps its business time."""
    if as_of is not None:
        return as_of
    planned = flow_run.get_scheduled_start_time()
    return datetime.fromtimestamp(planned.timestamp(), UTC)  # Prefect's own type is a subclass
