from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, inspect

from rampart.ledger import migrations
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
