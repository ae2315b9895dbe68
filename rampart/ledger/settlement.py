"""Settling a batch: the one transaction that writes a judgement into the books."""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from rampart.ledger.arithmetic import settlement_problems
from rampart.ledger.batch_rows import find, key_of
from rampart.ledger.batches import move, supersede_earlier
from rampart.ledger.canonical import Json
from rampart.ledger.chain import contract_stream, has_event
from rampart.ledger.claims import Claim, check_holder, settled_by
from rampart.ledger.contracts import version_of, week_of
from rampart.ledger.engine import writing
from rampart.ledger.errors import SettlementError, TransitionError
from rampart.ledger.outbox import announce_accepted, announce_judged, put
from rampart.ledger.outcome import FileCount, MoneyKind, MoneyLine, ReasonCount, Settlement
from rampart.ledger.settled import store
from rampart.ledger.tables import Batch
from rampart.ledger.withdrawals import announce_withdrawn

__all__ = ["FileCount", "MoneyKind", "MoneyLine", "ReasonCount", "Settlement", "settle"]


def settle(
    engine: Engine, claim: Claim, settlement: Settlement, as_of: datetime, *, hand_over: bool = False
) -> None:
    """Write a judgement into the books, end the claim, and supersede the week's earlier revisions.

    One transaction: all of it happens, or none. From here on only this revision's money counts. A claim that
    says its settlement again, because the answer was lost, changes nothing. `hand_over` asks for the feedback
    pack to be written where the contract says.

    Raises:
        ClaimLostError: another worker has the batch, or it is settled already, and otherwise.
        TransitionError: the batch has not been audited yet.
        SettlementError: counts or money do not add up; nothing was written.
    """
    with writing(engine) as session:
        batch = find(session, claim.batch)
        if settled_by(batch, claim) and _said(session, batch, settlement):
            return
        check_holder(batch, claim)
        if batch.state != "audited":
            raise TransitionError(
                f"{key_of(batch)} is {batch.state}; it is settled after it is landed, gated and audited"
            )
        contract = version_of(session, batch.contract_digest)
        week = week_of(session, batch.contract_digest, batch.week)
        if problems := settlement_problems(settlement, contract, week):
            raise SettlementError(f"{key_of(batch)} cannot be settled: {'; '.join(problems)}")
        store(session, batch, settlement)
        batch.state_reason, batch.owner, batch.lease_until = settlement.reason, None, None
        move(session, batch, settlement.state, as_of, _about(settlement))
        supersede_earlier(session, batch, as_of)
        announce_judged(session, batch, contract.program, as_of)
        announce_accepted(session, batch, contract.program, settlement.accepted, as_of)
        announce_withdrawn(session, batch, contract.program)
        if hand_over:
            put(
                session,
                "feedback.ready",
                key_of(batch),
                contract.program,
                as_of,
                what=batch.delivery_id or "",
            )


def _about(settlement: Settlement) -> dict[str, Json]:
    return {"reason": settlement.reason, "settlement": settlement.digest}


def _said(session: Session, batch: Batch, settlement: Settlement) -> bool:
    """Was `batch` settled with this very settlement? The event tells, whatever was decided since."""
    payload: dict[str, Json] = {"week": batch.week, "revision": batch.revision, **_about(settlement)}
    return has_event(session, contract_stream(batch.contract_id), f"batch.{settlement.state}", payload)
