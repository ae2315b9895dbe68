"""What a request for training asks for: which batches, under which terms, how, and against which champion."""

from dataclasses import dataclass, replace

from contracts.model import Contract
from contracts.versions.reach import in_order
from rampart.ledger.batch_rows import EVERYTHING, BatchKey, BatchRow, accepted_batches, batch_named
from rampart.ledger.contracts import contract_versions
from rampart.ledger.deletion.said import deletion_of, still_held
from rampart.ledger.models import champion
from rampart.ledger.outbox import OutboxRow
from rampart.ledger.rights.judgement import Answer
from rampart.ledger.rights.lineage import Lineage
from rampart.ledger.states import ACCEPTED
from rampart.retrain.config import TrainConfig
from rampart.retrain.labelling import Labelling
from rampart.retrain.rules import Rules, rules_of
from rampart.retrain.run import NothingToTrain
from rampart.retrain.trainers_file import trainers
from rampart.settings import Settings
from tasks.workspace import Workspace, terms_of


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


def config_of(terms: Contract, settings: Settings) -> TrainConfig:
    """How to train: the contract says who trains on which labels of what, the trainers file the rest."""
    here, labelling = trainers(settings), Labelling.under(terms.training)
    return replace(
        TrainConfig.under(terms),
        trl=replace(here.trl, labelling=labelling),
        command=None if here.command is None else replace(here.command, labelling=labelling),
    )


def terms_today(place: Workspace, request: OutboxRow) -> tuple[Contract, ...]:
    """The terms known and in force at the moment of the request, of every contract of the programme."""
    at = request.as_of
    rows = [row for row in contract_versions(place.books) if row.program == request.program]
    known = [row for row in rows if row.as_of <= at and (row.effective is None or row.effective <= at)]
    latest = {row.contract_id: row.digest for row in in_order(known)}
    return tuple(terms_of(digest, place) for _, digest in sorted(latest.items()))


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


def _asks(request: OutboxRow, batch: BatchRow) -> bool:
    """Is it the week whose acceptance asks for the training?"""
    same = (batch.contract_id, batch.week) == (request.contract_id, request.week)
    return same and request.topic == "batch.accepted"


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
