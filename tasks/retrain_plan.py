"""What a retraining would do, without doing it: the same plan, told instead of carried out."""

from dataclasses import dataclass, replace

from rampart.ledger.batch_rows import BatchKey, BatchRow
from rampart.ledger.engine import reading
from rampart.ledger.looks import looks_in
from rampart.ledger.outbox import OutboxRow
from rampart.ledger.read import batch_detail
from rampart.retrain.rules import Rules
from rampart.retrain.run import NothingToTrain
from tasks.retrain import planned, requests, waits_for_a_person
from tasks.workspace import Workspace


@dataclass(frozen=True)
class PlannedBatch:
    """A batch in scope: trained on, or left out with the reason in `note`."""

    name: str
    accepted: int
    used: bool
    note: str


@dataclass(frozen=True)
class Planned:
    """One request and what answering it would do. `nothing` says why nothing would be trained.

    `compared_with` is the champion's run now; `after` counts the requests of the programme that come first
    and may change it. `look` is the least number this look at the week's data would have.
    """

    program: str
    topic: str
    contract_id: str
    week: int
    revision: int
    why: str
    by_hand: bool
    after: int
    look: int
    nothing: str = ""
    backend: str = ""
    config_digest: str = ""
    compared_with: str | None = None
    rules: tuple[str, ...] = ()
    batches: tuple[PlannedBatch, ...] = ()


def plans(place: Workspace, program: str | None = None) -> tuple[Planned, ...]:
    """What `rampart retrain` would answer now, in that order. Nothing is written."""
    found: list[Planned] = []
    for request in requests.fn(place, program, by_hand=True):
        before = sum(one.program == request.program and not one.nothing for one in found)
        found.append(_planned(place, request, before))
    return tuple(found)


def _planned(place: Workspace, request: OutboxRow, after: int) -> Planned:
    plan = planned(place, request)
    key, hand = (
        BatchKey(request.contract_id, request.week, request.revision),
        waits_for_a_person(place, request),
    )
    told = Planned(
        program=request.program,
        topic=request.topic,
        contract_id=request.contract_id,
        week=request.week,
        revision=request.revision,
        why=_why(request, key, hand),
        by_hand=hand,
        after=after,
        look=_look(place, request),
    )
    if isinstance(plan, NothingToTrain):
        return replace(told, nothing=plan.reason)
    return replace(
        told,
        backend=plan.config.backend,
        config_digest=plan.config.digest,
        compared_with=plan.compared_with,
        rules=_rules(plan.config.promotion_margin, plan.rules),
        batches=_batches(place, plan.batches, plan.left_out),
    )


def _why(request: OutboxRow, key: BatchKey, hand: bool) -> str:
    if request.topic == "batch.withdrawn":
        why = f"{key} was taken back after a model learnt from it"
    else:
        why = f"{key} was accepted at {request.as_of:%Y-%m-%d %H:%M} UTC and no training has answered it"
    return f"{why}; its contract lets only a person start it (training.retrain: by_hand)" if hand else why


def _look(place: Workspace, request: OutboxRow) -> int:
    with reading(place.books) as session:
        return len(looks_in(session, request.program, request.contract_id, request.week)) + 1


def _rules(margin: float, rules: Rules) -> tuple[str, ...]:
    return (
        f"a loss of at most {margin:.3f} overall (training.promotion_margin)",
        *(
            f"a loss of at most {one.margin:.3f} on each {one.name} ({one.clause})"
            for one in rules.protections
        ),
        *(f"{one.name} from {one.least} to {one.most} ({one.clause})" for one in rules.limits),
    )


def _batches(
    place: Workspace, used: tuple[tuple[BatchRow, object], ...], left_out: tuple[tuple[BatchRow, str], ...]
) -> tuple[PlannedBatch, ...]:
    trained = [(batch, "") for batch, _ in used]
    return tuple(
        PlannedBatch(str(batch.key), _accepted(place, batch), not note, note and f"left out: {note}")
        for batch, note in sorted((*trained, *left_out), key=lambda one: one[0].key)
    )


def _accepted(place: Workspace, batch: BatchRow) -> int:
    detail = batch_detail(place.books, batch.contract_id, batch.week, batch.revision)
    return sum(file.accepted for file in detail.files)
