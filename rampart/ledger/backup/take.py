"""Taking a backup: the books first, as one snapshot, then every object, the manifest last.

In that order the books never name an object that was not stored before they were read. Killed at any line it
leaves bytes that no manifest names; the next backup finds them there and uses them.
"""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from rampart.delivery.errors import DeliveryError, MissingObjectError
from rampart.delivery.store import ObjectInfo, ObjectStore
from rampart.ledger.backup.dump import dump_books
from rampart.ledger.backup.manifest import VERSION, Held, Manifest, Part, backups, open_backup, publish
from rampart.ledger.backup.pool import Pool
from rampart.ledger.deletion.said import deletions
from rampart.ledger.hashed import HashedObject
from rampart.ledger.migrations import HEAD
from rampart.ledger.named import named_objects


@dataclass(frozen=True)
class Taken:
    """A finished backup, and what of it had to be copied; the rest was there from earlier ones."""

    manifest: Manifest
    copied_objects: int
    copied_bytes: int

    @property
    def reused_objects(self) -> int:
        """Parts that were there, told by their size alone."""
        return len({sha256 for _, sha256, _ in self.manifest.parts()}) - self.copied_objects


def take_backup(
    engine: Engine, store: ObjectStore, target: ObjectStore, now: datetime, pseudonym_key: bytes | None = None
) -> Taken:
    """Copy the books and the store to `target`.

    Args:
        now: UTC; part of the backup's id.
        pseudonym_key: the secret behind pseudonyms, if it is to be copied too. Without it, destroying the
            one key destroys the link to people in every backup as well.

    Raises:
        DeliveryError: `target` lies inside the store or around it, cannot be written, or holds a part that is
            damaged; the message names it.
    """
    _must_be_apart(store, target)
    pool = Pool(target)
    tables = _tables(engine, pool)
    objects = _objects(store, pool, _read_before(store, target))
    known = {one.key for one in objects}
    gone = {one.key for found in deletions(engine) for one in found.objects}
    named = {name.key for name in named_objects(engine, store) if not name.may_be_absent}
    manifest = Manifest(
        version=VERSION,
        taken_at=now.replace(microsecond=0),
        schema=HEAD,
        store=_address(store),
        tables=tables,
        objects=tuple(map(Held.of, objects)),
        absent=tuple(sorted(named - known - gone)),
        damaged=tuple(one.key for one in objects if not one.as_named),
        pseudonym_key=_secret(pseudonym_key, pool),
    )
    publish(manifest, target)
    return Taken(manifest, pool.copied_objects, pool.copied_bytes)


def _tables(engine: Engine, pool: Pool) -> tuple[Part, ...]:
    with tempfile.TemporaryDirectory(prefix="rampart-backup-") as folder:
        rows = dump_books(engine, Path(folder))
        parts = []
        for table, count in rows.items():
            sha256, size = pool.add(Path(folder, f"{table}.jsonl"))
            parts.append(Part(table, count, size, sha256))
    return tuple(parts)


def _objects(store: ObjectStore, pool: Pool, before: dict[str, Held]) -> tuple[HashedObject, ...]:
    """Every object of the store. One that an earlier backup holds is not read again: objects never change."""
    found = []
    for info in store.list(""):
        earlier = before.get(info.key)
        if earlier and earlier.bytes == info.bytes and pool.holds(earlier.sha256, info.bytes):
            found.append(HashedObject(info.key, info.bytes, earlier.sha256))
        elif copied := _copied(store, info, pool):
            found.append(copied)
    return tuple(found)


def _copied(store: ObjectStore, info: ObjectInfo, pool: Pool) -> HashedObject | None:
    try:
        with store.open(info.key) as stream:
            sha256, size = pool.add_from(stream)
    except MissingObjectError:  # deleted since it was listed
        return None
    return HashedObject(info.key, size, sha256)


def _read_before(store: ObjectStore, target: ObjectStore) -> dict[str, Held]:
    """What the newest backup of this very store holds; another store may use the same keys."""
    known = backups(target)
    if not known:
        return {}
    try:
        newest = open_backup(target, known[-1])
    except DeliveryError:  # a damaged manifest must not keep a new backup from being taken
        return {}
    return {one.key: one for one in newest.objects} if newest.store == _address(store) else {}


def _secret(pseudonym_key: bytes | None, pool: Pool) -> Held | None:
    if pseudonym_key is None:
        return None
    with tempfile.NamedTemporaryFile(prefix="rampart-backup-") as file:
        file.write(pseudonym_key)
        file.flush()
        sha256, size = pool.add(Path(file.name))
    return Held("", size, sha256)


def _must_be_apart(store: ObjectStore, target: ObjectStore) -> None:
    ours, theirs = _address(store), _address(target)
    if ours.startswith(theirs) or theirs.startswith(ours):
        raise DeliveryError(
            "the backup would lie inside the store, or the store inside the backup",
            theirs,
            fix="back up to another folder or bucket, on another disk or account",
        )


def _address(store: ObjectStore) -> str:
    return store.uri("x").removesuffix("x")
