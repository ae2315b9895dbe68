"""From a batch or a model to the terms that bind its data: versions, amendments and deletions included."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col, select

from contracts.model import Contract
from contracts.versions.reach import in_order
from rampart.delivery.errors import DeliveryError
from rampart.ledger.batch_rows import BatchRow, rows_of
from rampart.ledger.contracts import ContractRow, contract_versions
from rampart.ledger.deletion.said import Deletion, deletions
from rampart.ledger.engine import reading
from rampart.ledger.in_force import versions_by_week
from rampart.ledger.rights.judgement import Answer, Source, batch_answer, model_answer
from rampart.ledger.states import SETTLED
from rampart.ledger.tables import Batch, RmVersion

TermsOf = Callable[[str], Contract]  # digest of a version → its terms
Read = Callable[[str], bytes]  # key of an object → its bytes


def binding(
    versions: Sequence[ContractRow], judged_under: str, in_force: str | None, as_of: datetime
) -> tuple[str, ...]:
    """Digests of the versions that bind a week's data at `as_of`, in the order they take effect.

    Those are the one that judged it, the one in force when it was due, and every later one that has taken
    effect since: an amendment may take a right away from data that are here already, and never gives one
    back for them.
    """
    ordered = [row for row in in_order(versions) if row.effective is None or row.effective <= as_of]
    digests = [row.digest for row in ordered]
    anchor = judged_under if in_force is None else in_force
    first = digests.index(anchor) if anchor in digests else len(digests)
    later = {*digests[first:], judged_under}
    return tuple(row.digest for row in in_order(versions) if row.digest in later)


FEWEST_DIGITS = 6  # of a shortened run: no programme has a million versions


class Lineage:
    """The books' account of which terms bind which data, at one moment."""

    def __init__(self, engine: Engine, terms_of: TermsOf, as_of: datetime) -> None:
        self._engine, self._terms_of, self._as_of = engine, terms_of, as_of
        self._versions: dict[str, list[ContractRow]] = {}
        for row in contract_versions(engine):
            self._versions.setdefault(row.contract_id, []).append(row)
        self._in_force: dict[str, dict[int, ContractRow]] = {}
        self._gone = {(g.contract_id, week): g for g in deletions(engine) for week in g.weeks}

    def terms(self, contract_id: str, week: int, judged_under: str) -> tuple[Contract, ...]:
        """The terms that bind the data of a contract week."""
        if contract_id not in self._in_force:
            self._in_force[contract_id] = versions_by_week(self._engine, contract_id)
        row = self._in_force[contract_id].get(week)
        digests = binding(
            self._versions.get(contract_id, []), judged_under, row.digest if row else None, self._as_of
        )
        return tuple(map(self._terms_of, digests))

    def source(self, contract_id: str, week: int, revision: int, judged_under: str, state: str) -> Source:
        """One batch's data."""
        gone = self._gone.get((contract_id, week))
        terms = self.terms(contract_id, week, judged_under)
        return Source(contract_id, week, revision, state, terms, _certificate(gone))

    def batches(self, batches: Iterable[BatchRow]) -> tuple[Answer, ...]:
        """What may be done with each batch's data."""
        return tuple(map(self._batch, batches))

    def _batch(self, row: BatchRow) -> Answer:
        about = (row.contract_id, row.week, row.revision)
        try:
            source = self.source(*about, row.contract_digest, row.state)
        except DeliveryError as error:
            unknown = (f"the terms that bind it cannot be read ({type(error).__name__})",)
            return batch_answer(Source(*about, row.state, ()), row.program, self._as_of, unknown)
        return batch_answer(source, row.program, self._as_of)

    def model(self, model: RmVersion, read: Read) -> Answer:
        """What may be done with a reward model, by the manifest of the data it was trained on."""
        subject, key = f"{model.program} v{model.version} (run {model.run_id[:12]})", _manifest(model)
        try:
            drawn = json.loads(read(key))["batches"]
            sources = [
                self.source(b["contract_id"], b["week"], b["revision"], b["contract_digest"], "accepted")
                for b in drawn
            ]
        except (DeliveryError, ValueError, TypeError, KeyError) as error:
            said = f"what it was trained on, or the terms of that, cannot be read ({type(error).__name__})"
            return model_answer(subject, model.program, model.version, (), self._as_of, key, (said,))
        return model_answer(subject, model.program, model.version, sources, self._as_of, key)


def held_batches(
    engine: Engine, *, program: str | None = None, contract_id: str | None = None
) -> tuple[BatchRow, ...]:
    """Judged weeks, none superseded, of a programme or contract or of all; those deleted since too."""
    with reading(engine) as session:
        found = rows_of(session, session.exec(select(Batch).where(col(Batch.state).in_(SETTLED))))
    wanted = (row for row in found if program in (None, row.program))
    return tuple(sorted((r for r in wanted if contract_id in (None, r.contract_id)), key=lambda r: r.key))


def models_named(
    engine: Engine, *, program: str | None = None, model: str | None = None
) -> tuple[RmVersion, ...]:
    """Reward models of a programme or of all; of those the one whose run or version `model` names.

    A version is its number, with or without a v; a run may be shortened to `FEWEST_DIGITS` of its name, so
    that the number of a version that is not there names nothing.
    """
    with reading(engine) as session:
        rows = sorted(session.exec(select(RmVersion)), key=lambda row: (row.program, row.version))
        for row in rows:
            session.expunge(row)
    found = [row for row in rows if program in (None, row.program)]
    if model is None:
        return tuple(found)
    number = model.removeprefix("v")
    versions = [row for row in found if number.isdecimal() and row.version == int(number)]
    runs = [row for row in found if len(model) >= FEWEST_DIGITS and row.run_id.startswith(model)]
    return tuple(versions or runs)


def _manifest(model: RmVersion) -> str:
    return f"datasets/{model.data_digest}.json"


def _certificate(gone: Deletion | None) -> str | None:
    if gone is None:
        return None
    return gone.certificate or f"deletion {gone.id}, not finished"
