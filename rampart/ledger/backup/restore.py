"""Restoring a backup into empty books and an empty store, and checking one without restoring it.

Objects come first and the books last, in one transaction: until that is done nothing looks restored. Killed
at any line it is run again and finishes: objects of this very backup may be there already, others may not.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Engine

from rampart.delivery.errors import DeliveryError, StoreConflictError
from rampart.delivery.store import ObjectStore
from rampart.ledger.backup.dump import dump_books, is_empty, load_books
from rampart.ledger.backup.manifest import Manifest
from rampart.ledger.backup.pool import copy_of, fetched
from rampart.ledger.engine import open_ledger, reading
from rampart.ledger.errors import LedgerError
from rampart.ledger.migrations import HEAD, migrate, step_back
from rampart.ledger.schema import changing_schema


def restore_backup(source: ObjectStore, manifest: Manifest, ledger_url: str, store: ObjectStore) -> None:
    """Bring the books at `ledger_url` and the store to what `manifest` says, every digest checked.

    Raises:
        LedgerError: the books there are not empty, or their schema is not one of this Rampart's.
        DeliveryError: the store holds other objects, or a part of the backup is missing or damaged; the
            message names it.
    """
    done = _must_take_it(manifest, ledger_url)
    _must_have_room(manifest, store)
    for one in manifest.objects:
        with fetched(source, one.key, one.sha256, one.bytes) as copy:
            store.put_file_once(one.key, copy)
    if not done:
        _restore_books(source, manifest, ledger_url)


def problems(source: ObjectStore, manifest: Manifest) -> Iterator[str]:
    """A sentence for each part of the backup that is missing or damaged; reads all of it."""
    for what, sha256, size in manifest.parts():
        try:
            with fetched(source, what, sha256, size):
                pass
        except DeliveryError as error:
            yield str(error)


def _must_take_it(manifest: Manifest, ledger_url: str) -> bool:
    """Refuse books that hold something else; True when they hold this very backup already."""
    if manifest.schema > HEAD:
        raise LedgerError(
            f"the backup has schema {manifest.schema}, this Rampart knows up to {HEAD}; restore it with the "
            "version that took it, or a newer one"
        )
    engine = open_ledger(ledger_url)
    try:
        with reading(engine) as session:
            if is_empty(session.connection()):
                return False
        if manifest.schema == HEAD and _same_books(engine, manifest):
            return True
    finally:
        engine.dispose()
    raise LedgerError(
        "the books there are not empty; a backup is restored into empty ones only. Set RAMPART_HOME or "
        "RAMPART_DATABASE_URL to a new place, or remove the old books once you are sure of it"
    )


def _same_books(engine: Engine, manifest: Manifest) -> bool:
    with tempfile.TemporaryDirectory(prefix="rampart-restore-") as folder:
        rows = dump_books(engine, Path(folder))
        found = {}
        for table in rows:
            with Path(folder, f"{table}.jsonl").open("rb") as file:
                found[table] = copy_of(file)
    return found == {part.table: (part.sha256, part.bytes) for part in manifest.tables}


def _must_have_room(manifest: Manifest, store: ObjectStore) -> None:
    """Nothing may lie in the store but what an interrupted restore of this backup left there."""
    ours = {one.key for one in manifest.objects}
    others = [info.key for info in store.list("") if info.key not in ours]
    if others:
        raise StoreConflictError(
            f"the store is not empty: it holds {len(others):,} objects that are not in this backup, such as "
            f"{others[0]}",
            store.uri(others[0]),
            fix="restore into an empty store: set RAMPART_HOME or RAMPART_STORE to a new place",
        )


def _restore_books(source: ObjectStore, manifest: Manifest, ledger_url: str) -> None:
    engine = open_ledger(ledger_url)
    try:
        with ExitStack() as copies, changing_schema(engine) as connection:
            files = {
                part.table: copies.enter_context(
                    fetched(source, f"the table {part.table}", part.sha256, part.bytes)
                )
                for part in manifest.tables
            }
            if manifest.schema != HEAD:  # taken by an older Rampart: its rows come forward as any books do
                step_back(connection, manifest.schema)
            load_books(connection, files)
            migrate(connection)
    finally:
        engine.dispose()
