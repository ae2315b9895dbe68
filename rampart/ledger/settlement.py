"""Settling a batch: the one transaction that writes a judgement into the books."""

from datetime import datetime

from sqlalchemy import Engine

from rampart.ledger.arithmetic import settlement_problems
from rampart.ledger.batch_rows import key_of
from rampart.ledger.batches import move, supersede_earlier
from rampart.ledger.canonical import Json
from rampart.ledger.claims import Claim, claimed
from rampart.ledger.contracts import version_of, week_of
from rampart.ledger.engine import writing
from rampart.ledger.errors import SettlementError, TransitionError
from rampart.ledger.outbox import announce_accepted, announce_judged
from rampart.ledger.outcome import FileCount, MoneyKind, MoneyLine, ReasonCount, Settlement
from rampart.ledger.settled import store

__all__ = ["FileCount", "MoneyKind", "MoneyLine", "ReasonCount", "Settlement", "settle"]


def settle(engine: Engine, claim: Claim, settlement: Settlement, as_of: datetime) -> None:
    """Write a judgement into the books, end the claim, and supersede the week's earlier revisions.

    One transaction: all of it happens, or none. From here on only this revision's money counts.

    Raises:
        ClaimLostError: another worker has the batch, or it is settled already.
        TransitionError: the batch has not been audited yet.
        SettlementError: counts or money do not add up; nothing was written.
    """
    with writing(engine) as session:
        batch = claimed(session, claim)
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
        about: dict[str, Json] = {"reason": settlement.reason, "settlement": settlement.digest}
        move(session, batch, settlement.state, as_of, about)
        supersede_earlier(session, batch, as_of)
        announce_judged(session, batch, contract.program, as_of)
        announce_accepted(session, batch, contract.program, settlement.accepted, as_of)
