from decimal import Decimal

from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.read import money_rows
from tests.ledger.books import credited, judged, outcome, paid, register, terms


def test_a_contract_commits_its_planned_units_at_their_discounted_price(
    engine: Engine, contract: Contract
) -> None:
    found = money_rows(engine)[0]
    assert found.committed == Decimal("122.50")  # 100 units at 0.175, 300 at 0.35
    assert (found.contract_id, found.payable, found.cost_per_accepted) == (
        contract.contract_id,
        Decimal(0),
        None,
    )


def test_only_accepted_batches_are_payable(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1, outcome("accepted", 90))
    credit = credited(5, Decimal("0.20"))
    judged(engine, contract, 2, outcome("accepted_partial", 60, 30, money=(paid(60), credit)))
    judged(engine, contract, 3, outcome("held", 40))
    judged(engine, contract, 4, outcome("rejected", 100))
    found = money_rows(engine)[0]
    assert found.payable == Decimal("51.50")  # 31.50 + 21.00 - 1.00
    assert found.credited == Decimal("1.00")
    assert found.at_risk == Decimal("14.00")
    assert found.accepted_units == 150
    assert found.cost_per_accepted == Decimal("0.3433")
    assert found.currency == "USD"


def test_rows_come_one_a_contract(engine: Engine, contract: Contract) -> None:
    register(engine, terms("a-1", program="coder"))
    assert [row.contract_id for row in money_rows(engine)] == ["a-1", contract.contract_id]
    assert [row.contract_id for row in money_rows(engine, program="coder")] == ["a-1"]
    assert [row.contract_id for row in money_rows(engine, contract_id="acme-1")] == ["acme-1"]
