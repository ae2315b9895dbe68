"""A named person decides a held batch."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from rampart.ledger.batch_rows import id_of, key_of, newest
from rampart.ledger.batches import move
from rampart.ledger.canonical import Json
from rampart.ledger.contracts import version_of
from rampart.ledger.engine import writing
from rampart.ledger.errors import TransitionError, UnknownBatchError
from rampart.ledger.notices import announce_decided
from rampart.ledger.outbox import announce_accepted
from rampart.ledger.settled import read
from rampart.ledger.signed import must_be_allowed, signed
from rampart.ledger.states import State
from rampart.ledger.tables import Batch, Decision


def decide(  # noqa: PLR0917 (reads as the sentence it writes down)
    engine: Engine,
    contract_id: str,
    week: int,
    accept: bool,
    by: str,
    reason: str,
    as_of: datetime,
    *,
    lifted_by: Callable[[str], tuple[str, ...]],
) -> None:
    """Accept or reject the held batch of a contract week; `by` and `reason` go into the books.

    An accepted batch with discards becomes `accepted_partial`, one without `accepted`; either is announced to
    retraining. `lifted_by` gives, for the digest of the terms the batch was judged under, the names that may
    decide (`holds.lifted_by`); none means anyone. The name is the person's own word: nothing here proves it.

    The same decision said again by the same person, with the same reason, is one decision.

    Raises:
        LedgerError: `by` or `reason` is empty, or `by` is none of the names.
        UnknownBatchError: the week was never expected.
        TransitionError: the batch is not held.
    """
    by, reason = signed(by, reason, f"a decision on {contract_id} week {week}")
    with writing(engine) as session:
        batch = newest(session, contract_id, week)
        if batch is None:
            raise UnknownBatchError(f"{contract_id} week {week} is not on the books; nothing to decide")
        if batch.state != "held":
            if _said(session, batch, accept, by, reason):
                return
            raise TransitionError(f"{key_of(batch)} is {batch.state}; only a held batch is decided")
        must_be_allowed(by, lifted_by(batch.contract_digest), str(key_of(batch)))
        found = read(session, batch)
        to: State = "rejected"
        if accept:
            to = "accepted_partial" if found.discarded else "accepted"
        batch.state_reason = reason
        session.add(
            Decision(batch_id=id_of(batch), accepted=accept, decided_by=by, reason=reason, as_of=as_of)
        )
        about: dict[str, Json] = {"decided_by": by, "reason": reason}
        move(session, batch, to, as_of, about)
        program = version_of(session, batch.contract_digest).program
        announce_decided(session, batch, program, by, as_of)
        announce_accepted(session, batch, program, found.accepted, as_of)


def _said(session: Session, batch: Batch, accept: bool, by: str, reason: str) -> bool:
    """Is this very decision on the books?"""
    found = session.get(Decision, id_of(batch))
    return found is not None and (found.accepted, found.decided_by, found.reason) == (accept, by, reason)
