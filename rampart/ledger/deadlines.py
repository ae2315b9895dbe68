"""Until when something may be done: whole days of the contract's time zone, to the end of the last."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.chain import contract_stream, events
from rampart.ledger.states import SETTLED


def end_of(begun: datetime, days: int, timezone: str) -> datetime:
    """The first moment after `days` whole local days, not counting the day of `begun`; UTC."""
    zone = ZoneInfo(timezone)
    day = begun.astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(day, time(), zone).astimezone(begun.tzinfo)


def judged_at(session: Session, batch: BatchKey) -> datetime | None:
    """When the pack of a judgement was written: as of its settlement, whatever was decided since."""
    kinds = {f"batch.{state}" for state in SETTLED}
    found = (
        event.as_of
        for event in events(session, contract_stream(batch.contract_id))
        if event.kind in kinds
        and "settlement" in event.payload
        and (event.payload["week"], event.payload["revision"]) == (batch.week, batch.revision)
    )
    return next(found, None)


def rounds(session: Session, contract_id: str, week: int) -> int:
    """How many redeliveries of a week were taken in: deliveries that replace another one."""
    taken = {
        event.payload["delivery_id"]
        for event in events(session, contract_stream(contract_id))
        if event.kind == "batch.received" and event.payload["week"] == week and event.payload["replaces"]
    }
    return len(taken)
