"""All commands, each with an example. Heavy imports wait until a command needs them."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from flows.outcome import UnfinishedRoundError
from rampart.cli import backfill, contract, decide, demo, retrain, run, serve, status, verify, work_order
from rampart.cli.exits import Exit, spoken_errors, stop

_UNUSABLE = (OperationalError, DatabaseError)  # not reachable, locked, full; not a database

app = typer.Typer(
    name="rampart",
    help="From a data vendor's weekly delivery to a verdict, the books and a retrained reward model.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(contract.app, name="contract")
for module in (run, status, backfill, retrain, decide, work_order, verify, serve, demo):
    module.add_to(app)


def main() -> None:
    """Run the command line; an error a user can cause ends it with a sentence and its exit code."""
    try:
        with _reachable(), spoken_errors():
            app()
    except typer.Exit as end:  # raised outside a command, where nobody else turns it into the exit code
        raise SystemExit(end.exit_code) from None


@contextmanager
def _reachable() -> Iterator[None]:
    """Folders and databases that cannot be had are a matter of the settings."""
    hint = "Fix: check RAMPART_HOME, RAMPART_STORE, RAMPART_DROP and RAMPART_DATABASE_URL, and your rights"
    try:
        yield
    except OSError as error:
        where = error.filename or "the system"
        raise stop(Exit.FAILED, f"{where}: {error.strerror or error}. {hint}") from error
    except UnfinishedRoundError as error:
        raise stop(Exit.FAILED, str(error)) from error
    except ArgumentError as error:
        raise stop(Exit.FAILED, f"the ledger's address is not one: {error}. {hint}") from error
    except DatabaseError as error:
        if type(error) not in _UNUSABLE:
            raise  # a broken constraint or a wrong statement is ours to mend
        raise stop(Exit.FAILED, f"the ledger cannot be used: {error.orig}. {hint}") from error
