from sqlalchemy import Engine, inspect, select

from rampart.ledger.export import export_ledger
from rampart.ledger.migrations import migrate
from rampart.ledger.outbox import pending
from rampart.ledger.schema import changing_schema, downgrade
from rampart.ledger.tables import METADATA
from rampart.ledger.turns import take
from rampart.ledger.verify import verify_books
from tests.ledger.books import a_month


def test_turns_can_be_taken_off_full_books_and_put_on_again_without_losing_a_row(engine: Engine) -> None:
    a_month(engine)
    take(engine, pending(engine, "batch.accepted")[0].id, "elsewhere:1:a", 60)
    before = export_ledger(engine)
    downgrade(engine, "0002")
    assert "attempts" not in {column["name"] for column in inspect(engine).get_columns("outbox")}
    with engine.connect() as connection:  # the table that refers to the outbox, whose rows a copy would lose
        assert len(connection.execute(select(METADATA.tables["rm_version"])).all()) == 1
    with changing_schema(engine) as connection:
        migrate(connection)
    assert export_ledger(engine) == before
    assert verify_books(engine) == ()
    assert not any(row.attempts or row.resting for row in pending(engine, "batch.judged"))
