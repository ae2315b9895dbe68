"""What a deletion would take: every object that holds a contract week's data, and nothing others rest on."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.delivery.errors import DamagedReadError, DeliveryError
from rampart.delivery.listings import listings_prefix, read_listing
from rampart.delivery.store import ObjectStore
from rampart.delivery.tables import batch_prefix, pack_prefix
from rampart.ledger.deletion.said import closed_weeks, deletions_in
from rampart.ledger.engine import reading
from rampart.ledger.errors import TransitionError, UnknownBatchError
from rampart.ledger.hashed import HashedObject, hashed
from rampart.ledger.named import LISTING, Named, named_in_books
from rampart.ledger.states import STAGES
from rampart.ledger.tables import Batch, RmVersion

UNREADABLE = "unreadable"  # stands where a digest should, for an object that is damaged


@dataclass(frozen=True)
class Plan:
    """What would go (`objects`), what stays because other weeks hold the same bytes, which models used it.

    `seen` is what the books named when the plan was made: it is carried out only if that is still so.
    """

    contract_id: str
    weeks: tuple[int, ...]
    objects: tuple[HashedObject, ...]
    shared: tuple[str, ...]
    models: tuple[str, ...]
    seen: frozenset[Named]

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
    delivered for are left out: they stay open.
    """
    with reading(engine) as session:
        weeks = open_weeks(session, contract_id, wanted)
        named = frozenset(named_in_books(session))
        closed = closed_weeks(deletions_in(session))
    weeks = tuple(week for week in weeks if store.list(listings_prefix(contract_id, week)))
    ours = {(contract_id, week) for week in weeks}
    others = _landed_elsewhere(store, ours | closed)
    others |= {n.key for n in named if n.contract_id and (n.contract_id, n.week) not in ours | closed}
    datasets = _datasets(store, ours)
    found = {n.key for n in named if (n.contract_id, n.week) in ours and n.what != LISTING}
    found |= {key for week in weeks for key in _of_week(store, contract_id, week)}
    found |= {f"datasets/{digest}.parquet" for digest in datasets}
    return Plan(
        contract_id,
        weeks,
        tuple(_sized(store, sorted(found - others))),
        tuple(sorted(found & others)),
        _models(engine, datasets),
        named,
    )


def _of_week(store: ObjectStore, contract_id: str, week: int) -> Iterator[str]:
    """What lies in the week's own folders, tries that never came onto the books included."""
    for folder in (batch_prefix(contract_id, week), pack_prefix(contract_id, week)):
        yield from (info.key for info in store.list(f"{folder}/"))
    for listing in store.list(listings_prefix(contract_id, week)):
        yield from (file.key for file in read_listing(store, listing.key))


def _landed_elsewhere(store: ObjectStore, but: set[tuple[str, int]]) -> set[str]:
    """Keys of landed files that deliveries of other weeks are made of."""
    prefixes = tuple(listings_prefix(*week) for week in but)
    listings = [info.key for info in store.list("deliveries/") if not info.key.startswith(prefixes)]
    return {file.key for key in listings for file in read_listing(store, key)}


def _datasets(store: ObjectStore, ours: set[tuple[str, int]]) -> frozenset[str]:
    """Digests of the training sets whose manifest names one of `ours`."""
    found = set()
    for info in store.list("datasets/"):
        if info.key.endswith(".json"):
            batches = json.loads(store.get(info.key))["batches"]
            if any((batch["contract_id"], batch["week"]) in ours for batch in batches):
                found.add(info.key.removeprefix("datasets/").removesuffix(".json"))
    return frozenset(found)


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
