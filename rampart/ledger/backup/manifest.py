"""What one backup is made of. The manifest is written last: a backup without one does not exist.

Everything a backup holds lies under its own digest (`pool`), and its id is made of the manifest's digest, so
one flipped bit anywhere is found. What cannot be found is a backup forged as a whole: keep its id elsewhere.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

import msgspec

from rampart.delivery.errors import DeliveryError, MissingObjectError, UnreadableFileError
from rampart.delivery.store import ObjectStore
from rampart.ledger.hashed import HashedObject

FOLDER = "manifests/"
VERSION = 1


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of the books as JSON lines: its rows, and the size and SHA-256 of the text."""

    table: str
    rows: int
    bytes: int
    sha256: str


class Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One object of the store, or the pseudonym key, whose `key` is then empty."""

    key: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, one: HashedObject) -> "Held":
        """The same facts as they stand in a manifest."""
        return cls(one.key, one.bytes, one.sha256)


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole backup.

    `schema` is the revision of the books' tables, `store` the address of the store it was taken of. `absent`
    are keys the books name that were not in the store, `damaged` those that did not hold what their names
    promise: the backup holds them as they were found. `pseudonym_key` is None unless it was asked for.
    """

    version: int
    taken_at: datetime
    schema: str
    store: str
    tables: tuple[Part, ...]
    objects: tuple[Held, ...]
    absent: tuple[str, ...]
    damaged: tuple[str, ...]
    pseudonym_key: Held | None = None

    @property
    def data(self) -> bytes:
        """The manifest as it is stored."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1)

    @property
    def id(self) -> str:
        """When it was taken (UTC), and the start of the manifest's SHA-256."""
        return _id(self.taken_at, self.data)

    @property
    def bytes(self) -> int:
        """Size of all objects."""
        return sum(one.bytes for one in self.objects)

    def parts(self) -> Iterator[tuple[str, str, int]]:
        """What it is, SHA-256 and size of everything the backup holds."""
        yield from ((f"the table {part.table}", part.sha256, part.bytes) for part in self.tables)
        yield from ((one.key, one.sha256, one.bytes) for one in self.objects)
        if secret := self.pseudonym_key:
            yield "the pseudonym key", secret.sha256, secret.bytes


def publish(manifest: Manifest, target: ObjectStore) -> None:
    """Make the backup valid."""
    target.put_once(f"{FOLDER}{manifest.id}.json", manifest.data)


def backups(source: ObjectStore) -> tuple[str, ...]:
    """Ids of the backups at `source`, oldest first."""
    found = (info.key.removeprefix(FOLDER) for info in source.list(FOLDER))
    return tuple(sorted(name.removesuffix(".json") for name in found))


def open_backup(source: ObjectStore, backup_id: str | None = None) -> Manifest:
    """The manifest of a backup; without an id, of the newest.

    Raises:
        MissingObjectError: there is no such backup.
        UnreadableFileError: the manifest is not the one its id was made of, or of a newer Rampart.
    """
    known = backups(source)
    chosen = backup_id or (known[-1] if known else "")
    if chosen not in known:
        names = ", ".join(known) or "none"
        fix = f"name one of these: {names}" if known else "check the address; `rampart backup` makes one"
        raise MissingObjectError("there is no such backup", chosen or source.uri("manifests"), fix=fix)
    data = source.get(f"{FOLDER}{chosen}.json")
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        raise _tampered(chosen, f"cannot be read ({error})") from error
    if _id(manifest.taken_at, data) != chosen:
        raise _tampered(chosen, "is not the one that was written: its digest differs from its name")
    if manifest.version != VERSION:
        raise _tampered(chosen, f"has version {manifest.version}, this Rampart reads {VERSION}")
    return manifest


def _id(taken_at: datetime, data: bytes) -> str:
    return f"{taken_at:%Y%m%dT%H%M%SZ}-{hashlib.sha256(data).hexdigest()[:16]}"


def _tampered(backup_id: str, problem: str) -> DeliveryError:
    fix = "restore another backup (--list shows them); do not mend this one by hand"
    return UnreadableFileError(f"the manifest {problem}", file=f"backup {backup_id}", fix=fix)
