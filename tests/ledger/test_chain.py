import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from contracts.model import Contract
from rampart.ledger.chain import append_event, contract_stream, events, link_hash, verify_chain
from rampart.ledger.engine import reading, writing
from tests.ledger.books import day, judged, register, terms

STREAM = "contract:acme-1"


def tamper(engine: Engine, statement: str) -> None:
    """Change an event the way someone with full access would: by dropping the guards first."""
    with engine.begin() as connection:
        for guard in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER ledger_event_no_{guard}"))
        connection.exec_driver_sql(statement)


def test_events_are_numbered_from_one_and_name_the_hash_before_them(
    engine: Engine, contract: Contract
) -> None:
    judged(engine, contract, 1)
    with reading(engine) as session:
        found = events(session, contract_stream(contract.contract_id))
    assert [event.seq for event in found] == list(range(1, 8))
    assert [event.prev_hash for event in found] == ["", *(event.hash for event in found[:-1])]
    assert verify_chain(engine) == ()


def test_a_link_is_the_sha256_of_its_canonical_json() -> None:
    """A fixed value: a change of spelling would break every chain ever written."""
    assert link_hash("program:p", 1, "k", day(0), '{"a":1}', "") == (
        "f485d681bd566b09f0d663509a0fbf99d266e41a9d8bcc7e048496411aaca4b9"
    )


def test_each_contract_has_its_own_chain(engine: Engine, contract: Contract) -> None:
    other = register(engine, terms("beta-1"))
    judged(engine, contract, 1)
    judged(engine, other, 1)
    with reading(engine) as session:
        assert {event.stream: event.seq for event in events(session)} == {STREAM: 7, "contract:beta-1": 7}


@pytest.mark.usefixtures("contract")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_event SET payload = '{}' WHERE seq = 1",
        "DELETE FROM ledger_event",
        "INSERT OR REPLACE INTO ledger_event SELECT * FROM ledger_event",  # deletes the old row first
    ],
)
def test_the_database_refuses_to_change_or_delete_an_event(engine: Engine, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    assert verify_chain(engine) == ()


@pytest.mark.parametrize(
    ("change", "seq", "problem"),
    [
        ("UPDATE ledger_event SET payload = '{\"week\":2}' WHERE seq = 3", 3, "its content was changed"),
        ("UPDATE ledger_event SET kind = 'batch.held' WHERE seq = 7", 7, "its content was changed"),
        ("UPDATE ledger_event SET as_of = '2020-01-01 00:00:00' WHERE seq = 2", 2, "its content was changed"),
        ("DELETE FROM ledger_event WHERE seq = 4", 5, "event 4 is missing before event 5"),
        ("UPDATE ledger_event SET prev_hash = '' WHERE seq = 5", 5, "does not name the hash"),
        ("UPDATE ledger_event SET stream = 'contract:other' WHERE seq = 1", 2, "event 1 is missing"),
    ],
)
def test_a_changed_past_shows(
    engine: Engine, contract: Contract, change: str, seq: int, problem: str
) -> None:
    judged(engine, contract, 1)
    tamper(engine, change)
    broken = {link.seq: link.problem for link in verify_chain(engine)}
    assert problem in broken[seq]


def test_an_event_rehashed_by_the_forger_breaks_the_next_link(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1)
    with reading(engine) as session:
        second = events(session, STREAM)[1]
    forged = link_hash(STREAM, 2, second.kind, second.as_of, '{"week":9}', second.prev_hash)
    tamper(engine, f"UPDATE ledger_event SET payload = '{{\"week\":9}}', hash = '{forged}' WHERE seq = 2")  # noqa: S608
    assert [link.seq for link in verify_chain(engine)] == [3]


@pytest.mark.usefixtures("contract")
def test_wall_clock_is_no_part_of_the_hash(engine: Engine) -> None:
    tamper(engine, "UPDATE ledger_event SET recorded_at = '2001-01-01 00:00:00'")
    assert verify_chain(engine) == ()


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(Exception, match="wants timezone-aware moments"), writing(engine) as session:
        append_event(session, "program:p", "k", day(0).replace(tzinfo=None), {})


def test_a_payload_with_no_number_for_a_number_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"), writing(engine) as session:
        append_event(session, "program:p", "k", day(0), {"rate": float("nan")})
