"""Landing: a vendor's bytes are verified once, copied under their own digest, and never changed again."""

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from contracts.model import Contract
from rampart.delivery.arrival import UPLOAD_AGAIN, check_listing, check_sources, find_delivery, manifest_of
from rampart.delivery.compression import check_intact
from rampart.delivery.errors import LandingError, StoreConflictError, UnreadableFileError
from rampart.delivery.manifest import ManifestFile
from rampart.delivery.store import ObjectInfo, ObjectStore, sha256_of

_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class LandedFile:
    """One verified file: `name` in the delivery, `rows` as the manifest promised, `key` in the store."""

    name: str
    sha256: str
    bytes: int
    rows: int | None
    key: str


@dataclass(frozen=True)
class Landed:
    """A delivery whose bytes are ours. `replaces` is the id of the delivery it takes back, if any."""

    delivery_id: str
    files: tuple[LandedFile, ...]
    replaces: str | None


def land(drop: ObjectStore, folder: str, contract: Contract, week: int, store: ObjectStore) -> Landed:
    """Verify the delivery in `folder` and copy it to ``landed/sha256/<aa>/<digest>`` of `store`.

    Files are checked against the manifest (present, expected, bytes, SHA-256) and compressed ones read to
    their end; the stored copy is read back and hashed. Memory is bounded; each file passes through a
    temporary one, so the disk behind TMPDIR must hold the largest. The same bytes again change nothing.

    Raises `ManifestError`, `LandingError` or `UnreadableFileError`, each naming the file and the fix.
    """
    arrival = find_delivery(drop, folder, contract)
    if arrival is None:
        raise LandingError(
            "no complete delivery is here yet", folder, fix="deliver the files, the manifest last"
        )
    manifest = manifest_of(arrival, contract, week)
    promised = {file.name: file for file in manifest.files} if manifest else {}
    if manifest:
        check_listing(arrival, promised)
    check_sources(arrival, contract)
    files = tuple(_land_file(drop, arrival.folder, o, promised.get(o.key), store) for o in arrival.files)
    return Landed(delivery_id(f.sha256 for f in files), files, manifest.replaces if manifest else None)


def delivery_id(digests: Iterable[str]) -> str:
    """SHA-256 over the sorted file digests (hex), each followed by a line feed."""
    return hashlib.sha256("".join(f"{digest}\n" for digest in sorted(digests)).encode()).hexdigest()


def landed_key(sha256: str) -> str:
    """Where the bytes with this digest are landed."""
    return f"landed/sha256/{sha256[:2]}/{sha256}"


def _land_file(
    drop: ObjectStore, folder: str, info: ObjectInfo, promised: ManifestFile | None, store: ObjectStore
) -> LandedFile:
    file = folder + info.key
    with tempfile.NamedTemporaryFile(prefix="rampart-landing-") as copy:
        path = Path(copy.name)
        with drop.open(file) as source:
            digest, size = _copy(source, copy.file)
        copy.flush()
        _check_bytes(file, digest, size, info, promised)
        with path.open("rb") as content:
            check_intact(content, file)
        key = landed_key(digest)
        _publish(store, key, path, digest)
    return LandedFile(info.key, digest, size, promised.rows if promised else None, key)


def _copy(source: BinaryIO, target: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _check_bytes(file: str, digest: str, size: int, info: ObjectInfo, promised: ManifestFile | None) -> None:
    if size != info.bytes:
        raise LandingError(
            f"the file had {info.bytes:,} bytes when listed, {size:,} when read: it is still being written",
            file,
            fix="finish the upload first; a manifest written last prevents this",
        )
    if promised and digest != promised.sha256:
        raise LandingError(
            f"the file's SHA-256 is {digest}, but the manifest says {promised.sha256}",
            file,
            fix=UPLOAD_AGAIN,
        )


def _publish(store: ObjectStore, key: str, path: Path, digest: str) -> None:
    """Store the file and read it back: what was written must be what was read."""
    try:
        store.put_file_once(key, path)
        with store.open(key) as stored:
            written = sha256_of(stored)
    except (StoreConflictError, UnreadableFileError) as error:
        raise _damaged(store, key) from error
    if written != digest:
        raise _damaged(store, key)


def _damaged(store: ObjectStore, key: str) -> LandingError:
    return LandingError(
        "the landed copy no longer holds the bytes its name stands for",
        store.uri(key),
        fix="restore it from a backup, or remove it and land the delivery again",
    )
