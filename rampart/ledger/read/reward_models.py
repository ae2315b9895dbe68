"""The reward models of a programme: one row a version."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col, select

from rampart.ledger.champions import crownings_in
from rampart.ledger.engine import reading
from rampart.ledger.tables import Promotion, RmArtefact, RmMetric, RmVersion


@dataclass(frozen=True)
class RmRow:
    """One version. `accuracy` is held-out, with its 95 % interval; `difference` is against `champion_before`,
    the champion of that time. `champion` marks today's. `trigger` is (contract id, week, revision).
    """

    program: str
    version: int
    run_id: str
    trigger: tuple[str, int, int]
    backend: str
    n_train: int
    n_holdout: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    promoted: bool
    reason: str
    champion: bool
    champion_before: str | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    metrics: dict[str, float]
    artefacts: dict[str, str]
    as_of: datetime


def rm_rows(engine: Engine, program: str) -> tuple[RmRow, ...]:
    """Every version of `program`, oldest first."""
    versions = (
        select(RmVersion, Promotion)
        .join(Promotion, col(Promotion.rm_id) == col(RmVersion.id))
        .where(RmVersion.program == program)
        .order_by(col(RmVersion.version))
    )
    with reading(engine) as session:
        found = session.exec(versions).all()
        told = crownings_in(session, program)
        crowned = told[-1].version if told else None
        return tuple(
            _row(
                model,
                promotion,
                model.version == crowned,
                {m.name: m.value for m in session.exec(select(RmMetric).where(RmMetric.rm_id == model.id))},
                {
                    a.name: a.object_key
                    for a in session.exec(select(RmArtefact).where(RmArtefact.rm_id == model.id))
                },
            )
            for model, promotion in found
        )


def _row(
    model: RmVersion,
    promotion: Promotion,
    champion: bool,
    metrics: dict[str, float],
    artefacts: dict[str, str],
) -> RmRow:
    return RmRow(
        program=model.program,
        version=model.version,
        run_id=model.run_id,
        trigger=(model.contract_id, model.week, model.revision),
        backend=model.backend,
        n_train=model.n_train,
        n_holdout=model.n_holdout,
        accuracy=model.accuracy,
        accuracy_low=model.accuracy_low,
        accuracy_high=model.accuracy_high,
        promoted=promotion.promoted,
        reason=promotion.reason,
        champion=champion,
        champion_before=promotion.champion_before,
        difference=promotion.difference,
        difference_low=promotion.low,
        difference_high=promotion.high,
        metrics=dict(sorted(metrics.items())),
        artefacts=dict(sorted(artefacts.items())),
        as_of=model.as_of,
    )
