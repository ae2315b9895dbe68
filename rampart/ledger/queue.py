"""The review queue: what vendors contest and nobody has answered, the most urgent first."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from rampart.ledger.disputes import Dispute, open_disputes

_NEVER = datetime.max.replace(tzinfo=UTC)


def queue(engine: Engine) -> tuple[Dispute, ...]:
    """Open disputes of all contracts: by the day their answer is due, then the oldest first."""

    def urgency(one: Dispute) -> tuple[datetime, datetime, str, int]:
        return (one.answer_by or _NEVER, one.opened_at or _NEVER, one.contract_id, one.week)

    return tuple(sorted(open_disputes(engine), key=urgency))


def age_days(dispute: Dispute, now: datetime) -> int:
    """Whole days since a dispute was opened; 0 in books that do not say when."""
    return max(0, (now - (dispute.opened_at or now)).days)


def answer_due(dispute: Dispute, now: datetime) -> str:
    """When the buyer's answer is due, as people read it: the end of a day is that day."""
    if dispute.answer_by is None:
        return "without a day"
    late = (now - dispute.answer_by).days + 1
    plural = "s" if late != 1 else ""
    overdue = f", overdue by {late} day{plural}" if dispute.overdue(now) else ""
    return f"before {dispute.answer_by:%Y-%m-%d %H:%M} UTC{overdue}"
