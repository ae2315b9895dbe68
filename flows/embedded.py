"""Prefect without a server of one's own: in this process, its home inside ours, and quiet.

A user who has a Prefect server or Cloud sets `PREFECT_API_URL`; then nothing here applies.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def prepare(home: Path) -> None:
    """Set the environment that Prefect reads when it is first imported; what the user set stays."""
    (home / "prefect").mkdir(parents=True, exist_ok=True)
    for name, value in {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_CLI_PROMPT": "false",
        # A new database takes 15 to 18 seconds to set up on two cores.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    }.items():
        os.environ.setdefault(name, value)


@contextmanager
def in_process() -> Iterator[None]:
    """Run flows at their real cost: heartbeats, which nobody reads here, take a second a run."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings  # noqa: PLC0415

    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield
