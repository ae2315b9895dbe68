"""What lies in a vendor's folder: a complete delivery, and what its manifest and the contract say of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.model import Contract
from rampart.delivery.errors import LandingError
from rampart.delivery.globs import files_matching
from rampart.delivery.manifest import MANIFEST, Manifest, ManifestFile, check, parse_manifest
from rampart.delivery.store import ObjectInfo, ObjectStore

_LONGEST_MANIFEST = 16 << 20  # bytes; some 80,000 files
UPLOAD_AGAIN = "upload the file again, then the manifest"


@dataclass(frozen=True)
class Arrival:
    """A delivery that lies complete in its folder; `files` are named relative to it, without the manifest.

    Without a manifest nobody says when a delivery is complete: the files the contract reads are then taken as
    they are, and a file still being written shows as a changed size when it is landed.
    """

    folder: str
    files: tuple[ObjectInfo, ...]
    manifest_bytes: bytes | None


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


def _sources(contract: Contract) -> dict[str, str]:
    """Clause → the path or glob of the files it reads."""
    joins = {f"delivery.join[{n}].source.path": j.source.path for n, j in enumerate(contract.delivery.join)}
    return {"delivery.rows.path": contract.delivery.rows.path} | joins


def manifest_of(arrival: Arrival, contract: Contract, week: int) -> Manifest | None:
    """The manifest of `arrival`, read and held to its contract and week; None where the contract has none."""
    if arrival.manifest_bytes is None:
        return None
    file = arrival.folder + MANIFEST
    manifest = parse_manifest(arrival.manifest_bytes, file)
    check(manifest, contract.contract_id, week, file)
    return manifest


def check_listing(arrival: Arrival, promised: Mapping[str, ManifestFile]) -> None:
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
            f"the file has {size:,} bytes, but the manifest says {wanted:,}", file, fix=UPLOAD_AGAIN
        )


def check_sources(arrival: Arrival, contract: Contract) -> None:
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
