"""Accepted batches → a reward model, a promotion decision, and the books."""

import sys
from datetime import datetime

from prefect import get_run_logger, task

from contracts.model import Contract
from rampart.delivery.tables import fetch_table
from rampart.ledger.batch_rows import BatchRow, accepted_batches
from rampart.ledger.models import PromotionRecord, TrainingRun, champion, record_skip, record_training
from rampart.ledger.outbox import OutboxRow, pending
from rampart.retrain.config import TrainConfig
from rampart.retrain.run import NothingToTrain, RetrainOutcome, retrain
from rampart.retrain.snapshot import BatchData
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_of

EVERYTHING = (sys.maxsize, "")  # up to any week of any contract


@task(**STAGE)
def requests(place: Workspace, program: str | None = None) -> tuple[OutboxRow, ...]:
    """Accepted revisions that no training has answered yet, in the order they are to be answered."""
    return tuple(row for row in pending(place.books, "batch.accepted") if program in (None, row.program))


@task(**STAGE)
def train_on(place: Workspace, request: OutboxRow) -> RetrainOutcome | NothingToTrain:
    """Train and evaluate on everything accepted up to the batch that asked, and compare with the champion.

    The scope is fixed by the request, not by the clock: a rerun, or a late one, trains on the same data.
    """
    terms = _terms(place, request)
    if terms.training.backend == "none":
        return NothingToTrain("The contract asks for no training (training.backend: none).")
    batches = _scope(place, request)
    data = [_batch_data(place, batch) for batch in batches]
    config = TrainConfig(backend=terms.training.backend, promotion_margin=terms.training.promotion_margin)
    return retrain(data, champion(place.books, request.program), config, place.store)


@task(**STAGE)
def book_training(
    place: Workspace, request: OutboxRow, outcome: RetrainOutcome | NothingToTrain, as_of: datetime
) -> str:
    """Write the training into the books and finish the request: one transaction. Gives the reason."""
    if isinstance(outcome, NothingToTrain):
        record_skip(place.books, request.id, outcome.reason, as_of)
        return outcome.reason
    terms = _terms(place, request)
    record_training(
        place.books,
        request.id,
        _run(request, outcome, terms.training.backend, _scope(place, request)),
        _decision(outcome, champion(place.books, request.program)),
        as_of,
    )
    get_run_logger().info("%s: %s", outcome.run_id[:12], outcome.decision.reason)
    return outcome.decision.reason


def _scope(place: Workspace, request: OutboxRow) -> tuple[BatchRow, ...]:
    """What was accepted by the moment of the request; batches of one moment count in the order of weeks."""
    asked = (request.as_of, request.week, request.contract_id)
    accepted = accepted_batches(place.books, request.program, EVERYTHING)
    return tuple(batch for batch in accepted if (batch.as_of, batch.week, batch.contract_id) <= asked)


def _terms(place: Workspace, request: OutboxRow) -> Contract:
    """The terms the accepted batch was judged under."""
    digests = {
        (batch.contract_id, batch.week, batch.revision): batch.contract_digest
        for batch in _scope(place, request)
    }
    return terms_of(digests[request.contract_id, request.week, request.revision], place)


def _batch_data(place: Workspace, batch: BatchRow) -> BatchData:
    terms = terms_of(batch.contract_digest, place)
    return BatchData(
        batch.contract_id,
        batch.week,
        batch.revision,
        batch.contract_digest,
        terms.annotation.aggregation,
        fetch_table(place.store, batch.artefacts["accepted"]),
    )


def _run(
    request: OutboxRow, outcome: RetrainOutcome, backend: str, batches: tuple[BatchRow, ...]
) -> TrainingRun:
    accuracy = outcome.evaluation.accuracy
    # With too few prompts to resample there is no interval: the one that says nothing is 0 to 1.
    low, high = (0.0, 1.0) if accuracy.low is None or accuracy.high is None else (accuracy.low, accuracy.high)
    return TrainingRun(
        run_id=outcome.run_id,
        program=request.program,
        trigger=(request.contract_id, request.week, request.revision),
        data_digest=outcome.data_digest,
        config_digest=outcome.config_digest,
        code_digest=outcome.code_digest,
        contract_digests=tuple(sorted({batch.contract_digest for batch in batches})),
        artefacts={key.rsplit("/", 1)[-1]: key for key in outcome.artefacts},
        backend=backend,
        n_train=outcome.n_train,
        n_holdout=outcome.n_holdout,
        accuracy=accuracy.value,
        accuracy_low=low,
        accuracy_high=high,
        metrics={"log_loss": outcome.evaluation.log_loss, "ece": outcome.evaluation.ece},
    )


def _decision(outcome: RetrainOutcome, before: str | None) -> PromotionRecord:
    decision = outcome.decision
    return PromotionRecord(
        decision.promoted,
        before,
        decision.difference,
        decision.low,
        decision.high,
        decision.n,
        decision.reason,
    )
