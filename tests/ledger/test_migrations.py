from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, create_engine, inspect, text

from rampart.ledger import migrations
from rampart.ledger.contracts import contract_versions
from rampart.ledger.engine import open_ledger
from rampart.ledger.in_force import versions_by_week
from rampart.ledger.tables import METADATA


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


_OLD_VERSION = """
INSERT INTO contract_version VALUES
  (:id, 'dc', :version, :digest, 'active', 'v', 'V', 'rm', 'n', 'k', 'USD', 2, '2026-01-05 00:00:00')
"""
_OLD_WEEK = "INSERT INTO contract_week VALUES (:digest, 1, 'ramp', 10, 0.1, 1, 0, '2026-01-12 09:00:00')"
