"""What a flow says when it is done."""

from dataclasses import dataclass

from rampart.ledger.batch_rows import BatchRow
from rampart.ledger.outcome import Settlement


class UnfinishedRoundError(Exception):
    """Some parts of a round could not be done; the message names them and says why, the others were done."""


@dataclass(frozen=True)
class Outcome:
    """What became of one contract week.

    `state` is the batch's state, or ``absent`` (nothing complete has arrived), ``refused`` (it could not be
    taken in) or ``busy`` (another worker has it). `changed` says whether the books were written to.
    `accepted` and `discarded` count the records of a fresh judgement.
    """

    contract_id: str
    week: int
    state: str
    reason: str
    changed: bool = False
    accepted: int | None = None
    discarded: int | None = None


def unchanged(batch: BatchRow) -> Outcome:
    """These bytes were judged under these rules before."""
    return Outcome(batch.contract_id, batch.week, batch.state, batch.state_reason)


def judged(contract_id: str, week: int, settlement: Settlement, changed: bool) -> Outcome:
    """A fresh judgement; `changed` is false for a dry run."""
    return Outcome(
        contract_id,
        week,
        settlement.state,
        settlement.reason,
        changed,
        settlement.accepted,
        settlement.discarded,
    )
