"""Accepted data that were taken back: a model trained on them is retrained without them, once.

A later revision of the week supersedes the accepted one. If it is accepted too, its own ``batch.accepted``
asks for the training. If it is held or rejected, nothing would, and the champion would go on knowing what
was taken back: then ``batch.withdrawn`` asks, once for each revision that a model was trained on.
"""

from sqlmodel import Session, select

from rampart.ledger.batch_rows import BatchKey, find
from rampart.ledger.champions import batches_of
from rampart.ledger.outbox import put
from rampart.ledger.states import ACCEPTED
from rampart.ledger.tables import Batch, Outbox


def announce_withdrawn(session: Session, batch: Batch, program: str) -> None:
    """`batch` was settled: ask for a training without the week's earlier revisions that a model learnt from.

    Within the settlement's transaction, after ``batch.accepted`` was written or not.
    """
    learnt = {key for drawn in batches_of(session, program).values() for key in drawn}
    for contract_id, week, revision in sorted(learnt):
        if (contract_id, week) == (batch.contract_id, batch.week) and revision < batch.revision:
            _ask(session, BatchKey(contract_id, week, revision), program)


def announce_overtaken(session: Session, batches: tuple[tuple[str, int, int], ...], program: str) -> None:
    """A training is booked: ask for one without those of its `batches` that were taken back while it ran."""
    for key in sorted(batches):
        _ask(session, BatchKey(*key), program)


def _ask(session: Session, key: BatchKey, program: str) -> None:
    """Write the row for a revision that stands no more, unless a later one's acceptance asks already."""
    taken_back = find(session, key)
    if taken_back.state in ACCEPTED or _asked_by_a_later_one(session, key):
        return
    # Its own moment is that of the settlement which took its place, whoever asks: one row either way.
    put(session, "batch.withdrawn", key, program, taken_back.as_of, what="")


def _asked_by_a_later_one(session: Session, key: BatchKey) -> bool:
    accepted = select(Outbox.id).where(
        Outbox.topic == "batch.accepted",
        Outbox.contract_id == key.contract_id,
        Outbox.week == key.week,
        Outbox.revision > key.revision,
    )
    return session.exec(accepted).first() is not None
