"""`rampart verify`, what is in the store against what the books name: objects too few, and objects too many.

Too few is a violation. Too many is a notice: a crash or a refused delivery leaves objects that nothing will
ever name, and work that is going on has published what the books will name in a moment. So nothing is
removed here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine

from rampart.delivery.errors import DeliveryError
from rampart.delivery.listings import read_listing
from rampart.delivery.store import ObjectInfo, ObjectStore
from rampart.ledger.deletion.said import Deletion, closed_weeks, deletions
from rampart.ledger.hashed import hashed, promised_digest
from rampart.ledger.named import LISTING, WORK_ORDERS, Named, named_objects
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
    known = {name.key for name in named}
    return Inventory(
        (*_missing(store, named, there, gone), *_undeleted(named, there, gone), *_certificates(store, gone)),
        tuple(info for info in there.values() if info.key not in known and not _names_itself(info.key, gone)),
        tuple(found for found in gone if found.certificate is None),
    )


def _names_itself(key: str, gone: tuple[Deletion, ...]) -> bool:
    """Work orders; and listings of closed weeks, which say what was once delivered."""
    folders = tuple(f"deliveries/{contract_id}/week-{week:02d}/" for contract_id, week in closed_weeks(gone))
    return key.startswith((WORK_ORDERS, *folders))


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


def _certificates(store: ObjectStore, gone: tuple[Deletion, ...]) -> Iterator[Violation]:
    for found in gone:
        if found.certificate and store.exists(found.certificate):
            sha256 = hashed(store, found.certificate, 0).sha256
            if sha256 != found.certificate_sha256:
                subject = f"{found.contract_id} deletion {found.id}"
                yield Violation(4, subject, f"{found.certificate} is not the certificate its event names")
