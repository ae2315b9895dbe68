"""Accepted batches → a reward model, a promotion decision, and the books."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from prefect import get_run_logger, task

from contracts.model import Contract
from contracts.versions.reach import in_order
from rampart.delivery.errors import MissingObjectError
from rampart.delivery.judged_rows import stored_rows
from rampart.ledger.batch_rows import EVERYTHING, BatchKey, BatchRow, accepted_batches, batch_named
from rampart.ledger.contracts import contract_versions
from rampart.ledger.deletion.said import deletion_of, still_held
from rampart.ledger.errors import DataDeletedError
from rampart.ledger.hashed import hashed
from rampart.ledger.looks import note_look
from rampart.ledger.models import PromotionRecord, TrainingRun, champion, record_skip, record_training
from rampart.ledger.outbox import TRAINING, OutboxRow, pending
from rampart.ledger.rights.judgement import Answer
from rampart.ledger.rights.lineage import Lineage
from rampart.ledger.states import ACCEPTED
from rampart.retrain.config import TrainConfig
from rampart.retrain.labelling import Labelling
from rampart.retrain.rules import Rules, rules_of
from rampart.retrain.run import NothingToTrain, RetrainOutcome, retrain
from rampart.retrain.snapshot import BatchData
from rampart.retrain.trainers_file import trainers
from rampart.settings import Settings
from tasks.evaluation import benchmarks_named, sets_to_keep_clear_of
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_of


@dataclass(frozen=True)
class Trained:
    """A finished training: by which backend, under which contracts, and the champion it was held against.

    `batches` are (contract id, week, revision) of what it was trained on, `file_digests` the SHA-256 of each
    of its files, `compared_with` is that champion's run id; None for the first.
    """

    outcome: RetrainOutcome
    backend: str
    contract_digests: tuple[str, ...]
    batches: tuple[tuple[str, int, int], ...]
    file_digests: Mapping[str, str]
    compared_with: str | None


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


@dataclass(frozen=True)
class Plan:
    """What a request would train on, under which terms and how, and against which champion's run.

    `terms` are those of the batch that asks; `batches` are what is trained on, each with what may be done
    with it; `left_out` are batches in scope that may not be trained on, each with the reason.
    """

    terms: Contract
    batches: tuple[tuple[BatchRow, Answer], ...]
    left_out: tuple[tuple[BatchRow, str], ...]
    config: TrainConfig
    rules: Rules
    compared_with: str | None


def waits_for_a_person(place: Workspace, request: OutboxRow) -> bool:
    """Does the contract let the batch that asks be trained on only by hand (``training.retrain``)?"""
    digest = _digest(place, request)
    return digest is not None and terms_of(digest, place).training.retrain == "by_hand"


def planned(place: Workspace, request: OutboxRow) -> Plan | NothingToTrain:
    """What `train_on` does for a request, or why nothing is to be trained; nothing is written.

    The scope is fixed by the request, not by the clock: a rerun, or a late one, trains on the same data.
    What any terms that bind it at that moment keep out of training, or of evaluation, is kept out.
    """
    terms = _terms(place, request)
    if terms is None:
        asked = f"{request.contract_id} week {request.week} revision {request.revision}"
        return NothingToTrain(f"{asked} was superseded before it was trained on.")
    if why := _barred(place, request, terms):
        return NothingToTrain(why)
    in_scope = _scope(place, request)
    scope = still_held(place.books, in_scope)
    rights = Lineage(place.books, lambda digest: terms_of(digest, place), request.as_of).batches(scope)
    judged = tuple(zip(scope, rights, strict=True))
    for batch, right in judged:
        if _asks(request, batch) and not right.may("train"):
            return NothingToTrain(f"It may not be trained on. {'; '.join(right.because)}.")
    allowed = tuple((batch, right) for batch, right in judged if right.may("train"))
    deleted = tuple((batch, "its data were deleted") for batch in in_scope if batch not in scope)
    barred = tuple((batch, "; ".join(right.because)) for batch, right in judged if not right.may("train"))
    drawn = [terms_of(digest, place) for digest in sorted({batch.contract_digest for batch, _ in allowed})]
    return Plan(
        terms,
        allowed,
        (*deleted, *barred),
        config_of(terms, Settings()),
        rules_of(drawn),
        champion(place.books, request.program),
    )


@task(**{**STAGE, "timeout_seconds": None})  # the wait for the trainer has a limit of its own
def train_on(place: Workspace, request: OutboxRow) -> Trained | NothingToTrain:
    """Train and evaluate on everything accepted up to the batch that asked, and compare with the champion.

    The look at the batch's data is booked before it is taken (`rampart.ledger.looks`).
    """
    plan = planned(place, request)
    if isinstance(plan, NothingToTrain):
        return plan
    before, config = plan.compared_with, plan.config
    sets = sets_to_keep_clear_of(place, _terms_today(place, request))
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
    return Trained(outcome, config.backend, digests, drawn, files, before)


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


def _asks(request: OutboxRow, batch: BatchRow) -> bool:
    """Is it the week whose acceptance asks for the training?"""
    same = (batch.contract_id, batch.week) == (request.contract_id, request.week)
    return same and request.topic == "batch.accepted"


def config_of(terms: Contract, settings: Settings) -> TrainConfig:
    """How to train: the contract says who trains on which labels of what, the trainers file the rest."""
    here, labelling = trainers(settings), Labelling.under(terms.training)
    return replace(
        TrainConfig.under(terms),
        trl=replace(here.trl, labelling=labelling),
        command=None if here.command is None else replace(here.command, labelling=labelling),
    )


def _barred(place: Workspace, request: OutboxRow, terms: Contract) -> str | None:
    """Why nothing may be trained for the batch that asked; None where it may."""
    if terms.training.backend == "none":
        return "The contract asks for no training (training.backend: none)."
    if request.topic == "batch.withdrawn":  # its own data are not trained on any more
        return None
    if not terms.rights.train:
        return "The contract does not allow training on the data (rights.train)."
    gone = deletion_of(place.books, request.contract_id, request.week)
    return f"{gone.sentence(request.week)}." if gone else None


def _scope(place: Workspace, request: OutboxRow) -> tuple[BatchRow, ...]:
    """What was accepted by the moment of the request; batches of one moment count in the order of weeks."""
    asked = (request.as_of, request.week, request.contract_id)
    accepted = accepted_batches(place.books, request.program, EVERYTHING)
    return tuple(batch for batch in accepted if (batch.as_of, batch.week, batch.contract_id) <= asked)


def _terms(place: Workspace, request: OutboxRow) -> Contract | None:
    """The terms of the batch that asks; None when a later revision has taken its place meanwhile."""
    digest = _digest(place, request)
    return None if digest is None else terms_of(digest, place)


def _digest(place: Workspace, request: OutboxRow) -> str | None:
    """Of the terms that judged the batch that asks. One that was taken back asks all the same."""
    key = BatchKey(request.contract_id, request.week, request.revision)
    batch = batch_named(place.books, key)
    stands = request.topic == "batch.withdrawn" or batch.state in ACCEPTED
    return batch.contract_digest if stands else None


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


def _terms_today(place: Workspace, request: OutboxRow) -> tuple[Contract, ...]:
    """The terms known and in force at the moment of the request, of every contract of the programme."""
    at = request.as_of
    rows = [row for row in contract_versions(place.books) if row.program == request.program]
    known = [row for row in rows if row.as_of <= at and (row.effective is None or row.effective <= at)]
    latest = {row.contract_id: row.digest for row in in_order(known)}
    return tuple(terms_of(digest, place) for _, digest in sorted(latest.items()))


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
