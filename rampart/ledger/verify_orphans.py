"""`rampart verify`, what is in the store against what the books name: objects too few, and objects too many.

Too few is a violation. Too many is a notice: a crash or a refused delivery leaves objects that nothing will
ever name, and work that is going on has published what the books will name in a moment. So nothing is
removed here. Data of a week that was deleted are a violation again, named by something or not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Engine

from rampart.delivery.errors import DeliveryError
from rampart.delivery.listings import listings_prefix, read_listing
from rampart.delivery.store import ObjectInfo, ObjectStore
from rampart.ledger.deletion.reach import Reach
from rampart.ledger.deletion.said import Deletion, closed_weeks, deletions
from rampart.ledger.hashed import hashed, promised_digest
from rampart.ledger.named import LISTING, WORK_ORDERS, Named, named_objects
from rampart.ledger.notices import notice_of
from rampart.ledger.verify import Violation


@dataclass(frozen=True)
class Inventory:
    """The store held against the books: what breaks a promise, and the objects nothing names."""

    violations: tuple[Violation, ...]
    orphans: tuple[ObjectInfo, ...]
    unfinished: tuple[Deletion, ...]


def take_inventory(engine: Engine, store: ObjectStore) -> Inventory:
    """List the store, then the books, and compare.

    In that order: what is published and booked in between is then neither missing nor an orphan.
    """
    there = {info.key: info for info in store.list("")}
    gone = deletions(engine)
    named = named_objects(engine, store)
    left = _left_behind(store, named, there, gone)
    known = {name.key for name in named} | left.keys() | _naming_themselves(there, gone)
    known |= {key for key in there if notice_of(key) in known}
    return Inventory(
        (
            *_missing(store, named, there, gone),
            *_undeleted(named, there, gone),
            *left.values(),
            *_certificates(store, gone),
        ),
        tuple(info for info in there.values() if info.key not in known),
        tuple(found for found in gone if found.certificate is None),
    )


def _naming_themselves(keys: Iterable[str], gone: tuple[Deletion, ...]) -> set[str]:
    """Work orders; and of what was deleted, the listings and the training sets' manifests."""
    folders = tuple(listings_prefix(*week) for week in closed_weeks(gone))
    deleted = (one.key for found in gone for one in found.objects if one.key.startswith("datasets/"))
    manifests = {f"{key.removesuffix('.parquet')}.json" for key in deleted}
    return {key for key in keys if key.startswith((WORK_ORDERS, *folders)) or key in manifests}


def _missing(
    store: ObjectStore, named: tuple[Named, ...], there: dict[str, ObjectInfo], gone: tuple[Deletion, ...]
) -> Iterator[Violation]:
    """What `verify_store` does not read, and is neither there as promised nor deleted."""
    deleted = {one.key for found in gone for one in found.objects}
    for name in sorted(set(named)):
        if (
            name.read_elsewhere
            or name.may_be_absent
            or (name.key in deleted and not _still_wanted(name, gone))
        ):
            continue
        if name.key not in there and not store.exists(name.key):
            yield Violation(4, name.subject, f"{name.what} is not in the store ({name.key})")
        elif problem := _unlike_its_name(store, name):
            yield Violation(4, name.subject, problem)


def _still_wanted(name: Named, gone: tuple[Deletion, ...]) -> bool:
    """Does a week whose data are held rest on it? A training set that was deleted is wanted by nobody."""
    return bool(name.contract_id) and (name.contract_id, name.week) not in closed_weeks(gone)


def _unlike_its_name(store: ObjectStore, name: Named) -> str | None:
    """Is it readable, and what its name promises?"""
    try:
        if name.what == LISTING:
            read_listing(store, name.key)
        if promised_digest(name.key) and not hashed(store, name.key, 0).as_named:
            return f"{name.what} does not hold the bytes it held ({name.key})"
    except DeliveryError as error:
        return f"{name.what} cannot be read: {error}"
    return None


def _undeleted(
    named: tuple[Named, ...], there: dict[str, ObjectInfo], gone: tuple[Deletion, ...]
) -> Iterator[Violation]:
    """A certificate says it is gone, nothing else rests on it, and there it is."""
    wanted = {name.key for name in named if _still_wanted(name, gone)}
    for found in gone:
        for one in found.objects if found.certificate else ():
            if one.key in there and one.key not in wanted:
                subject = f"{found.contract_id} deletion {found.id}"
                yield Violation(4, subject, f"{one.key} is in the store, but its certificate says it is gone")


def _left_behind(
    store: ObjectStore, named: tuple[Named, ...], there: dict[str, ObjectInfo], gone: tuple[Deletion, ...]
) -> dict[str, Violation]:
    """Data of weeks whose deletion is done, and that no certificate names: by key.

    A training or a landing that was going on meanwhile leaves such objects.
    """
    closed = closed_weeks(gone)
    done = closed - closed_weeks(found for found in gone if found.certificate is None)
    if not done:
        return {}
    certified = {one.key for found in gone for one in found.objects}
    try:
        reach = Reach(store, named, closed)
        at = {key: week for week in sorted(done, reverse=True) for key in reach.keys(*week) - reach.others}
    except DeliveryError as error:
        return {"": Violation(4, "deleted weeks", f"what is left of them cannot be told: {error}")}
    # The store was listed before the books were read: a deletion may have taken it since.
    left = (key for key in sorted(at.keys() & there.keys() - certified) if store.exists(key))
    return {key: _left(key, *at[key]) for key in left}


def _left(key: str, contract_id: str, week: int) -> Violation:
    return Violation(
        4,
        f"{contract_id} week {week}",
        f"{key} is in the store, but the data of the week were deleted; `rampart delete {contract_id} "
        f"--weeks {week}`, run again, removes it",
    )


def _certificates(store: ObjectStore, gone: tuple[Deletion, ...]) -> Iterator[Violation]:
    for found in gone:
        if found.certificate and store.exists(found.certificate):
            sha256 = hashed(store, found.certificate, 0).sha256
            if sha256 != found.certificate_sha256:
                subject = f"{found.contract_id} deletion {found.id}"
                yield Violation(4, subject, f"{found.certificate} is not the certificate its event names")
