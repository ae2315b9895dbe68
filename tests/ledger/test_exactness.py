"""Money and counts come out of either database as they went in, to the last digit."""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from rampart.ledger.engine import writing
from rampart.ledger.outcome import FileCount, MoneyLine, Settlement
from rampart.ledger.settled import read, store
from rampart.ledger.tables import Batch
from tests.ledger.books import audited, outcome, register, terms

LARGEST = 2**63 - 1  # of the databases' whole numbers
CURRENCIES = st.sampled_from([("USD", 2), ("JPY", 0), ("KWD", 3)])


@st.composite
def money(draw: st.DrawFn) -> MoneyLine:
    """A line of an invoice, however large: 2^53 + 1 minor units is no float."""
    currency, places = draw(CURRENCIES)
    kind = draw(st.sampled_from(["accepted_units", "credit_discards"]))
    whole = draw(st.one_of(st.integers(0, LARGEST), st.sampled_from([2**53 + 1, LARGEST])))
    amount = Decimal(whole if kind == "accepted_units" else -whole).scaleb(-places)
    price = Decimal(draw(st.integers(0, LARGEST))).scaleb(-8)
    units = draw(st.integers(0, LARGEST))
    return MoneyLine(kind, units, price, amount, currency, places, "ramp")  # type: ignore[arg-type]


def counted(records: int) -> FileCount:
    return FileCount("rows.jsonl", "rows", "f" * 64, LARGEST, records, records, records, 0, 0)


def stored_and_read(engine: Engine, settlement: Settlement) -> Settlement:
    """What the database gives back, in a transaction that is undone."""
    with writing(engine) as session:
        batch = session.exec(select(Batch)).one()
        batch.state, batch.state_reason = settlement.state, settlement.reason
        store(session, batch, settlement)
        session.expire_all()
        found = read(session, session.exec(select(Batch)).one())
        session.rollback()
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(money(), max_size=5), records=st.integers(0, LARGEST))
def test_money_and_counts_are_read_back_to_the_last_digit(
    either: Engine, lines: list[MoneyLine], records: int
) -> None:
    with writing(either) as session:
        empty = session.exec(select(Batch)).first() is None
    if empty:
        audited(either, register(either, terms()), 1)
    given_in = outcome(money=tuple(lines))
    given_in = Settlement(**{**vars(given_in), "files": (counted(records),)})
    found = stored_and_read(either, given_in)
    assert found.money == given_in.money
    assert [str(line.amount) for line in found.money] == [str(line.amount) for line in lines]
    assert found.files == given_in.files
