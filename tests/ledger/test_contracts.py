from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from contracts.model import Contract
from contracts.terms.amendment import Amendment
from contracts.terms.ramp import Phase, PhaseName
from rampart.ledger.chain import events
from rampart.ledger.contracts import (
    contract_versions,
    current_contract,
    current_contracts,
    register_contract,
    week_of,
)
from rampart.ledger.engine import reading
from rampart.ledger.errors import ContractChangedError, LedgerError, UnknownContractError
from rampart.ledger.in_force import versions_by_week
from rampart.ledger.tables import ContractWeek
from rampart.ledger.verify import verify_books
from tests.ledger.books import day, register, terms


def test_registering_the_same_bytes_again_changes_nothing(engine: Engine, contract: Contract) -> None:
    register_contract(engine, contract, "elsewhere.yaml", day(9))
    assert len(contract_versions(engine)) == 1
    with reading(engine) as session:
        assert [event.kind for event in events(session)] == ["contract.registered"]


def test_other_terms_under_the_same_version_are_refused(engine: Engine, contract: Contract) -> None:
    changed = contract.model_copy(update={"digest": "0" * 64})
    with pytest.raises(ContractChangedError, match="raise `version`"):
        register(engine, changed)
    assert len(contract_versions(engine)) == 1


def test_without_amendments_the_current_version_is_the_latest_registered(
    engine: Engine, contract: Contract
) -> None:
    register(engine, terms(version="1.1.0"))
    register(engine, contract)  # the old one again: it does not come back into force
    found = current_contract(engine, contract.contract_id)
    assert found is not None
    assert found.version == "1.1.0"
    assert [row.version for row in contract_versions(engine)] == ["1.0.0", "1.1.0"]


def test_an_unknown_contract_has_no_version_in_force(engine: Engine) -> None:
    assert current_contract(engine, "nobody") is None
    assert versions_by_week(engine, "nobody") == {}


def amending(version: str, effective: date, of: str = "1.0.0", status: str = "active") -> Contract:
    """The contract of four weeks, amended; week n is due 7 n days after 5 January, at nine."""
    group = Amendment(of=of, effective=effective, clauses=("ramp",), reason="agreed")
    return terms(version=version, status=status).model_copy(update={"amendment": group})


def by_week(engine: Engine) -> list[str]:
    """Versions that judge weeks 1 to 4 of the contract."""
    found = versions_by_week(engine, "acme-1")
    assert list(found) == [1, 2, 3, 4]
    return [row.version for row in found.values()]


@pytest.mark.usefixtures("contract")
def test_a_week_is_judged_by_the_version_in_force_when_it_is_due(engine: Engine) -> None:
    register(engine, amending("2.0.0", date(2026, 1, 26)))
    assert by_week(engine) == ["1.0.0", "1.0.0", "2.0.0", "2.0.0"]
    register(engine, amending("1.5.0", date(2026, 1, 19)))  # later registered, earlier in force
    assert by_week(engine) == ["1.0.0", "1.5.0", "2.0.0", "2.0.0"]
    current = current_contract(engine, "acme-1")
    assert current is not None
    assert (current.version, current.amends) == ("2.0.0", "1.0.0")
    assert current.effective == datetime(2026, 1, 26, tzinfo=UTC)


@pytest.mark.usefixtures("contract")
def test_a_version_without_an_amendment_takes_the_place_of_the_last_one(engine: Engine) -> None:
    register(engine, amending("2.0.0", date(2026, 1, 26)))
    register(engine, terms(version="2.0.1", status="retired"))
    assert by_week(engine) == ["1.0.0", "1.0.0", "2.0.1", "2.0.1"]
    assert current_contracts(engine) == ()


@pytest.mark.usefixtures("contract")
def test_the_event_of_an_amendment_says_what_it_amends_and_from_when(engine: Engine) -> None:
    register(engine, amending("2.0.0", date(2026, 1, 26)))
    with reading(engine) as session:
        first, second = (event.payload for event in events(session))
    assert {"amends", "effective"}.isdisjoint(first)
    assert (second["amends"], second["effective"]) == ("1.0.0", "2026-01-26T00:00:00.000000Z")
    assert verify_books(engine) == ()


def test_a_version_checked_against_other_versions_is_refused(engine: Engine, contract: Contract) -> None:
    """Two people register at the same moment: the second was not checked against the first."""
    second, third = terms(version="2.0.0"), terms(version="3.0.0")
    register_contract(engine, second, "k", day(1), after=(contract.digest,))
    with pytest.raises(ContractChangedError, match="registered at the same moment; register this one again"):
        register_contract(engine, third, "k", day(1), after=(contract.digest,))
    register_contract(engine, second, "k", day(2), after=(contract.digest,))  # on the books: nothing changes
    register_contract(engine, third, "k", day(2), after=(contract.digest, second.digest))
    assert [row.version for row in contract_versions(engine, "acme-1")] == ["1.0.0", "2.0.0", "3.0.0"]


def test_contracts_in_force_can_be_asked_for_by_programme_and_activity(engine: Engine) -> None:
    for contract in (
        terms("b-1"),
        terms("a-1"),
        terms("c-1", program="coder"),
        terms("d-1", status="retired"),
    ):
        register(engine, contract)
    assert [row.contract_id for row in current_contracts(engine)] == ["a-1", "b-1", "c-1"]
    assert [row.contract_id for row in current_contracts(engine, "assistant")] == ["a-1", "b-1"]
    everyone = current_contracts(engine, "assistant", active_only=False)
    assert [row.contract_id for row in everyone] == ["a-1", "b-1", "d-1"]


@pytest.mark.usefixtures("contract")
def test_a_contract_that_ends_is_no_longer_active(engine: Engine) -> None:
    register(engine, terms(version="2.0.0", status="retired"))
    assert current_contracts(engine) == ()


def test_each_week_keeps_its_plan_in_whole_numbers(engine: Engine, contract: Contract) -> None:
    with reading(engine) as session:
        weeks = session.exec(select(ContractWeek).order_by("week")).all()
    assert [(w.week, w.phase, w.units, w.price_e4, w.discount_e8) for w in weeks] == [
        (1, "calibration", 100, 3500, 17_500_000),
        *((n, "production", 100, 3500, 0) for n in (2, 3, 4)),
    ]
    assert [week.due for week in weeks] == [contract.term.due(n) for n in (1, 2, 3, 4)]


def test_a_discount_finer_than_the_books_is_refused_before_a_batch_needs_it(engine: Engine) -> None:
    plain = Phase(discard_ceiling=0.1, price=Decimal("0.3333"))
    unchecked = plain.model_copy(update={"discount": 1 / 3})  # no contract file can say it
    fine: dict[PhaseName, Phase] = {"calibration": unchecked, "production": plain}
    with pytest.raises(LedgerError, match=r"phase calibration: price 0\.3333 times discount"):
        register(engine, terms(phases=fine))
    assert contract_versions(engine) == ()


def test_a_week_outside_the_term_is_named(engine: Engine, contract: Contract) -> None:
    with (
        reading(engine) as session,
        pytest.raises(UnknownContractError, match=r"version 1\.0\.0 has no week 5"),
    ):
        week_of(session, contract.digest, 5)
