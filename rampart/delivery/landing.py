"""Landing: a vendor's bytes are verified once, copied under their own digest, and never changed again."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.model import Contract
from rampart.delivery.arrival import UPLOAD_AGAIN, check_listing, check_sources, find_delivery, manifest_of
from rampart.delivery.errors import DamagedReadError, LandingError, StoreConflictError
from rampart.delivery.hashed_copy import hashed_copy
from rampart.delivery.manifest import ManifestFile
from rampart.delivery.store import Content, ObjectInfo, ObjectStore


@dataclass(frozen=True)
class LandedFile:
    """One verified file: `name` in the delivery, `rows` as the manifest promised, `key` in the store.

    A file that is read where it lies, and was never landed, has an empty `sha256`.
    """

    name: str
    sha256: str
    bytes: int
    rows: int | None
    key: str


@dataclass(frozen=True)
class Landed:
    """A delivery whose bytes are ours. `replaces` is the id of the delivery it takes back, if any.

    `arrived` is when its last file was written, by the clock of the drop; None where that is not known.
    """

    delivery_id: str
    files: tuple[LandedFile, ...]
    replaces: str | None
    arrived: datetime | None = None


def land(drop: ObjectStore, folder: str, contract: Contract, week: int, store: ObjectStore) -> Landed:
    """Verify the delivery in `folder` and copy it to ``landed/sha256/<aa>/<digest>`` of `store`.

    Files are checked against the manifest (present, expected, bytes, SHA-256) while they are copied, in one
    pass and bounded memory. A compressed file that is cut or damaged shows when it is read as records. The
    same bytes again change nothing.

    Raises `ManifestError` or `LandingError` where the delivery is wrong, naming the file and the fix, and
    `DamagedReadError` where the bytes came otherwise than the drop holds them, or where our own copy of them
    is damaged.
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
    replaces = manifest.replaces if manifest else None
    return Landed(delivery_id(f.sha256 for f in files), files, replaces, arrival.completed)


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

    def key_for(content: Content) -> str:
        _check_bytes(file, content, info, promised)
        return landed_key(content.sha256)

    expected = Content(promised.sha256, promised.bytes) if promised else None
    try:
        # The manifest's SHA-256 proves the bytes; what the drop knows of them is worth hashing without one.
        with drop.open(file, checked=promised is None) as source:
            content = store.put_stream_once(source, key_for, expected)
    except StoreConflictError as error:
        raise _damaged(error.file) from error
    except LandingError as error:
        _must_come_again(drop, file, key_for, error)
        raise
    key = landed_key(content.sha256)
    return LandedFile(info.key, content.sha256, content.bytes, promised.rows if promised else None, key)


def _must_come_again(
    drop: ObjectStore, file: str, check: Callable[[Content], str], refusal: LandingError
) -> None:
    """Before a file is refused: it must come the same a second time, and as the drop knows it."""
    with drop.open(file) as source:
        content = hashed_copy(source, lambda _: None)
    try:
        check(content)
    except LandingError as again:
        if str(again) == str(refusal):
            return
    raise DamagedReadError(
        "read twice, the file had other bytes",
        drop.uri(file),
        fix="have its owner finish the upload, the manifest last, then run again",
    )


def _check_bytes(file: str, content: Content, info: ObjectInfo, promised: ManifestFile | None) -> None:
    if content.bytes != info.bytes:
        raise LandingError(
            f"the file had {info.bytes:,} bytes when listed, {content.bytes:,} when read: "
            "it is still being written",
            file,
            fix="finish the upload first; a manifest written last prevents this",
        )
    if promised and content.sha256 != promised.sha256:
        raise LandingError(
            f"the file's SHA-256 is {content.sha256}, but the manifest says {promised.sha256}",
            file,
            fix=UPLOAD_AGAIN,
        )


def _damaged(landed: str) -> DamagedReadError:
    return DamagedReadError(
        "the landed copy does not hold the bytes its name stands for",
        landed,
        fix="restore it from a backup, or remove it, then run again",
    )
