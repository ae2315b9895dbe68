import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.ledger.batches import refuse
from rampart.ledger.errors import UnknownBatchError
from rampart.ledger.read import batch_detail
from tests.ledger.books import day, judged, outcome


def test_a_batch_shows_everything_the_books_hold_about_it(engine: Engine, contract: Contract) -> None:
    refuse(engine, contract.contract_id, 1, "A checksum differs.", day(6))
    written = outcome("accepted_partial", 80, 20)
    judged(engine, contract, 1, written)
    judged(engine, contract, 2)
    found = batch_detail(engine, contract.contract_id, 1)
    assert (found.files, found.reasons, found.verdicts) == (written.files, written.reasons, written.verdicts)
    assert (found.money, found.artefacts) == (written.money, written.artefacts)
    assert found.compared_with == written.compared_with
    assert found.contract.digest == contract.digest
    assert f"{found.money[0].unit_price}" == "0.35"
    assert [event.kind for event in found.events] == [
        "delivery.refused",
        "batch.expected",
        "batch.received",
        "batch.landed",
        "batch.gated",
        "batch.audited",
        "batch.accepted_partial",
    ]


def test_a_superseded_revision_can_still_be_read(engine: Engine, contract: Contract) -> None:
    judged(engine, contract, 1, outcome(accepted=50))
    judged(engine, contract, 1, outcome(accepted=60), rules="rules-2")
    assert batch_detail(engine, contract.contract_id, 1).batch.revision == 2
    old = batch_detail(engine, contract.contract_id, 1, revision=1)
    assert (old.batch.state, old.files[0].accepted) == ("superseded", 50)
    assert old.events[-1].payload == {"week": 1, "revision": 1, "was": "accepted", "superseded_by": 2}


def test_a_batch_that_is_not_on_the_books_is_said_so(engine: Engine, contract: Contract) -> None:
    with pytest.raises(UnknownBatchError, match="week 3 is not on the books"):
        batch_detail(engine, contract.contract_id, 3)
    judged(engine, contract, 1)
    with pytest.raises(UnknownBatchError, match="week 1 revision 2 is not on the books"):
        batch_detail(engine, contract.contract_id, 1, revision=2)
