"""A batch as the rest of the system sees it, and how to find one."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.ledger.engine import reading
from rampart.ledger.errors import LedgerError, UnknownBatchError
from rampart.ledger.states import ACCEPTED, SETTLED, State
from rampart.ledger.tables import Artefact, Batch, ContractVersion

EVERYTHING = (sys.maxsize, "")  # beyond any (week, contract id)


@dataclass(frozen=True, order=True)
class BatchKey:
    """Which judgement: contract, contract week (from 1), revision (from 1)."""

    contract_id: str
    week: int
    revision: int

    def __str__(self) -> str:
        return f"{self.contract_id} week {self.week} revision {self.revision}"


@dataclass(frozen=True)
class BatchRow:
    """One batch. `artefacts` maps a name to an object-store key and is empty until the batch is settled.

    `as_of` is the business time of its last change of state; `delivery_id` and `rules_digest` are None until
    something is delivered.
    """

    contract_id: str
    week: int
    revision: int
    state: State
    state_reason: str
    program: str
    contract_digest: str
    delivery_id: str | None
    rules_digest: str | None
    replaces: str | None
    as_of: datetime
    artefacts: dict[str, str]

    @property
    def key(self) -> BatchKey:
        """Its name in the ledger."""
        return BatchKey(self.contract_id, self.week, self.revision)

    @property
    def settled(self) -> bool:
        """Has it been judged (and not been superseded since)?"""
        return self.state in SETTLED


def current_batch(engine: Engine, contract_id: str, week: int) -> BatchRow | None:
    """The highest revision that is not superseded; None if the week was never expected."""
    with reading(engine) as session:
        found = newest(session, contract_id, week)
        return rows_of(session, [found])[0] if found else None


def batch_named(engine: Engine, key: BatchKey) -> BatchRow:
    """The batch named `key`, whatever became of it; `UnknownBatchError` if there is none."""
    with reading(engine) as session:
        return rows_of(session, [find(session, key)])[0]


def accepted_batches(engine: Engine, program: str, up_to: tuple[int, str]) -> tuple[BatchRow, ...]:
    """What a programme trains on: accepted batches with (week, contract id) <= `up_to`, in that order."""
    return tuple(row for row in _of_program(engine, program, ACCEPTED) if _place(row) <= up_to)


def judged_batches_before(engine: Engine, program: str, before: tuple[int, str]) -> tuple[BatchRow, ...]:
    """Settled batches with (week, contract id) strictly below `before`, in that order, none superseded."""
    return tuple(row for row in _of_program(engine, program, SETTLED) if _place(row) < before)


def settled_batches(engine: Engine, contract_id: str | None = None) -> tuple[BatchRow, ...]:
    """Judged weeks of one contract or of all, sorted by contract and week, none superseded."""
    wanted = select(Batch).where(col(Batch.state).in_(SETTLED))
    if contract_id is not None:
        wanted = wanted.where(Batch.contract_id == contract_id)
    with reading(engine) as session:
        return tuple(sorted(rows_of(session, session.exec(wanted)), key=lambda row: row.key))


def newest(session: Session, contract_id: str, week: int) -> Batch | None:
    """The highest revision of a contract week that is not superseded."""
    standing = select(Batch).where(
        Batch.contract_id == contract_id, Batch.week == week, Batch.state != "superseded"
    )
    return session.exec(standing.order_by(col(Batch.revision).desc()).limit(1)).first()


def find(session: Session, key: BatchKey) -> Batch:
    """The batch named `key`; `UnknownBatchError` if there is none."""
    found = session.exec(
        select(Batch).where(
            Batch.contract_id == key.contract_id, Batch.week == key.week, Batch.revision == key.revision
        )
    ).first()
    if found is None:
        raise UnknownBatchError(f"{key} is not on the books; `rampart status` lists what is")
    return found


def id_of(batch: Batch) -> int:
    """The database id of a batch that has been written."""
    assert batch.id is not None  # noqa: S101 (narrows the type: only unwritten rows have none)
    return batch.id


def key_of(batch: Batch) -> BatchKey:
    """The name of a batch."""
    return BatchKey(batch.contract_id, batch.week, batch.revision)


def stands(session: Session, contract_id: str, week: int, delivery_id: str) -> bool:
    """Is this delivery the one on the books for its week, not one that was replaced?"""
    batch = newest(session, contract_id, week)
    return batch is not None and batch.delivery_id == delivery_id


def booked(session: Session, contract_id: str, week: int, what: str) -> Batch:
    """The newest batch of a contract week; `UnknownBatchError` where there is none to do `what` with."""
    batch = newest(session, contract_id, week)
    if batch is None:
        raise UnknownBatchError(f"{contract_id} week {week} is not on the books; nothing to {what}")
    return batch


def must_stand(batch: Batch, delivery_id: str | None, otherwise: LedgerError) -> None:
    """Raise `otherwise` unless the batch on the books holds this delivery, and not one that replaced it."""
    if batch.delivery_id != delivery_id:
        raise otherwise


def state_of(batch: Batch) -> State:
    """The state of a batch; the table's CHECK holds it to the known ones."""
    return cast("State", batch.state)


def rows_of(session: Session, batches: Iterable[Batch]) -> tuple[BatchRow, ...]:
    """`batches` as frozen rows, in the order given."""
    programs = dict(session.exec(select(ContractVersion.digest, ContractVersion.program)).all())
    return tuple(_row(session, batch, programs[batch.contract_digest]) for batch in batches)


def _row(session: Session, batch: Batch, program: str) -> BatchRow:
    made = session.exec(select(Artefact).where(Artefact.batch_id == id_of(batch)))
    return BatchRow(
        contract_id=batch.contract_id,
        week=batch.week,
        revision=batch.revision,
        state=state_of(batch),
        state_reason=batch.state_reason,
        program=program,
        contract_digest=batch.contract_digest,
        delivery_id=batch.delivery_id,
        rules_digest=batch.rules_digest,
        replaces=batch.replaces,
        as_of=batch.as_of,
        artefacts={artefact.name: artefact.object_key for artefact in sorted(made, key=lambda a: a.name)},
    )


def _of_program(engine: Engine, program: str, states: tuple[State, ...]) -> list[BatchRow]:
    """Sorted here and not in SQL: databases collate text differently, and training data follow this order."""
    wanted = (
        select(Batch)
        .join(ContractVersion, col(ContractVersion.digest) == col(Batch.contract_digest))
        .where(ContractVersion.program == program, col(Batch.state).in_(states))
    )
    with reading(engine) as session:
        return sorted(rows_of(session, session.exec(wanted)), key=_place)


def _place(row: BatchRow) -> tuple[int, str]:
    return (row.week, row.contract_id)
