"""What needs a person now: held batches, late and refused deliveries, samples to review."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Engine

from dashboard.links import row_url, week_url
from dashboard.pages.to_review import review_needs
from rampart.ledger.read import RampRow, batch_detail
from rampart.showing import words

Need = Literal["held", "refused", "late", "review"]
_URGENCY: tuple[Need, ...] = ("held", "refused", "late", "review")


@dataclass(frozen=True)
class Attention:
    """One thing to decide or to chase."""

    need: Need
    vendor: str
    contract_id: str
    week: int
    sentence: str
    todo: str
    href: str


def needs_a_person(engine: Engine, rows: Iterable[RampRow]) -> tuple[Attention, ...]:
    """Held first, then refused, late, and to review; within each in the order of `rows`."""
    opened = [row for row in rows if row.revision is not None]
    found = [need for row in opened for need in (_standing(row), _refused(engine, row)) if need]
    found += [_need(row, "review", sentence, todo) for row, sentence, todo in review_needs(engine, opened)]
    return tuple(sorted(found, key=lambda need: _URGENCY.index(need.need)))


def _standing(row: RampRow) -> Attention | None:
    if row.state == "held":
        todo = "Read the verdicts; then a named person accepts or rejects it, with a reason."
        return _need(row, "held", row.state_reason, todo)
    if row.state == "late":
        sentence = f"It was due {words.moment(row.due)} and nothing has come."
        return _need(row, "late", sentence, f"Ask for the {words.count(row.planned)} planned records.")
    return None


def _refused(engine: Engine, row: RampRow) -> Attention | None:
    """The last refusal of the week, unless a delivery was taken in after it."""
    detail = batch_detail(engine, row.contract_id, row.week)
    refused = [event for event in detail.events if event.kind == "delivery.refused"]
    taken = [event.seq for event in detail.events if event.kind == "batch.received"]
    if not refused or refused[-1].seq < max(taken, default=0):
        return None
    return Attention(
        "refused",
        row.vendor,
        row.contract_id,
        row.week,
        str(refused[-1].payload["problem"]),
        "Send the vendor this sentence; nothing was taken in.",
        week_url(row.contract_id, row.week, anchor="events"),
    )


def _need(row: RampRow, need: Need, sentence: str, todo: str) -> Attention:
    href = row_url(row, {"held": "verdicts", "review": "review"}.get(need, ""))
    return Attention(need, row.vendor, row.contract_id, row.week, sentence, todo, href or "")
