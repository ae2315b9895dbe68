"""Where each reward model of a programme stands: champion or not, since when, do its data still."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.ledger.batch_rows import BatchKey, key_of
from rampart.ledger.champions import ELSEWHERE, Crowning, batches_of, crownings_in
from rampart.ledger.deletion.said import closed_weeks, deletions_in
from rampart.ledger.engine import reading
from rampart.ledger.errors import ChampionshipError
from rampart.ledger.read.reward_models import RmRow, rm_rows
from rampart.ledger.states import ACCEPTED
from rampart.ledger.tables import Batch, ContractVersion, Outbox, RmContract, RmVersion


@dataclass(frozen=True)
class Standing:
    """One version and where it stands.

    `asked_by` is the topic of the outbox that led to it. `contracts` are (contract id, version, digest) of
    the terms its data were accepted under, `batches` what it was trained on (empty for one booked before
    that was written down: its manifest says it). `taken_back` and `deleted` are those of `batches` that stand
    no more. `crownings` are the moments it became champion.
    """

    row: RmRow
    state: str  # champion, former champion, or not promoted
    asked_by: str
    data_digest: str
    config_digest: str
    code_digest: str
    contracts: tuple[tuple[str, str, str], ...]
    batches: tuple[BatchKey, ...]
    taken_back: tuple[BatchKey, ...]
    deleted: tuple[BatchKey, ...]
    crownings: tuple[Crowning, ...]
    since: datetime | None

    @property
    def manifest_key(self) -> str:
        """The object that lists what it was trained on, batch by batch, and what was dropped and why."""
        return f"datasets/{self.data_digest}.json"

    @property
    def dataset_key(self) -> str:
        """The object that holds the pairs."""
        return f"datasets/{self.data_digest}.parquet"

    @property
    def marks(self) -> tuple[str, ...]:
        """What is wrong with its data, in words."""
        return (
            *(f"trained on {key}, which was taken back" for key in self.taken_back),
            *(f"trained on {key}, whose data were deleted" for key in self.deleted),
        )


def standings(engine: Engine, program: str) -> tuple[Standing, ...]:
    """Every version of `program`, oldest first."""
    rows = rm_rows(engine, program)
    with reading(engine) as session:
        told, drawn = crownings_in(session, program), batches_of(session, program)
        gone = closed_weeks(deletions_in(session))
        held = {key_of(batch) for batch in session.exec(select(Batch).where(col(Batch.state).in_(ACCEPTED)))}
        return tuple(_standing(session, row, told, drawn.get(row.version, ()), gone, held) for row in rows)


def standing_of(engine: Engine, program: str, version: int) -> Standing:
    """One version; `ChampionshipError` names those there are."""
    found = standings(engine, program)
    for one in found:
        if one.row.version == version:
            return one
    known = ", ".join(f"v{one.row.version}" for one in found) or f"none ({ELSEWHERE})"
    raise ChampionshipError(f"{program} has no reward model v{version}; on the books: {known}")


def _standing(  # noqa: PLR0917 (a version, and what the books say around it)
    session: Session,
    row: RmRow,
    told: tuple[Crowning, ...],
    drawn: tuple[tuple[str, int, int], ...],
    gone: set[tuple[str, int]],
    held: set[BatchKey],
) -> Standing:
    model = session.exec(
        select(RmVersion).where(RmVersion.program == row.program, RmVersion.version == row.version)
    ).one()
    named = (
        select(ContractVersion)
        .join(RmContract, col(RmContract.contract_digest) == col(ContractVersion.digest))
        .where(RmContract.rm_id == model.id)
    )
    contracts = sorted((one.contract_id, one.version, one.digest) for one in session.exec(named))
    asked = session.get(Outbox, model.outbox_id)
    batches = tuple(BatchKey(*key) for key in sorted(drawn))
    deleted = tuple(key for key in batches if (key.contract_id, key.week) in gone)
    crowned = tuple(one for one in told if one.version == row.version)
    state = "champion" if row.champion else "former champion" if crowned else "not promoted"
    return Standing(
        row=row,
        state=state,
        asked_by=asked.topic if asked else "",
        data_digest=model.data_digest,
        config_digest=model.config_digest,
        code_digest=model.code_digest,
        contracts=tuple(contracts),
        batches=batches,
        taken_back=tuple(key for key in batches if key not in held and key not in deleted),
        deleted=deleted,
        crownings=crowned,
        since=crowned[-1].as_of if row.champion and crowned else None,
    )
