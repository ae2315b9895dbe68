"""Accepted batches → a reward model, a promotion decision, and the books."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from prefect import get_run_logger, task

from rampart.delivery.errors import MissingObjectError
from rampart.delivery.judged_rows import stored_rows
from rampart.ledger.batch_rows import BatchKey, BatchRow
from rampart.ledger.deletion.said import still_held
from rampart.ledger.errors import DataDeletedError
from rampart.ledger.hashed import hashed
from rampart.ledger.looks import note_look
from rampart.ledger.models import PromotionRecord, TrainingRun, record_skip, record_training
from rampart.ledger.outbox import TRAINING, OutboxRow, pending
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.run import NothingToTrain, RetrainOutcome, retrain
from rampart.retrain.snapshot import BatchData
from rampart.settings import Settings
from tasks.evaluation import benchmarks_named, sets_to_keep_clear_of
from tasks.policy import STAGE
from tasks.training_plan import planned, terms_today, waits_for_a_person
from tasks.workspace import Workspace, terms_of


@dataclass(frozen=True)
class Trained:
    """A finished training: by which backend, under which contracts, and the champion it was held against.

    `batches` are (contract id, week, revision) of what it was trained on, `file_digests` the SHA-256 of each
    of its files, `compared_with` is that champion's run id; None for the first. `linear` is how its terms
    have the embedded model trained, whatever backend trained this one.
    """

    outcome: RetrainOutcome
    backend: str
    contract_digests: tuple[str, ...]
    batches: tuple[tuple[str, int, int], ...]
    file_digests: Mapping[str, str]
    compared_with: str | None
    linear: LinearConfig


@task(**STAGE)
def requests(
    place: Workspace, program: str | None = None, patient: bool = False, by_hand: bool = False
) -> tuple[OutboxRow, ...]:
    """What no training has answered yet, in the order it is to be answered.

    `patient` leaves out programmes whose next request failed and rests until its next try. What a contract
    lets train only by hand (``training.retrain``) is answered where a person asks: `by_hand`.
    """
    asked = [row for row in pending(place.books, *TRAINING) if program in (None, row.program)]
    asked = [row for row in asked if by_hand or not waits_for_a_person(place, row)]
    resting = {row.program for row in asked if row.resting} if patient else set[str]()
    # Weeks before contracts, as `_scope` counts: a model never knows less than the one before it.
    order = sorted(asked, key=lambda row: (row.as_of, row.week, row.contract_id, row.revision))
    return tuple(row for row in order if row.program not in resting)


@task(**{**STAGE, "timeout_seconds": None})  # the wait for the trainer has a limit of its own
def train_on(place: Workspace, request: OutboxRow) -> Trained | NothingToTrain:
    """Train and evaluate on everything accepted up to the batch that asked, and compare with the champion.

    The look at the batch's data is booked before it is taken (`rampart.ledger.looks`).
    """
    plan = planned(place, request)
    if isinstance(plan, NothingToTrain):
        return plan
    before, config = plan.compared_with, plan.config
    sets = sets_to_keep_clear_of(place, terms_today(place, request))
    batches = tuple(batch for batch, _ in plan.batches)
    data = [_batch_data(place, batch, right.may("evaluate")) for batch, right in plan.batches]
    trigger = BatchKey(request.contract_id, request.week, request.revision)
    look = partial(_look, place, request.program, trigger, before, request.as_of)
    outcome = retrain(
        data,
        before,
        config,
        place.store,
        rules=plan.rules,
        look=look,
        sets=sets,
        benchmarks=benchmarks_named(place, plan.terms),
        timeout_s=Settings().train_timeout_s,
    )
    if isinstance(outcome, NothingToTrain):
        return outcome
    digests = tuple(sorted({batch.contract_digest for batch in batches}))
    drawn = tuple((batch.contract_id, batch.week, batch.revision) for batch in batches)
    try:
        files = {key.rsplit("/", 1)[-1]: hashed(place.store, key, 0).sha256 for key in outcome.artefacts}
    except MissingObjectError:
        if still_held(place.books, batches) == batches:
            raise
        return train_on.fn(place, request)  # without the week whose data were deleted meanwhile
    return Trained(outcome, config.backend, digests, drawn, files, before, config.linear)


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


def _look(  # noqa: PLR0917 (bound in the order they are known, the run last)
    place: Workspace, program: str, trigger: BatchKey, before: str | None, as_of: datetime, run_id: str
) -> int:
    return note_look(place.books, program, trigger, run_id, before, as_of)


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
        terms.version,
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
        batches=trained.batches,
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
            **({"dropped_overlong": float(outcome.dropped_overlong)} if outcome.dropped_overlong else {}),
            **outcome.evaluation.metrics,
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
