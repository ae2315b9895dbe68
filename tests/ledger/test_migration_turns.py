from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, inspect, select

from rampart.ledger import migrations
from rampart.ledger.export import export_ledger
from rampart.ledger.outbox import pending
from rampart.ledger.tables import METADATA
from rampart.ledger.turns import take
from rampart.ledger.verify import verify_books
from tests.ledger.books import a_month


def go(engine: Engine, to: str) -> None:
    """Take the schema up or down, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if to > "0002" else command.downgrade)(config, to)


def test_turns_can_be_taken_off_full_books_and_put_on_again_without_losing_a_row(engine: Engine) -> None:
    a_month(engine)
    take(engine, pending(engine, "batch.accepted")[0].id, "elsewhere:1:a", 60)
    before = export_ledger(engine)
    go(engine, "0002")
    assert "attempts" not in {column["name"] for column in inspect(engine).get_columns("outbox")}
    with engine.connect() as connection:  # the table that refers to the outbox, whose rows a copy would lose
        assert len(connection.execute(select(METADATA.tables["rm_version"])).all()) == 1
    go(engine, "0003")
    assert export_ledger(engine) == before
    assert verify_books(engine) == ()
    assert not any(row.attempts or row.resting for row in pending(engine, "batch.judged"))
