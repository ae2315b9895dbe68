"""The schema's history (Alembic), and the way to its newest version."""

import threading
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from rampart.ledger.errors import LedgerError

HEAD = "0003"  # newest revision in versions/; known here so that opening up-to-date books loads no Alembic
_ONE_AT_A_TIME = threading.Lock()  # Alembic's `context` and `op` are globals of the process


def migrate(connection: Connection) -> None:
    """Bring the schema to `HEAD`, inside the caller's transaction: it happens whole or not at all.

    Raises:
        LedgerError: the books were written by a newer Rampart.
    """
    if (found := _at(connection)) == HEAD:
        return
    from alembic import command  # noqa: PLC0415 (slow to load, and needed only when the schema is behind)
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        with _ONE_AT_A_TIME:
            command.upgrade(config, "head")
    except CommandError as error:
        raise LedgerError(
            f"the books have schema {found}, this Rampart knows up to {HEAD} ({error}); "
            "open them with the version of Rampart that wrote them, or a newer one"
        ) from error


def _at(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
