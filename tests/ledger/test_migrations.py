import signal
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Column, Connection, Engine, String, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from rampart.ledger import migrations
from rampart.ledger.contracts import contract_versions
from rampart.ledger.engine import open_ledger
from rampart.ledger.errors import LedgerError
from rampart.ledger.export import export_ledger
from rampart.ledger.in_force import versions_by_week
from rampart.ledger.schema import changing_schema, downgrade
from rampart.ledger.tables import METADATA
from rampart.ledger.verify import verify_books
from tests.ledger.books import a_month, register, terms


def test_the_migrations_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_the_migrations_make_the_checks_of_the_models(engine: Engine) -> None:
    """Alembic compares no CHECK constraints, so they are compared here."""
    inspector = inspect(engine)
    declared, made = set(), set()
    for name, table in METADATA.tables.items():
        checks = [c for c in table.constraints if isinstance(c, CheckConstraint)]
        declared |= {(name, f"{check.name}", f"{check.sqltext}") for check in checks}
        made |= {(name, f"{c['name']}", c["sqltext"]) for c in inspector.get_check_constraints(name)}
    assert made == declared
    assert len(declared) >= 6


def test_the_known_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.HEAD]


def test_versions_in_older_books_stay_in_force_in_the_order_they_were_registered(tmp_path: Path) -> None:
    """Books of the first schema: two versions, neither says what it amends."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with create_engine(url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for number, version in enumerate(("1.0.0", "1.1.0"), 1):
            connection.execute(text(_OLD_VERSION), {"id": number, "version": version, "digest": str(number)})
            connection.execute(text(_OLD_WEEK), {"digest": str(number)})
    books = open_ledger(url)
    assert [row.effective for row in contract_versions(books)] == [None, None]
    assert {week: row.version for week, row in versions_by_week(books, "dc").items()} == {1: "1.1.0"}
    books.dispose()


def versions(before: str) -> list[str]:
    """Every schema version before `before`, newest first."""
    return [f"{number:04d}" for number in range(int(before) - 1, 0, -1)]


def schema_of(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return migrations.schema_version(connection)


def tables_of(engine: Engine) -> dict[str, set[str]]:
    """Table → its columns."""
    inspector = inspect(engine)
    return {table: {c["name"] for c in inspector.get_columns(table)} for table in inspector.get_table_names()}


def test_a_month_goes_back_to_every_older_schema_and_forward_again(either: Engine) -> None:
    a_month(either)
    before, tables = export_ledger(either), tables_of(either)
    for version in versions(migrations.HEAD):
        downgrade(either, version)
        assert schema_of(either) == version
        again = open_ledger(either.url.render_as_string(hide_password=False))
        assert export_ledger(again) == before
        assert tables_of(again) == tables
        assert verify_books(again) == ()
        again.dispose()
    for version in versions(migrations.HEAD):  # and all the way, one after the other
        downgrade(either, version)
    again = open_ledger(either.url.render_as_string(hide_password=False))
    assert export_ledger(again) == before
    with pytest.raises(DBAPIError, match="append-only"), again.begin() as connection:
        connection.execute(text("DELETE FROM ledger_event"))
    again.dispose()


def test_empty_books_go_back_to_no_tables_at_all(either: Engine) -> None:
    downgrade(either, migrations.BASE)
    assert set(tables_of(either)) == {"alembic_version"}
    again = open_ledger(either.url.render_as_string(hide_password=False))
    a_month(again)
    again.dispose()


def test_books_with_entries_are_not_deleted_by_going_back(either: Engine) -> None:
    a_month(either)
    before = export_ledger(either)
    with pytest.raises(LedgerError, match="the books hold entries"):
        downgrade(either, migrations.BASE)
    assert schema_of(either) == migrations.HEAD
    assert export_ledger(either) == before


def test_what_an_older_schema_cannot_hold_is_not_thrown_away(either: Engine) -> None:
    register(either, terms())
    with either.begin() as connection:
        connection.execute(text("UPDATE contract_version SET amends = '0.9.0'"))
    with pytest.raises(LedgerError, match=r"1 contract versions .* schema 0001 cannot hold"):
        downgrade(either, "0001")
    assert schema_of(either) == migrations.HEAD


@pytest.mark.parametrize("to", [migrations.HEAD, "9999", "yesterday"])
def test_only_an_earlier_version_is_gone_back_to(engine: Engine, to: str) -> None:
    with pytest.raises(LedgerError, match=f"cannot go back to '{to}'; choose one of: base, 0001"):
        downgrade(engine, to)


def rebuild(connection: Connection) -> None:
    """Change the batches' table by making it anew, as SQLite must for most changes."""
    operations = Operations(MigrationContext.configure(connection))
    with operations.batch_alter_table("batch", recreate="always") as batch:
        batch.add_column(Column("later", String, nullable=True))


def test_a_parent_table_is_rebuilt_without_losing_its_children(engine: Engine) -> None:
    a_month(engine)
    before = export_ledger(engine)
    with changing_schema(engine) as connection:
        rebuild(connection)
    assert "later" in tables_of(engine)["batch"]
    assert export_ledger(engine) == before
    with pytest.raises(IntegrityError), engine.begin() as connection:  # foreign keys are on again
        connection.execute(text("DELETE FROM batch"))


def test_with_foreign_keys_on_sqlite_would_not_let_a_parent_be_rebuilt(engine: Engine) -> None:
    """Why `changing_schema` switches them off; a child that cascades would be deleted without a word."""
    a_month(engine)
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), engine.begin() as connection:
        rebuild(connection)
    with pytest.raises(RuntimeError, match="foreign keys off"), engine.begin() as connection:
        migrations.step_back(connection, "0001")


def test_a_change_that_would_leave_a_row_pointing_at_nothing_is_undone(engine: Engine) -> None:
    a_month(engine)
    before = export_ledger(engine)
    with pytest.raises(LedgerError, match="point at nothing"), changing_schema(engine) as connection:
        connection.execute(text("DELETE FROM batch"))
    assert export_ledger(engine) == before


_KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from rampart.ledger.engine import connect, open_ledger
from rampart.ledger.schema import downgrade

url, left, to = sys.argv[1], [int(sys.argv[2])], sys.argv[3]

def kill(connection, cursor, statement, *rest):
    left[0] -= statement.lstrip().startswith(("CREATE", "ALTER", "DROP"))
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "after_cursor_execute", kill)
open_ledger(url) if to == "head" else downgrade(connect(url), to)
"""


def killed_while_changing(engine: Engine, to: str, after: int) -> None:
    """Another process changes the schema and is killed after its `after`-th statement."""
    url = engine.url.render_as_string(hide_password=False)
    words = [sys.executable, "-c", _KILLED, url, str(after), to]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 2])
def test_a_change_of_schema_that_is_killed_leaves_the_schema_it_found(either: Engine, after: int) -> None:
    a_month(either)
    before = export_ledger(either)
    killed_while_changing(either, "0001", after)
    assert schema_of(either) == migrations.HEAD
    assert export_ledger(either) == before
    downgrade(either, "0001")
    killed_while_changing(either, "head", after)
    assert schema_of(either) == "0001"
    again = open_ledger(either.url.render_as_string(hide_password=False))
    assert export_ledger(again) == before
    again.dispose()


@pytest.mark.slow
def test_books_whose_making_was_killed_are_made_by_the_next_who_opens_them(either: Engine) -> None:
    downgrade(either, migrations.BASE)
    killed_while_changing(either, "head", 12)
    assert schema_of(either) is None
    again = open_ledger(either.url.render_as_string(hide_password=False))
    a_month(again)
    again.dispose()


_OLD_VERSION = """
INSERT INTO contract_version VALUES
  (:id, 'dc', :version, :digest, 'active', 'v', 'V', 'rm', 'n', 'k', 'USD', 2, '2026-01-05 00:00:00')
"""
_OLD_WEEK = "INSERT INTO contract_week VALUES (:digest, 1, 'ramp', 10, 0.1, 1, 0, '2026-01-12 09:00:00')"
