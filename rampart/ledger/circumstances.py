"""What beside a delivery's own counts decides on its money: when its week arrived, what came before it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from contracts.model import Contract
from rampart.ledger.chain import contract_stream, events
from rampart.ledger.engine import reading
from rampart.ledger.rework import Delivered
from rampart.ledger.tables import Batch, FileLine

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Circumstances:
    """`late_days`: days begun between the due moment and the week's first arrival; 0 where the books name no
    arrival. `earlier`: the week's deliveries before this one, as they were last counted.
    """

    late_days: int = 0
    earlier: tuple[Delivered, ...] = ()


USUAL = Circumstances()


def circumstances(engine: Engine, contract: Contract, week: int, delivery_id: str) -> Circumstances:
    """Those of a delivery that is judged now; see `circumstances_in`."""
    if not _matter(contract):
        return USUAL
    with reading(engine) as session:
        return circumstances_in(session, contract, week, delivery_id)


def circumstances_in(
    session: Session, contract: Contract, week: int, delivery_id: str, before: int | None = None
) -> Circumstances:
    """As `contract` asks about them; `before` is the revision that is priced, None for the next one."""
    if not _matter(contract):
        return USUAL
    arrived = _first_arrival(session, contract.contract_id, week)
    return Circumstances(
        late_days=days_begun(contract.term.due(week), arrived) if arrived else 0,
        earlier=_earlier(session, contract.contract_id, week, delivery_id, before),
    )


def days_begun(due: datetime, arrived: datetime) -> int:
    """Days of 24 hours begun after `due` until `arrived`: one second late is one day, in time is none."""
    return max(0, -((due - arrived) // _DAY))


def _matter(contract: Contract) -> bool:
    return contract.ramp.credits.late_day > 0 or contract.redelivery.price == "free"


def _first_arrival(session: Session, contract_id: str, week: int) -> datetime | None:
    """When the first delivery of the week lay complete in the drop, where its `batch.received` says so."""
    taken_in = (
        event.payload
        for event in events(session, contract_stream(contract_id))
        if event.kind == "batch.received" and event.payload["week"] == week
    )
    arrived = next(taken_in, {}).get("arrived")
    return datetime.fromisoformat(arrived).astimezone(UTC) if arrived else None


def _earlier(
    session: Session, contract_id: str, week: int, delivery_id: str, before: int | None
) -> tuple[Delivered, ...]:
    """Counts of the deliveries before; of each its last judgement. This delivery's own are left out."""
    counted = (
        select(Batch.revision, Batch.delivery_id, func.sum(FileLine.accepted), func.sum(FileLine.discarded))
        .join(FileLine, col(FileLine.batch_id) == col(Batch.id))
        .where(Batch.contract_id == contract_id, Batch.week == week)
        .group_by(col(Batch.revision), col(Batch.delivery_id))
        .order_by(col(Batch.revision))
    )
    rows = [row for row in session.exec(counted) if before is None or row[0] < before]
    runs = [(name, list(group)[-1]) for name, group in groupby(rows, key=lambda row: row[1])]
    if runs and runs[-1][0] == delivery_id:
        runs.pop()
    return tuple((int(accepted), int(discarded)) for _, (_, _, accepted, discarded) in runs)
