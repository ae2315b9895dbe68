"""Each look at a week's data is booked before it is taken."""

from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.export import export_ledger
from rampart.ledger.looks import note_look
from tests.ledger.books import day, judged


def look(engine: Engine, key: BatchKey, run: str, champion: str | None = None) -> int:
    return note_look(engine, "assistant", key, run, champion, day(9))


def test_the_same_run_against_the_same_champion_is_one_look(engine: Engine, contract: Contract) -> None:
    key = judged(engine, contract, 1)
    assert look(engine, key, "run-1") == 1
    before = export_ledger(engine)
    assert look(engine, key, "run-1") == 1
    assert export_ledger(engine) == before


def test_another_run_or_another_champion_or_revision_of_the_week_is_another_look(
    engine: Engine, contract: Contract
) -> None:
    key = judged(engine, contract, 1)
    assert [look(engine, key, run) for run in ("run-1", "run-2", "run-1")] == [1, 2, 1]
    assert look(engine, key, "run-1", "champion") == 3
    assert look(engine, BatchKey(key.contract_id, 1, 2), "run-3") == 4


def test_another_week_starts_from_one(engine: Engine, contract: Contract) -> None:
    assert look(engine, judged(engine, contract, 1), "run-1") == 1
    assert look(engine, judged(engine, contract, 2), "run-2") == 1
