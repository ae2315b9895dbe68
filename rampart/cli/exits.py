"""Exit codes (documented in `docs/operating.md`), and how an error reaches the terminal: one sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer
from rich.console import Console
from rich.markup import escape

from contracts.load import ContractError
from rampart.delivery.errors import DeliveryError, NotReadyError, StoreTroubleError, printable
from rampart.ledger.errors import LedgerError

# A log or a pipe has no width of its own: tables need about this much to stay one line a row.
PIPE_WIDTH = 150
LONGEST = 2_000  # characters of one sentence; a suggested amendment is long
console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
errors = Console(stderr=True, width=None if sys.stderr.isatty() else PIPE_WIDTH)


class Exit(IntEnum):
    """What the shell is told."""

    OK = 0
    FAILED = 1  # a run failed; the message says where
    USAGE = 2  # the command line itself is wrong (Typer's own code)
    CONTRACT = 3  # the contract file has problems
    REFUSED = 4  # a delivery is absent or could not be taken in
    VIOLATED = 5  # `verify` found the books or the store broken
    LEDGER = 6  # the books do not know it, or do not allow it
    DIFFERS = 7  # `contract diff --fail-on` found such a change; `invoice check` found lines that differ


def stop(code: Exit, *lines: str) -> typer.Exit:
    """Print `lines` to standard error and give the exception that ends the program with `code`."""
    for line in lines:
        errors.print(
            f"[bold red]error[/] {escape(printable(line, LONGEST))}", soft_wrap=True, highlight=False
        )
    return typer.Exit(int(code))


@contextmanager
def spoken_errors() -> Iterator[None]:
    """Turn the errors a user can cause into a sentence and an exit code."""
    try:
        yield
    except ContractError as error:
        raise stop(Exit.CONTRACT, *(f"{error.path}: {problem}" for problem in error.problems)) from error
    except (StoreTroubleError, NotReadyError) as error:
        raise stop(Exit.FAILED, str(error)) from error
    except DeliveryError as error:
        raise stop(Exit.REFUSED, str(error)) from error
    except LedgerError as error:
        raise stop(Exit.LEDGER, str(error)) from error
