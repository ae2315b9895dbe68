"""Flows and tasks as the plain functions they are: no engine, no server, no retries, 0.1 s a walk.

What is judged, booked and published does not depend on Prefect, so crashes, races and long random sequences
can be tried thousands of times; that the walk holds with Prefect too is tested on fewer runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from prefect import Flow, Task
from prefect.logging import disable_run_logger


@contextmanager
def without_prefect() -> Iterator[None]:
    """Within the block, calling a flow or a task of this process runs its function and nothing else."""
    with (
        patch.object(Task, "__call__", _task),
        patch.object(Flow, "__call__", _flow),
        disable_run_logger(),
    ):
        yield


def _task(task: Task[Any, Any], *args: Any, **kwargs: Any) -> Any:
    return task.fn(*args, **kwargs)


def _flow(flow: Flow[Any, Any], *args: Any, **kwargs: Any) -> Any:
    return flow.fn(*args, **kwargs)
