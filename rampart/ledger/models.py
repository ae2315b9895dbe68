"""Reward models on the books: what was trained on what, how good it is, whether it became champion."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, func, select

from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.canonical import Json
from rampart.ledger.chain import append_event, events, program_stream
from rampart.ledger.champions import TRAINED, champion, champion_in
from rampart.ledger.deletion.said import closed_weeks, deletions_in
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import ChampionMovedError, DataDeletedError, LedgerError
from rampart.ledger.outbox import TRAINING, finish, work
from rampart.ledger.tables import Outbox, Promotion, RmArtefact, RmContract, RmMetric, RmVersion
from rampart.ledger.trained import seal_of
from rampart.ledger.withdrawals import announce_overtaken

__all__ = [
    "TRAINED",
    "PromotionRecord",
    "TrainingRun",
    "champion",
    "champion_in",
    "file_digests",
    "record_skip",
    "record_training",
]


@dataclass(frozen=True)
class TrainingRun:
    """One finished training. `run_id` is the SHA-256 of its data, config and code digests.

    `trigger` is (contract id, week, revision) of the batch that caused it, `batches` the same of every batch
    it was trained on. `artefacts` maps a name to an object-store key, `digests` the name
    to the SHA-256 of its bytes. `accuracy` is the share of `n_holdout` held-out comparisons it orders as
    people did, `accuracy_low`..`accuracy_high` its 95 % interval.
    """

    run_id: str
    program: str
    trigger: tuple[str, int, int]
    batches: tuple[tuple[str, int, int], ...]
    data_digest: str
    config_digest: str
    code_digest: str
    contract_digests: tuple[str, ...]
    artefacts: Mapping[str, str]
    digests: Mapping[str, str]
    backend: str
    n_train: int
    n_holdout: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    metrics: Mapping[str, float]

    @property
    def weeks(self) -> tuple[tuple[str, int], ...]:
        """(contract id, week) of every batch it was trained on."""
        return tuple((contract_id, week) for contract_id, week, _ in self.batches)


@dataclass(frozen=True)
class PromotionRecord:
    """Champion against challenger: held-out accuracy `difference` with its interval, over `n` comparisons."""

    promoted: bool
    champion_before: str | None
    difference: float | None
    low: float | None
    high: float | None
    n: int
    reason: str


def record_training(
    engine: Engine, outbox_id: str, run: TrainingRun, decision: PromotionRecord, as_of: datetime
) -> None:
    """Write a training, its number in the programme and its promotion decision; finish the outbox row.

    One transaction, once for each `outbox_id`: saying it again changes nothing.

    Raises:
        LedgerError: the row asks for no training, or is of another batch or programme than the run says.
        DataDeletedError: the deletion of a week it was trained on has begun; train again without it.
        ChampionMovedError: another model became champion since the decision was made; decide again.
    """
    with writing(engine) as session:
        row = _trainable(session, outbox_id)
        if row.done:
            return
        trigger = BatchKey(row.contract_id, row.week, row.revision)
        if (BatchKey(*run.trigger), run.program) != (trigger, row.program):
            raise LedgerError(
                f"run {run.run_id[:12]} says it was triggered by {BatchKey(*run.trigger)} in programme "
                f"{run.program}, but outbox row {outbox_id} is {trigger} in programme {row.program}"
            )
        _must_be_held(session, run)
        champion_now = champion_in(session, run.program)
        if decision.champion_before != champion_now:
            raise ChampionMovedError(
                f"run {run.run_id[:12]} was compared with {decision.champion_before}, but the champion of "
                f"{run.program} is {champion_now}; compare again"
            )
        model = _add(session, outbox_id, run, decision, as_of)
        about = _about(model.version, run, decision) | {"seal": seal_of(session, model)}
        append_event(session, program_stream(run.program), TRAINED, as_of, about)
        announce_overtaken(session, run.batches, run.program)
        finish(session, outbox_id)


def record_skip(engine: Engine, outbox_id: str, reason: str, as_of: datetime) -> None:
    """Nothing could be trained as a row of the outbox asks; write down why and finish the row, once."""
    with writing(engine) as session:
        row = _trainable(session, outbox_id)
        if row.done:
            return
        about: dict[str, Json] = {"trigger": [row.contract_id, row.week, row.revision], "reason": reason}
        append_event(session, program_stream(row.program), "model.skipped", as_of, about)
        finish(session, outbox_id)


def file_digests(engine: Engine) -> dict[tuple[str, int, str], str]:
    """(programme, version, name of a file) → SHA-256 of its bytes when the training was booked."""
    with reading(engine) as session:
        said = [event for event in events(session) if event.kind == TRAINED]
    return {
        (event.stream.removeprefix(program_stream("")), event.payload.get("version", 0), name): sha256
        for event in said
        for name, sha256 in event.payload.get("files", {}).items()
    }


def _trainable(session: Session, outbox_id: str) -> Outbox:
    row = work(session, outbox_id)
    if row.topic not in TRAINING:
        raise LedgerError(
            f"outbox row {outbox_id} is {row.topic}; only {' and '.join(TRAINING)} lead to training"
        )
    return row


def _must_be_held(session: Session, run: TrainingRun) -> None:
    """A certificate names the models that were booked before it: none may follow."""
    gone = deletions_in(session)
    for contract_id, week in sorted(closed_weeks(gone) & set(run.weeks)):
        found = next(one for one in gone if one.contract_id == contract_id and week in one.weeks)
        raise DataDeletedError(
            f"run {run.run_id[:12]} was trained on data that are gone: {found.sentence(week)}; train again "
            "without the week"
        )


def _add(
    session: Session, outbox_id: str, run: TrainingRun, decision: PromotionRecord, as_of: datetime
) -> RmVersion:
    numbers = select(func.max(RmVersion.version)).where(RmVersion.program == run.program)
    version = (session.exec(numbers).one() or 0) + 1
    contract_id, week, revision = run.trigger
    model = RmVersion(
        program=run.program,
        version=version,
        outbox_id=outbox_id,
        run_id=run.run_id,
        contract_id=contract_id,
        week=week,
        revision=revision,
        data_digest=run.data_digest,
        config_digest=run.config_digest,
        code_digest=run.code_digest,
        backend=run.backend,
        n_train=run.n_train,
        n_holdout=run.n_holdout,
        accuracy=run.accuracy,
        accuracy_low=run.accuracy_low,
        accuracy_high=run.accuracy_high,
        as_of=as_of,
    )
    session.add(model)
    session.flush()
    assert model.id is not None  # noqa: S101 (narrows the type: the flush gave it one)
    session.add_all(_belongings(model.id, run, decision))
    session.flush()
    return model


def _belongings(rm_id: int, run: TrainingRun, decision: PromotionRecord) -> list[SQLModel]:
    return [
        *(
            RmContract(rm_id=rm_id, position=place, contract_digest=digest)
            for place, digest in enumerate(run.contract_digests)
        ),
        *(RmArtefact(rm_id=rm_id, name=name, object_key=key) for name, key in run.artefacts.items()),
        *(RmMetric(rm_id=rm_id, name=name, value=value) for name, value in run.metrics.items()),
        Promotion(
            rm_id=rm_id,
            promoted=decision.promoted,
            champion_before=decision.champion_before,
            difference=decision.difference,
            low=decision.low,
            high=decision.high,
            n=decision.n,
            reason=decision.reason,
        ),
    ]


def _about(version: int, run: TrainingRun, decision: PromotionRecord) -> dict[str, Json]:
    return {
        "version": version,
        "run_id": run.run_id,
        "trigger": run.trigger,
        "data": run.data_digest,
        "config": run.config_digest,
        "code": run.code_digest,
        "contracts": run.contract_digests,
        "batches": tuple(sorted(run.batches)),
        "files": run.digests,
        "promoted": decision.promoted,
        "champion_before": decision.champion_before,
        "reason": decision.reason,
    }
