"""The review queue: what vendors contest, why it was discarded, what they say, and when an answer is due."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine

from dashboard.pages.missing import ReadArtefact
from rampart.delivery.errors import DeliveryError
from rampart.ledger.contested import Contest, contested, discards_in
from rampart.ledger.disputes import Dispute, every_dispute
from rampart.ledger.engine import reading
from rampart.ledger.queue import age_days, answer_due, queue
from rampart.ledger.read import batch_detail

MOST_SHOWN = 20  # contested records of one dispute; `rampart dispute show --json` gives all


@dataclass(frozen=True)
class Waiting:
    """One open dispute: `records` are the first it contests, or `problem` says why they cannot be shown."""

    dispute: Dispute
    age_days: int
    answer: str
    overdue: bool
    records: tuple[Contest, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class DisputesPage:
    """`/disputes`: what waits for a ruling, the most urgent first, and what was ruled."""

    waiting: tuple[Waiting, ...] = field(
        metadata={"help": "Open disputes with their first records, by the day their answer is due."}
    )
    ruled: tuple[Dispute, ...] = field(metadata={"help": "Disputes that were ruled on, the newest first."})


def disputes_page(engine: Engine, read: ReadArtefact, now: datetime | None = None) -> DisputesPage:
    """Read the page; `now` is what ages are told by."""
    at = now or datetime.now(UTC)
    with reading(engine) as session:
        ruled = [one for one in every_dispute(session) if one.ruling is not None]
    newest = sorted(ruled, key=lambda one: (one.opened_at or at, one.dispute_id), reverse=True)
    waiting = tuple(_waiting(engine, read, one, at) for one in queue(engine))
    return DisputesPage(waiting, tuple(newest))


def _waiting(engine: Engine, read: ReadArtefact, one: Dispute, now: datetime) -> Waiting:
    found: tuple[Contest, ...] = ()
    problem = ""
    try:
        fates = batch_detail(engine, one.contract_id, one.week).artefacts.get("fates")
        lost = discards_in(read(fates) if fates else None, fates or "")
        found = contested(one, read(one.object_key), lost)[:MOST_SHOWN]
    except DeliveryError as error:
        problem = str(error)
    return Waiting(one, age_days(one, now), answer_due(one, now), one.overdue(now), found, problem)
