"""What a deletion would take: every object that holds a contract week's data, and nothing others rest on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.delivery.errors import DamagedReadError, DeliveryError
from rampart.delivery.listings import listings_prefix
from rampart.delivery.store import ObjectStore
from rampart.ledger.deletion.reach import Reach
from rampart.ledger.deletion.said import closed_weeks, deletions_in
from rampart.ledger.engine import reading
from rampart.ledger.errors import TransitionError, UnknownBatchError
from rampart.ledger.hashed import HashedObject, hashed
from rampart.ledger.named import Named, named_in_books
from rampart.ledger.states import STAGES
from rampart.ledger.tables import Batch, RmVersion

UNREADABLE = "unreadable"  # stands where a digest should, for an object that is damaged


@dataclass(frozen=True)
class Plan:
    """What would go (`objects`), what stays because other weeks hold the same bytes, which models used it.

    `seen` is what the books named when the plan was made, and `earlier` how many deletions of the contract
    they told of: it is carried out only if that is still so.
    """

    contract_id: str
    weeks: tuple[int, ...]
    objects: tuple[HashedObject, ...]
    shared: tuple[str, ...]
    models: tuple[str, ...]
    seen: frozenset[Named]
    earlier: int

    @property
    def bytes(self) -> int:
        """Size of all that would go."""
        return sum(one.bytes for one in self.objects)


def open_weeks(session: Session, contract_id: str, wanted: Iterable[int] | None = None) -> tuple[int, ...]:
    """The weeks of `wanted` (None: all) that are on the books and were not deleted before.

    Raises:
        UnknownBatchError: the contract has no week on the books at all.
        TransitionError: one of the weeks is being judged.
    """
    batches = session.exec(select(Batch).where(Batch.contract_id == contract_id)).all()
    if not batches:
        raise UnknownBatchError(f"{contract_id} has no week on the books; `rampart status` lists what is")
    closed = {week for gone in deletions_in(session, contract_id) for week in gone.weeks}
    asked = {batch.week for batch in batches if wanted is None or batch.week in set(wanted)} - closed
    for batch in batches:
        if batch.week in asked and batch.state in STAGES:
            raise TransitionError(
                f"{contract_id} week {batch.week} is being judged ({batch.state}); let the next round finish "
                "it, then delete"
            )
    return tuple(sorted(asked))


def plan_deletion(
    engine: Engine, store: ObjectStore, contract_id: str, wanted: Iterable[int] | None = None
) -> Plan:
    """What deleting the data of these weeks takes; see `open_weeks` for what is refused.

    Taken are the landed files of every delivery, the refused ones too; everything published about the weeks;
    and the training sets drawn from them, whoever else's data they hold beside. Weeks nothing was ever
    delivered for are left out: they stay open. Weeks that were deleted before are looked through again, and
    are in the plan where something lies there: left by work that was going on meanwhile, or brought back.
    """
    asked = None if wanted is None else frozenset(wanted)
    with reading(engine) as session:
        fresh = open_weeks(session, contract_id, asked)
        named = frozenset(named_in_books(session))
        gone = deletions_in(session)
    fresh = tuple(week for week in fresh if store.list(listings_prefix(contract_id, week)))
    closed = closed_weeks(gone)
    again = {week for of, week in closed if of == contract_id and (asked is None or week in asked)}
    reach = Reach(store, named, closed | {(contract_id, week) for week in fresh})
    keys = {week: reach.keys(contract_id, week) for week in (*fresh, *again)}
    there = tuple(_sized(store, sorted(frozenset[str]().union(*keys.values()) - reach.others)))
    left = {one.key for one in there}
    weeks = tuple(sorted(week for week in keys if week in fresh or keys[week] & left))
    return Plan(
        contract_id,
        weeks,
        there,
        tuple(sorted(frozenset[str]().union(*(keys[week] for week in weeks)) & reach.others)),
        _models(engine, reach.datasets((contract_id, week) for week in weeks)),
        named,
        sum(found.contract_id == contract_id for found in gone),
    )


def _sized(store: ObjectStore, keys: list[str]) -> Iterator[HashedObject]:
    for key in keys:
        info = next((info for info in store.list(key) if info.key == key), None)
        if info is None:  # named, and not there: nothing to delete
            continue
        try:
            yield hashed(store, key, info.bytes)
        except DamagedReadError:  # a damaged object must be deletable too
            yield HashedObject(key, info.bytes, UNREADABLE)


def _models(engine: Engine, datasets: frozenset[str]) -> tuple[str, ...]:
    with reading(engine) as session:
        wanted = select(RmVersion).where(col(RmVersion.data_digest).in_(datasets))
        rows = sorted(session.exec(wanted), key=lambda row: (row.program, row.version))
    return tuple(f"{row.program} v{row.version} (run {row.run_id})" for row in rows)


def must_be_unlocked(store: ObjectStore, plan: Plan) -> None:
    """`DeliveryError` naming the first object the store itself still keeps, and until when."""
    for one in plan.objects:
        if until := store.locked_until(one.key):
            when = "without end (legal hold)" if until.year == MAXYEAR else f"until {until:%Y-%m-%d}"
            raise DeliveryError(
                f"the store keeps this object under object lock {when}; nothing was deleted",
                store.uri(one.key),
                fix="delete after that day, or have the lock lifted by whoever may",
            )
