"""Landing: a vendor's bytes are verified once, copied under their own digest, and never changed again."""

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from contracts.model import Contract
from rampart.delivery.compression import check_intact
from rampart.delivery.errors import LandingError, StoreConflictError, UnreadableFileError
from rampart.delivery.globs import files_matching
from rampart.delivery.manifest import MANIFEST, Manifest, ManifestFile, check, parse_manifest
from rampart.delivery.store import ObjectInfo, ObjectStore, sha256_of

_CHUNK = 1 << 20  # bytes
_LONGEST_MANIFEST = 16 << 20  # bytes; some 80,000 files
_UPLOAD_AGAIN = "upload the file again, then the manifest"


@dataclass(frozen=True)
class Arrival:
    """A delivery that lies complete in its folder; `files` are named relative to it, without the manifest.

    Without a manifest nobody says when a delivery is complete: the files the contract reads are then taken as
    they are, and a file still being written shows as a changed size when it is landed.
    """

    folder: str
    files: tuple[ObjectInfo, ...]
    manifest_bytes: bytes | None


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


def find_delivery(drop: ObjectStore, folder: str, contract: Contract) -> Arrival | None:
    """What has arrived in `folder` of the drop; None while it is not complete.

    Complete means that the manifest is there or, with `manifest: none`, that some file matches
    `delivery.rows.path`; files the contract does not read are then left out. The manifest is not parsed yet.
    """
    base = f"{folder.strip('/')}/" if folder.strip("/") else ""  # "": the drop itself is the folder
    found = [ObjectInfo(o.key.removeprefix(base), o.bytes) for o in drop.list(base)]
    if contract.delivery.manifest == "none":
        names = [o.key for o in found]
        read = {name for path in _sources(contract).values() for name in files_matching(names, path)}
        complete = files_matching(names, contract.delivery.rows.path)
        return Arrival(base, tuple(o for o in found if o.key in read), None) if complete else None
    manifest = next((o for o in found if o.key == MANIFEST), None)
    if manifest is None:
        return None
    if manifest.bytes > _LONGEST_MANIFEST:
        raise LandingError(
            f"the manifest has {manifest.bytes:,} bytes", base + MANIFEST, fix="deliver fewer, larger files"
        )
    return Arrival(base, tuple(o for o in found if o.key != MANIFEST), drop.get(base + MANIFEST))


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
    manifest = _manifest(arrival, contract, week)
    promised = {file.name: file for file in manifest.files} if manifest else {}
    if manifest:
        _check_listing(arrival, promised)
    _check_sources(arrival, contract)
    files = tuple(_land_file(drop, arrival.folder, o, promised.get(o.key), store) for o in arrival.files)
    return Landed(delivery_id(f.sha256 for f in files), files, manifest.replaces if manifest else None)


def delivery_id(digests: Iterable[str]) -> str:
    """SHA-256 over the sorted file digests (hex), each followed by a line feed."""
    return hashlib.sha256("".join(f"{digest}\n" for digest in sorted(digests)).encode()).hexdigest()


def landed_key(sha256: str) -> str:
    """Where the bytes with this digest are landed."""
    return f"landed/sha256/{sha256[:2]}/{sha256}"


def _sources(contract: Contract) -> dict[str, str]:
    """Clause → the path or glob of the files it reads."""
    joins = {f"delivery.join[{n}].source.path": j.source.path for n, j in enumerate(contract.delivery.join)}
    return {"delivery.rows.path": contract.delivery.rows.path} | joins


def _manifest(arrival: Arrival, contract: Contract, week: int) -> Manifest | None:
    if arrival.manifest_bytes is None:
        return None
    file = arrival.folder + MANIFEST
    manifest = parse_manifest(arrival.manifest_bytes, file)
    check(manifest, contract.contract_id, week, file)
    return manifest


def _check_listing(arrival: Arrival, promised: Mapping[str, ManifestFile]) -> None:
    """What can be known without reading: the right files are there, in the right sizes."""
    there = {o.key: o.bytes for o in arrival.files}
    for name in sorted(promised.keys() - there.keys()):
        alike = next((other for other in there if other.casefold() == name.casefold()), None)
        but = f"; {alike!r} is there, which differs in case" if alike else ""
        raise LandingError(
            f"the manifest lists this file, but it is not in the folder{but}",
            arrival.folder + name,
            fix="upload the file under exactly this name, or take it out of the manifest",
        )
    for name, size in there.items():
        if name not in promised:
            raise LandingError(
                "this file is in the folder, but not in the manifest",
                arrival.folder + name,
                fix="list it in the manifest with bytes and sha256, or remove it from the folder",
            )
        _check_size(arrival.folder + name, size, promised[name].bytes)


def _check_size(file: str, size: int, wanted: int) -> None:
    if size != wanted:
        raise LandingError(
            f"the file has {size:,} bytes, but the manifest says {wanted:,}", file, fix=_UPLOAD_AGAIN
        )


def _check_sources(arrival: Arrival, contract: Contract) -> None:
    """Every clause finds its files, and every file is read by some clause: no row can be left lying."""
    unread = {o.key for o in arrival.files}
    for clause, path in _sources(contract).items():
        found = files_matching((o.key for o in arrival.files), path)
        if not found:
            raise LandingError(
                f"no delivered file matches {clause}, which is {path!r}",
                arrival.folder,
                fix="deliver a file under such a name, or agree an amendment that corrects the path",
            )
        unread.difference_update(found)
    for name in sorted(unread):
        known = ", ".join(_sources(contract).values())
        raise LandingError(
            f"the contract reads no file of this name (it reads {known})",
            arrival.folder + name,
            fix="rename the file, or leave it out of the folder and of the manifest",
        )


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
            fix=_UPLOAD_AGAIN,
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
