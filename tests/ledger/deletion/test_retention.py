"""What must be deleted by when."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from contracts.load import parse_contract
from contracts.model import Contract
from rampart.delivery.local_store import LocalStore
from rampart.ledger.deletion.carry_out import delete_data
from rampart.ledger.deletion.retention import duties
from rampart.ledger.rights.judgement import last_day
from simulator.season import contract_text
from tasks.workspace import contract_key


def terms(rights: str) -> Contract:
    return parse_contract(contract_text(amendment=f"      rights: {rights}\n").encode(), "north.odcs.yaml")


# The term is three weeks from 2026-01-05: its last day is 2026-01-25.
@pytest.mark.parametrize(
    ("rights", "day", "clause"),
    [
        ("{}", None, "none"),
        ("{retention_days: 1}", date(2026, 1, 26), "rights.retention_days"),
        ("{retention_days: 30}", date(2026, 2, 24), "rights.retention_days"),
        ("{delete_by: 2026-02-01}", date(2026, 2, 1), "rights.delete_by"),
        ("{retention_days: 30, delete_by: 2026-02-01}", date(2026, 2, 1), "rights.delete_by"),
        ("{retention_days: 3, delete_by: 2026-02-01}", date(2026, 1, 28), "rights.retention_days"),
    ],
)
def test_the_earlier_of_the_two_limits_counts(rights: str, day: date | None, clause: str) -> None:
    assert last_day(terms(rights)) == (day, clause)


def test_held_weeks_are_listed_with_their_limit_until_they_are_deleted(
    books: Engine, kept: LocalStore
) -> None:
    def found(day: datetime) -> list[tuple[str, tuple[int, ...], int | None, bool]]:
        def terms_of(digest: str) -> Contract:
            return parse_contract(kept.get(contract_key(digest)), digest)

        return [(d.contract_id, d.weeks, d.days_left, d.overdue) for d in duties(books, terms_of, day)]

    south = ("dc-south", (1, 2), None, False)
    last = datetime(2026, 2, 24, 23, 59, tzinfo=UTC)
    assert found(last) == [("dc-north", (1, 2), 0, False), south]
    over = datetime(2026, 2, 25, tzinfo=UTC)
    assert found(over) == [("dc-north", (1, 2), -1, True), south]
    delete_data(books, kept, "dc-north", (2,), by="A. Lead", reason="overdue", as_of=over)
    assert found(over) == [("dc-north", (1,), -1, True), south]
    delete_data(books, kept, "dc-north", by="A. Lead", reason="overdue", as_of=over)
    assert found(over) == [south]
