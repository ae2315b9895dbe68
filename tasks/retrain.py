"""Accepted batches → a reward model, a promotion decision, and the books."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from prefect import get_run_logger, task

from contracts.model import Contract
from rampart.delivery.errors import MissingObjectError
from rampart.delivery.judged_rows import stored_rows
from rampart.ledger.batch_rows import EVERYTHING, BatchRow, accepted_batches
from rampart.ledger.deletion.said import deletion_of, still_held
from rampart.ledger.errors import DataDeletedError
from rampart.ledger.hashed import hashed
from rampart.ledger.models import PromotionRecord, TrainingRun, champion, record_skip, record_training
from rampart.ledger.outbox import OutboxRow, pending
from rampart.ledger.rights.lineage import Lineage
from rampart.retrain.config import TrainConfig
from rampart.retrain.run import NothingToTrain, RetrainOutcome, retrain
from rampart.retrain.snapshot import BatchData
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_of


@dataclass(frozen=True)
class Trained:
    """A finished training: by which backend, under which contracts, and the champion it was held against.

    `weeks` are (contract id, week) of what it was trained on, `file_digests` the SHA-256 of each of its
    files, `compared_with` is that champion's run id; None for the first.
    """

    outcome: RetrainOutcome
    backend: str
    contract_digests: tuple[str, ...]
    weeks: tuple[tuple[str, int], ...]
    file_digests: Mapping[str, str]
    compared_with: str | None


@task(**STAGE)
def requests(place: Workspace, program: str | None = None, patient: bool = False) -> tuple[OutboxRow, ...]:
    """Accepted revisions that no training has answered yet, in the order they are to be answered.

    `patient` leaves out programmes whose next request failed and rests until its next try.
    """
    asked = [row for row in pending(place.books, "batch.accepted") if program in (None, row.program)]
    resting = {row.program for row in asked if row.resting} if patient else set[str]()
    # Weeks before contracts, as `_scope` counts: a model never knows less than the one before it.
    order = sorted(asked, key=lambda row: (row.as_of, row.week, row.contract_id, row.revision))
    return tuple(row for row in order if row.program not in resting)


@task(**STAGE)
def train_on(place: Workspace, request: OutboxRow) -> Trained | NothingToTrain:
    """Train and evaluate on everything accepted up to the batch that asked, and compare with the champion.

    The scope is fixed by the request, not by the clock: a rerun, or a late one, trains on the same data.
    What any terms that bind it at that moment keep out of training, or of evaluation, is kept out.
    """
    terms = _terms(place, request)
    if terms is None:
        asked = f"{request.contract_id} week {request.week} revision {request.revision}"
        return NothingToTrain(f"{asked} was superseded before it was trained on.")
    if why := _barred(place, request, terms):
        return NothingToTrain(why)
    scope = still_held(place.books, _scope(place, request))
    rights = Lineage(place.books, lambda digest: terms_of(digest, place), request.as_of).batches(scope)
    allowed = [(batch, right) for batch, right in zip(scope, rights, strict=True) if right.may("train")]
    batches = tuple(batch for batch, _ in allowed)
    for batch, right in zip(scope, rights, strict=True):
        if (batch.contract_id, batch.week) == (request.contract_id, request.week) and not right.may("train"):
            return NothingToTrain(f"It may not be trained on. {'; '.join(right.because)}.")
    data = [_batch_data(place, batch, right.may("evaluate")) for batch, right in allowed]
    config = TrainConfig(backend=terms.training.backend, promotion_margin=terms.training.promotion_margin)
    before = champion(place.books, request.program)
    outcome = retrain(data, before, config, place.store)
    if isinstance(outcome, NothingToTrain):
        return outcome
    digests = tuple(sorted({batch.contract_digest for batch in batches}))
    weeks = tuple((batch.contract_id, batch.week) for batch in batches)
    try:
        files = {key.rsplit("/", 1)[-1]: hashed(place.store, key, 0).sha256 for key in outcome.artefacts}
    except MissingObjectError:
        if still_held(place.books, batches) == batches:
            raise
        return train_on.fn(place, request)  # without the week whose data were deleted meanwhile
    return Trained(outcome, config.backend, digests, weeks, files, before)


@task(**STAGE)
def book_training(
    place: Workspace, request: OutboxRow, trained: Trained | NothingToTrain, as_of: datetime
) -> str | None:
    """Write the training into the books and finish the request: one transaction. Gives the reason.

    None where data it was trained on were deleted meanwhile: nothing is written, train again without them.
    """
    if isinstance(trained, NothingToTrain):
        record_skip(place.books, request.id, trained.reason, as_of)
        return trained.reason
    try:
        record_training(place.books, request.id, _run(request, trained), _decision(trained), as_of)
    except DataDeletedError as error:
        get_run_logger().warning("%s", error)
        return None
    decided = trained.outcome.decision.reason
    get_run_logger().info("%s: %s", trained.outcome.run_id[:12], decided)
    return decided


def _barred(place: Workspace, request: OutboxRow, terms: Contract) -> str | None:
    """Why nothing may be trained on the batch that asked; None where it may."""
    if not terms.rights.train:
        return "The contract does not allow training on the data (rights.train)."
    if terms.training.backend == "none":
        return "The contract asks for no training (training.backend: none)."
    gone = deletion_of(place.books, request.contract_id, request.week)
    return f"{gone.sentence(request.week)}." if gone else None


def _scope(place: Workspace, request: OutboxRow) -> tuple[BatchRow, ...]:
    """What was accepted by the moment of the request; batches of one moment count in the order of weeks."""
    asked = (request.as_of, request.week, request.contract_id)
    accepted = accepted_batches(place.books, request.program, EVERYTHING)
    return tuple(batch for batch in accepted if (batch.as_of, batch.week, batch.contract_id) <= asked)


def _terms(place: Workspace, request: OutboxRow) -> Contract | None:
    """The terms the accepted batch was judged under; None when a later revision has taken its place."""
    digests = {
        (batch.contract_id, batch.week, batch.revision): batch.contract_digest
        for batch in _scope(place, request)
    }
    digest = digests.get((request.contract_id, request.week, request.revision))
    return None if digest is None else terms_of(digest, place)


def _batch_data(place: Workspace, batch: BatchRow, evaluate: bool) -> BatchData:
    terms = terms_of(batch.contract_digest, place)
    return BatchData(
        batch.contract_id,
        batch.week,
        batch.revision,
        batch.contract_digest,
        terms.annotation.aggregation,
        terms.annotation.scheme,
        stored_rows(place.store, batch.artefacts).accepted(),
        terms.vendor.id,
        terms.term.start + timedelta(weeks=batch.week - 1),
        terms.on_policy.allowed(batch.week),
        evaluate,
    )


def _run(request: OutboxRow, trained: Trained) -> TrainingRun:
    outcome = trained.outcome
    accuracy = outcome.evaluation.accuracy
    # With too few prompts to resample there is no interval: the one that says nothing is 0 to 1.
    low, high = (0.0, 1.0) if accuracy.low is None or accuracy.high is None else (accuracy.low, accuracy.high)
    return TrainingRun(
        run_id=outcome.run_id,
        program=request.program,
        trigger=(request.contract_id, request.week, request.revision),
        weeks=trained.weeks,
        data_digest=outcome.data_digest,
        config_digest=outcome.config_digest,
        code_digest=outcome.code_digest,
        contract_digests=trained.contract_digests,
        artefacts={key.rsplit("/", 1)[-1]: key for key in outcome.artefacts},
        digests=trained.file_digests,
        backend=trained.backend,
        n_train=outcome.n_train,
        n_holdout=outcome.n_holdout,
        accuracy=accuracy.value,
        accuracy_low=low,
        accuracy_high=high,
        metrics={
            "log_loss": outcome.evaluation.log_loss,
            "ece": outcome.evaluation.ece,
            **outcome.probes.metrics,
        },
    )


def _decision(trained: Trained) -> PromotionRecord:
    decision = trained.outcome.decision
    return PromotionRecord(
        decision.promoted,
        trained.compared_with,
        decision.difference,
        decision.low,
        decision.high,
        decision.n,
        decision.reason,
    )
