import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.batch_rows import BatchKey, BatchRow, accepted_batches, judged_batches_before
from rampart.ledger.batches import current_batch, expect, mark_late, receive, refuse
from rampart.ledger.chain import events
from rampart.ledger.claims import advance
from rampart.ledger.engine import reading
from rampart.ledger.errors import (
    ClaimLostError,
    DeliveryConflictError,
    UnknownBatchError,
    UnknownContractError,
)
from rampart.ledger.export import export_ledger
from rampart.ledger.settlement import settle
from rampart.ledger.states import Stage
from tests.ledger.books import RULES, audited, claimed, day, judged, outcome, register, terms


def kinds(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return [event.kind for event in events(session)][1:]  # the first registers the contract


def standing(engine: Engine, contract: Contract, week: int = 1) -> BatchRow:
    found = current_batch(engine, contract.contract_id, week)
    assert found is not None
    return found


def receive_(engine: Engine, contract: Contract, delivery: str, rules: str = RULES) -> BatchRow:
    return receive(engine, contract.contract_id, 1, delivery, contract.digest, rules, day(7))


def test_a_week_is_expected_once(engine: Engine, contract: Contract) -> None:
    for moment in (0, 1):
        expect(engine, contract.contract_id, 1, contract.digest, day(moment))
    found = standing(engine, contract)
    assert (found.state, found.revision, found.as_of) == ("expected", 1, day(0))
    assert kinds(engine) == ["batch.expected"]


def test_a_week_nobody_opened_has_no_batch(engine: Engine, contract: Contract) -> None:
    assert current_batch(engine, contract.contract_id, 1) is None


def test_a_week_outside_the_contract_cannot_be_expected(engine: Engine, contract: Contract) -> None:
    with pytest.raises(UnknownContractError, match="has no week 9"):
        expect(engine, contract.contract_id, 9, contract.digest, day(0))
    with pytest.raises(UnknownContractError, match="register the contract first"):
        expect(engine, contract.contract_id, 1, "0" * 64, day(0))


def test_lateness_is_said_once(engine: Engine, contract: Contract) -> None:
    expect(engine, contract.contract_id, 1, contract.digest, day(0))
    for moment in (8, 9):
        mark_late(engine, contract.contract_id, 1, day(moment))
    assert standing(engine, contract).state == "late"
    assert kinds(engine) == ["batch.expected", "batch.late"]


def test_a_delivery_that_came_is_not_late_any_more(engine: Engine, contract: Contract) -> None:
    receive_(engine, contract, "d1")
    mark_late(engine, contract.contract_id, 1, day(9))
    assert standing(engine, contract).state == "received"


def test_a_week_nobody_expected_cannot_be_late(engine: Engine, contract: Contract) -> None:
    with pytest.raises(UnknownBatchError, match="never expected"):
        mark_late(engine, contract.contract_id, 1, day(9))


def test_a_late_delivery_is_received_all_the_same(engine: Engine, contract: Contract) -> None:
    expect(engine, contract.contract_id, 1, contract.digest, day(0))
    mark_late(engine, contract.contract_id, 1, day(8))
    assert receive_(engine, contract, "d1").state == "received"
    assert kinds(engine) == ["batch.expected", "batch.late", "batch.received"]


def test_the_same_delivery_twice_changes_nothing(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1)
    before = export_ledger(engine)
    again = receive(engine, contract.contract_id, 1, "d1", contract.digest, RULES, day(99))
    assert (again.state, again.revision) == ("accepted", 1)
    assert export_ledger(engine) == before


def test_the_same_delivery_under_new_rules_is_a_new_revision_beside_the_old(
    engine: Engine, contract: Contract
) -> None:
    judged(engine, contract, 1)
    found = receive_(engine, contract, "d1", rules="rules-2")
    assert (found.key, found.state) == (BatchKey("acme-1", 1, 2), "received")
    assert accepted_batches(engine, "assistant", (9, ""))[0].revision == 1


def test_another_delivery_must_name_what_it_replaces(engine: Engine, contract: Contract) -> None:
    receive_(engine, contract, "d1")
    before = export_ledger(engine)
    with pytest.raises(DeliveryConflictError, match=r'delivery d1 is on the books.*\("replaces": "d1"\)'):
        receive_(engine, contract, "d2")
    with pytest.raises(DeliveryConflictError, match="it names d0 as what it replaces"):
        receive(engine, contract.contract_id, 1, "d2", contract.digest, RULES, day(7), "d0")
    assert export_ledger(engine) == before


def test_a_redelivery_supersedes_only_when_it_is_settled(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1, outcome(accepted=50))
    mine = audited(engine, contract, 1, delivery_id="d2", replaces="d1")
    assert [row.revision for row in accepted_batches(engine, "assistant", (1, "acme-1"))] == [1]
    settle(engine, mine, outcome(accepted=70), day(9))
    found = accepted_batches(engine, "assistant", (1, "acme-1"))
    assert [(row.revision, row.delivery_id, row.replaces) for row in found] == [(2, "d2", "d1")]
    assert kinds(engine)[-2:] == ["batch.accepted", "batch.superseded"]


def test_a_redelivery_takes_the_work_from_one_still_being_judged(engine: Engine, contract: Contract) -> None:
    slow = audited(engine, contract, 1)
    judged(engine, contract, 1, delivery_id="d2", replaces="d1")
    with pytest.raises(ClaimLostError, match="superseded"):
        settle(engine, slow, outcome(), day(9))
    assert standing(engine, contract).delivery_id == "d2"


def test_a_redelivery_of_a_redelivery_is_a_third_revision(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1)
    judged(engine, contract, 1, delivery_id="d2", replaces="d1")
    assert judged(engine, contract, 1, delivery_id="d3", replaces="d2").revision == 3
    assert [row.revision for row in accepted_batches(engine, "assistant", (1, "acme-1"))] == [3]


def test_a_refusal_is_written_once_and_leaves_the_week_open(engine: Engine, contract: Contract) -> None:
    expect(engine, contract.contract_id, 1, contract.digest, day(0))
    for problem in ("The manifest names no file.", "The manifest names no file.", "A checksum differs."):
        refuse(engine, contract.contract_id, 1, problem, day(7))
    assert kinds(engine) == ["batch.expected", "delivery.refused", "delivery.refused"]
    assert standing(engine, contract).state == "expected"


def test_a_programme_trains_on_accepted_batches_in_week_order(engine: Engine, contract: Contract) -> None:
    other = register(engine, terms("beta-1"))
    register(engine, terms("gamma-1", program="coder"))
    judged(engine, contract, 2)
    judged(engine, other, 1, outcome("accepted_partial", 80, 20))
    judged(engine, contract, 1)
    judged(engine, other, 2, outcome("rejected"))
    places = [(b.week, b.contract_id) for b in accepted_batches(engine, "assistant", (2, "acme-1"))]
    assert places == [(1, "acme-1"), (1, "beta-1"), (2, "acme-1")]
    assert [b.week for b in accepted_batches(engine, "assistant", (1, "acme-1"))] == [1]
    assert accepted_batches(engine, "coder", (9, "z")) == ()


def test_earlier_judged_batches_come_with_their_artefacts_held_and_rejected_too(
    engine: Engine, contract: Contract
) -> None:
    judged(engine, contract, 1, outcome("rejected", accepted=10))
    judged(engine, contract, 2, outcome("held", accepted=20))
    audited(engine, contract, 3)
    found = judged_batches_before(engine, "assistant", (3, "acme-1"))
    assert [(b.state, b.artefacts) for b in found] == [
        ("rejected", {"accepted": "sha256/accepted-10.parquet"}),
        ("held", {"accepted": "sha256/accepted-20.parquet"}),
    ]
    assert [b.week for b in judged_batches_before(engine, "assistant", (2, "acme-1"))] == [1]


def test_stages_walk_in_order_and_leave_one_event_each(engine: Engine, contract: Contract) -> None:
    receive_(engine, contract, "d1")
    mine = claimed(engine, contract, 1)
    stages: tuple[Stage, ...] = ("landed", "landed", "gated", "landed", "audited")
    for stage in stages:
        advance(engine, mine, stage, day(7))
    assert kinds(engine)[-3:] == ["batch.landed", "batch.gated", "batch.audited"]
