"""The schema's history (Alembic), and the way to its newest version and back.

A change of schema happens whole or not at all: both databases roll a half-made table back, also when the
process was killed in the middle of it.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from rampart.ledger.errors import LedgerError

HEAD = "0003"  # newest revision in versions/; known here so that opening up-to-date books loads no Alembic
BASE = "base"  # Alembic's word for a database without any table of ours
_ONE_AT_A_TIME = threading.Lock()  # Alembic's `context` and `op` are globals of the process


def migrate(connection: Connection) -> None:
    """Bring the schema to `HEAD`, inside the caller's transaction.

    Raises:
        LedgerError: the books were written by a newer Rampart.
    """
    if schema_version(connection) != HEAD:
        _alembic(connection, lambda command, config: command.upgrade(config, "head"))


def step_back(connection: Connection, to: str) -> None:
    """Bring the schema back to version `to` (``base``: no tables), inside the caller's transaction.

    Raises:
        LedgerError: `to` is no earlier version, or cannot hold what the books hold.
    """
    found = schema_version(connection) or BASE
    known = [BASE, *(f"{number:04d}" for number in range(1, int(HEAD) + 1))]
    earlier = known[: known.index(found)] if found in known else known
    if to not in earlier:
        raise LedgerError(
            f"the books have schema {found} and cannot go back to {to!r}; "
            f"choose one of: {', '.join(earlier) or 'none'}"
        )
    _alembic(connection, lambda command, config: command.downgrade(config, to))


def schema_version(connection: Connection) -> str | None:
    """The version of the schema the books have; None for books that are not made yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _alembic(connection: Connection, change: Callable[[Any, Any], None]) -> None:
    from alembic import command  # noqa: PLC0415 (slow to load, and needed only when the schema changes)
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    found = schema_version(connection)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        with _ONE_AT_A_TIME:
            change(command, config)
    except CommandError as error:
        raise LedgerError(
            f"the books have schema {found}, this Rampart knows up to {HEAD} ({error}); "
            "open them with the version of Rampart that wrote them, or a newer one"
        ) from error
