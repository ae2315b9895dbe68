"""An error at COMMIT is *unknown*: every entry may be said again, and stands once."""

from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import get_args

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.batches import current_batch, expect, mark_late, receive, refuse
from rampart.ledger.claims import Claim, advance, claim, release, renew
from rampart.ledger.decisions import decide
from rampart.ledger.engine import open_ledger
from rampart.ledger.export import export_ledger
from rampart.ledger.models import record_skip, record_training
from rampart.ledger.outbox import mark_done, pending
from rampart.ledger.settlement import settle
from tests.ledger.books import (
    RULES,
    anyone,
    audited,
    claimed,
    day,
    judged,
    outcome,
    promotion,
    register,
    terms,
    training,
)
from tests.ledger.lost_answers import When, lost_answer

Say = Callable[[], object]
CONTRACT = terms()
WEEK = (CONTRACT.contract_id, 1)


def received(engine: Engine, delivery_id: str = "d1", replaces: str | None = None) -> BatchKey:
    return receive(engine, *WEEK, delivery_id, CONTRACT.digest, RULES, day(7), replaces).key


def registering(engine: Engine) -> Say:
    amended = terms(version="1.1.0")
    return lambda: register(engine, amended)


def expecting(engine: Engine) -> Say:
    return lambda: expect(engine, *WEEK, CONTRACT.digest, day(0))


def marking_late(engine: Engine) -> Say:
    expecting(engine)()
    return lambda: mark_late(engine, *WEEK, day(8))


def receiving(engine: Engine) -> Say:
    return lambda: received(engine)


def receiving_a_redelivery(engine: Engine) -> Say:
    judged(engine, CONTRACT, 1)
    return lambda: received(engine, "d2", replaces="d1")


def refusing(engine: Engine) -> Say:
    return lambda: refuse(engine, *WEEK, "A checksum differs.", day(6))


def claiming(engine: Engine) -> Say:
    key = received(engine)
    return lambda: held(claim(engine, key, "elsewhere:1:a", 60))


def held(found: Claim | None) -> BatchKey:
    """The batch of a claim, which must have been granted; the fence may be a later one."""
    assert found is not None
    return found.batch


def renewing(engine: Engine) -> Say:
    received(engine)
    mine = claimed(engine, CONTRACT, 1)
    return lambda: renew(engine, mine, 60)


def releasing(engine: Engine) -> Say:
    received(engine)
    mine = claimed(engine, CONTRACT, 1)
    return lambda: release(engine, mine)


def advancing(engine: Engine) -> Say:
    received(engine)
    mine = claimed(engine, CONTRACT, 1)
    return lambda: advance(engine, mine, "landed", day(7))


def settling(engine: Engine) -> Say:
    mine = audited(engine, CONTRACT, 1)
    return lambda: settle(engine, mine, outcome("accepted_partial", 80, 20), day(8))


def settling_a_redelivery(engine: Engine) -> Say:
    judged(engine, CONTRACT, 1)
    mine = audited(engine, CONTRACT, 1, delivery_id="d2", replaces="d1")
    return lambda: settle(engine, mine, outcome(accepted=70), day(8))


def deciding(engine: Engine) -> Say:
    judged(engine, CONTRACT, 1, outcome("held", 50, 3))
    return lambda: decide(engine, *WEEK, True, "Ada", "Fine.", day(9), lifted_by=anyone)


def recording_a_training(engine: Engine) -> Say:
    key = judged(engine, CONTRACT, 1)
    row = pending(engine, "batch.accepted")[0]
    return lambda: record_training(engine, row.id, training(key), promotion(), day(9))


def recording_a_skip(engine: Engine) -> Say:
    judged(engine, CONTRACT, 1)
    row = pending(engine, "batch.accepted")[0]
    return lambda: record_skip(engine, row.id, "Nothing to train on.", day(9))


def marking_done(engine: Engine) -> Say:
    judged(engine, CONTRACT, 1)
    row = pending(engine, "batch.judged")[0]
    return lambda: mark_done(engine, row.id)


WRITERS = [
    registering,
    expecting,
    marking_late,
    receiving,
    receiving_a_redelivery,
    refusing,
    claiming,
    renewing,
    releasing,
    advancing,
    settling,
    settling_a_redelivery,
    deciding,
    recording_a_training,
    recording_a_skip,
    marking_done,
]


@pytest.mark.parametrize("when", get_args(When))
@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.__name__)
def test_an_entry_whose_answer_was_lost_is_said_again_and_stands_once(
    writer: Callable[[Engine], Say], when: When, either: Engine, tmp_path: Path, empty_books: Path
) -> None:
    undisturbed = open_ledger(f"sqlite:///{copy(empty_books, tmp_path / 'undisturbed.db')}")
    register(undisturbed, CONTRACT)
    answer = writer(undisturbed)()

    register(either, CONTRACT)
    say = writer(either)
    with pytest.raises(OperationalError, match="closed the connection"), lost_answer(either, when):
        say()
    assert say() == answer
    assert export_ledger(either) == export_ledger(undisturbed)
    undisturbed.dispose()


def test_a_claim_whose_answer_was_lost_is_regained_and_its_first_try_fenced_off(either: Engine) -> None:
    register(either, CONTRACT)
    key = received(either)
    first = claim(either, key, "elsewhere:1:a", 60)
    again = claim(either, key, "elsewhere:1:a", 60)
    assert first is not None
    assert again is not None
    assert again.fence == first.fence + 1
    assert claim(either, key, "elsewhere:1:b", 60) is None


def test_what_a_claim_settled_it_may_walk_through_again(either: Engine) -> None:
    """A task is tried again from its beginning, which lies before what was committed."""
    register(either, CONTRACT)
    mine = audited(either, CONTRACT, 1)
    settle(either, mine, outcome("held", 50, 3), day(8))
    decide(either, *WEEK, True, "Ada", "Fine.", day(9), lifted_by=anyone)
    before = export_ledger(either)
    advance(either, mine, "gated", day(8))
    advance(either, mine, "audited", day(8))
    renew(either, mine, 60)
    settle(either, mine, outcome("held", 50, 3), day(8))
    release(either, mine)
    assert export_ledger(either) == before
    batch = current_batch(either, *WEEK)
    assert batch is not None
    assert batch.state == "accepted_partial"
