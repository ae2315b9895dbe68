"""Running flows from the terminal: an embedded Prefect, and its log as one live line."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.markup import escape
from rich.status import Status

from rampart.cli.exits import Exit, console, errors, stop
from rampart.delivery.errors import printable
from rampart.settings import Settings

PREFECT_SAYS = ("View at ", "Finished in state ", "Beginning ", "Created ")  # of its own, to nobody here


class _LiveLine(logging.Handler):
    """Shows what runs now, and keeps warnings on screen."""

    def __init__(self, status: Status) -> None:
        super().__init__(logging.INFO)
        self._status = status

    def emit(self, record: logging.LogRecord) -> None:
        """Show one log record."""
        text = escape(printable(record.getMessage()))
        if text.startswith(PREFECT_SAYS):
            return
        if record.levelno >= logging.WARNING:
            errors.print(f"  [yellow]![/] {text}", soft_wrap=True, highlight=False)
        else:
            self._status.update(f"[dim]{text}[/]")


@dataclass(frozen=True)
class Stage:
    """Where flows run: `say` what is happening, and be `ready` before the first flow."""

    say: Callable[[str], None]
    ready: Callable[[], None]


@contextmanager
def flows_here(doing: str) -> Iterator[Stage]:
    """Run flows inside this block. Prefect starts meanwhile; one that does not start ends the program."""
    from flows.embedded import in_process, prepare  # noqa: PLC0415

    with console.status(f"[dim]{doing}[/]") as status:
        for name in ("FLOW", "TASK"):  # what runs say reaches our line; the rest of Prefect stays quiet
            os.environ.setdefault(f"PREFECT_LOGGING_LOGGERS_PREFECT_{name}_RUNS_LEVEL", "INFO")
        prepare(Settings().root)
        from prefect.logging.configuration import setup_logging  # noqa: PLC0415

        setup_logging()  # otherwise the first flow does it, and takes our handlers away
        for name in ("prefect.task_runs", "prefect.flow_runs"):
            logger = logging.getLogger(name)
            logger.setLevel(logging.INFO)
            logger.handlers, logger.propagate = [_LiveLine(status)], False

        with in_process() as started:
            yield Stage(lambda text: status.update(f"[dim]{escape(text)}[/]"), lambda: _wait(started))


def _wait(started: Callable[[], None]) -> None:
    try:
        started()
    except Exception as error:
        hint = "is the machine very busy? run it again, or set PREFECT_API_URL to a server of your own"
        raise stop(Exit.FAILED, f"Prefect did not start ({error}): {hint}") from error


def moment(text: str | None, option: str = "--as-of") -> datetime:
    """The business time a command runs at, or another moment `option` gives: as given, or now."""
    if text is None:
        return datetime.now(UTC)
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise stop(
            Exit.USAGE, f"{option} {text!r} is not a moment; give for example 2026-01-12T09:00Z"
        ) from error
    return given if given.tzinfo else given.replace(tzinfo=UTC)
