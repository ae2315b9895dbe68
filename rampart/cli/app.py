"""All commands, each with an example. What a command needs is imported when it is named."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

import typer

from rampart.cli.exits import Exit, spoken_errors, stop
from rampart.cli.lazy import LazyGroup

_HINT = "Fix: check RAMPART_HOME, RAMPART_STORE, RAMPART_DROP and RAMPART_DATABASE_URL, and your rights"


class Commands(LazyGroup):
    """Every command of `rampart`, in the order of the help."""

    modules: ClassVar[Mapping[str, str]] = {
        "contract": "contract",
        "audit": "audit",
        "run": "run",
        "status": "status",
        "ramp": "ramp",
        "backfill": "backfill",
        "retrain": "retrain",
        "rm": "rm",
        "policy": "policy",
        "dataset": "dataset",
        "decide": "decide",
        "why": "why",
        "mitigate": "mitigate",
        "dispute": "dispute",
        "invoice": "invoice",
        "money": "money",
        "review": "review",
        "scorecard": "scorecard",
        "breaches": "breaches",
        "evidence": "evidence",
        "reconcile": "reconcile",
        "notify": "notify",
        "work-order": "work_order",
        "hint": "hint",
        "verify": "verify",
        "ledger": "ledger",
        "backup": "backup",
        "restore": "restore",
        "retention": "retention",
        "rights": "rights",
        "delete": "delete",
        "serve": "serve",
        "demo": "demo",
    }


app = typer.Typer(
    name="rampart",
    cls=Commands,
    help="From a data vendor's weekly delivery to a verdict, the books and a retrained reward model.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _group() -> None:
    """From a data vendor's weekly delivery to a verdict, the books and a retrained reward model."""


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
    try:
        yield
    except OSError as error:
        where = error.filename or "the system"
        raise stop(Exit.FAILED, f"{where}: {error.strerror or error}. {_HINT}") from error
    except Exception as error:
        if lines := _of_the_settings(error):
            raise stop(Exit.USAGE, *lines) from error
        if said := _of_the_books(error):
            raise stop(Exit.FAILED, said) from error
        raise


def _of_the_settings(error: Exception) -> tuple[str, ...]:
    """A sentence for each setting that is wrong; none for any other error."""
    if "pydantic" not in sys.modules:
        return ()
    from pydantic import ValidationError  # noqa: PLC0415 (a command that needs no settings need not load it)

    if not isinstance(error, ValidationError) or error.title != "Settings":
        return ()
    found = error.errors(include_input=False, include_url=False)
    return tuple(
        f"RAMPART_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}; see docs/settings.md"
        for one in found
    )


def _of_the_books(error: Exception) -> str | None:
    """The sentence for an error of the ledger's database or of a round; None for any other."""
    if "sqlalchemy" not in sys.modules:  # a command that never opened the books
        return None
    from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError  # noqa: PLC0415 (see above)

    from flows.outcome import UnfinishedRoundError  # noqa: PLC0415 (see above)

    if isinstance(error, UnfinishedRoundError):
        return str(error)
    if isinstance(error, ArgumentError):
        return f"the ledger's address is not one: {error}. {_HINT}"
    # Not reachable, locked, full; not a database. A broken constraint or a wrong statement is ours to mend.
    if isinstance(error, DatabaseError) and type(error) in (OperationalError, DatabaseError):
        from rampart.ledger.troubles import what_to_do  # noqa: PLC0415 (see above)

        return what_to_do(error)
    return None
