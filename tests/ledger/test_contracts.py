from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from contracts.model import Contract
from contracts.ramp import Phase, PhaseName
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
from rampart.ledger.tables import ContractWeek
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


def test_the_version_in_force_is_the_latest_registered(engine: Engine, contract: Contract) -> None:
    register(engine, terms(version="1.1.0"))
    register(engine, contract)  # the old one again: it does not come back into force
    found = current_contract(engine, contract.contract_id)
    assert found is not None
    assert found.version == "1.1.0"
    assert [row.version for row in contract_versions(engine)] == ["1.0.0", "1.1.0"]


def test_an_unknown_contract_has_no_version_in_force(engine: Engine) -> None:
    assert current_contract(engine, "nobody") is None


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
    fine: dict[PhaseName, Phase] = {
        "calibration": Phase(discard_ceiling=0.1, price=Decimal("0.3333"), discount=1 / 3),
        "production": Phase(discard_ceiling=0.1, price=Decimal("0.3333")),
    }
    with pytest.raises(LedgerError, match=r"phase calibration: price 0\.3333 times discount"):
        register(engine, terms(phases=fine))
    assert contract_versions(engine) == ()


def test_a_week_outside_the_term_is_named(engine: Engine, contract: Contract) -> None:
    with (
        reading(engine) as session,
        pytest.raises(UnknownContractError, match=r"version 1\.0\.0 has no week 5"),
    ):
        week_of(session, contract.digest, 5)
