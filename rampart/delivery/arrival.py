"""What lies in a vendor's folder: a complete delivery, and what its manifest and the contract say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.model import Contract
from rampart.delivery.archives import may_hold
from rampart.delivery.completeness import still_awaited
from rampart.delivery.errors import LandingError, printable
from rampart.delivery.limits import LONGEST_MANIFEST
from rampart.delivery.manifest import MANIFEST, Manifest, ManifestFile, check, parse_manifest
from rampart.delivery.store import ObjectInfo, ObjectStore

UPLOAD_AGAIN = "upload the file again, then the manifest"


@dataclass(frozen=True)
class Arrival:
    """A delivery that lies complete in its folder; `files` are named relative to it, without the manifest.

    Without a manifest the contract may say what makes a delivery complete (`delivery.complete`). Where it
    does not, the files it reads are taken as they are, and one still being written shows as a changed size
    when it is landed.
    """

    folder: str
    files: tuple[ObjectInfo, ...]
    manifest_bytes: bytes | None
    manifest_name: str = MANIFEST
    manifest_modified: datetime | None = None

    @property
    def completed(self) -> datetime | None:
        """When the last of it was written, by the drop's clock; None where a file has no such moment."""
        written = [info.modified for info in self.files]
        if self.manifest_bytes is not None:
            written.append(self.manifest_modified)
        known = [moment for moment in written if moment is not None]
        return max(known) if known and len(known) == len(written) else None

    @property
    def manifest_file(self) -> str:
        """Where the manifest lies, as errors name it."""
        return self.folder + self.manifest_name


def find_delivery(
    drop: ObjectStore, folder: str, contract: Contract, now: datetime | None = None
) -> Arrival | None:
    """What has arrived in `folder` of the drop; None while it is not complete. See `look`."""
    found = look(drop, folder, contract, now)
    return found if isinstance(found, Arrival) else None


def look(drop: ObjectStore, folder: str, contract: Contract, now: datetime | None = None) -> Arrival | str:
    """What has arrived in `folder` of the drop; or a sentence on what is not there yet.

    Complete means that the manifest is there or, with `manifest: none`, that some file matches
    `delivery.rows.path` and `delivery.complete` holds; files the contract does not read are then left out.
    The manifest is not parsed yet. `now` is the clock by which a quiet period is judged, None where somebody
    says that the files are whole.

    Raises:
        LandingError: the manifest is too large, or a file changed after the marker.
    """
    base = f"{folder.strip('/')}/" if folder.strip("/") else ""  # "": the drop itself is the folder
    found = [replace(info, key=info.key.removeprefix(base)) for info in drop.list(base)]
    name = contract.delivery.manifest
    if name == "none":
        return _without_manifest(base, found, contract, now)
    manifest = next((info for info in found if info.key == name), None)
    if manifest is None:
        return _waiting(base, found, f"{name} is not")
    if manifest.bytes > LONGEST_MANIFEST:
        raise LandingError(
            f"the manifest has {manifest.bytes:,} bytes", base + name, fix="deliver fewer, larger files"
        )
    files = tuple(info for info in found if info.key != name)
    return Arrival(base, files, drop.get(base + name), name, manifest.modified)


def _without_manifest(
    base: str, found: Sequence[ObjectInfo], contract: Contract, now: datetime | None
) -> Arrival | str:
    terms = contract.delivery.complete
    marker = next((info for info in found if terms and info.key == terms.marker), None)
    paths, rows = _sources(contract).values(), contract.delivery.rows.path
    read = tuple(info for info in found if info is not marker and any(may_hold(info.key, p) for p in paths))
    if not any(may_hold(info.key, rows) for info in read):
        return _waiting(base, found, f"none matches delivery.rows.path, which is {rows!r}")
    if terms and (awaited := still_awaited(terms, base, read, marker, now)):
        return _waiting(base, found, awaited)
    return Arrival(base, read, None)


def _waiting(base: str, found: Sequence[ObjectInfo], awaited: str) -> str:
    where = printable(base.rstrip("/") or "the folder")
    if not found:
        return f"nothing has arrived in {where}"
    several = f"{len(found):,} files are" if len(found) > 1 else "1 file is"
    return f"{several} in {where}, but {awaited}{' there yet' if awaited.endswith(' is not') else ''}"


def _sources(contract: Contract) -> dict[str, str]:
    """Clause → the path or glob of the files it reads."""
    joins = {f"delivery.join[{n}].source.path": j.source.path for n, j in enumerate(contract.delivery.join)}
    return {"delivery.rows.path": contract.delivery.rows.path} | joins


def manifest_of(arrival: Arrival, contract: Contract, week: int) -> Manifest | None:
    """The manifest of `arrival`, read and held to its contract and week; None where the contract has none."""
    if arrival.manifest_bytes is None:
        return None
    file = arrival.manifest_file
    manifest = parse_manifest(arrival.manifest_bytes, file)
    check(manifest, contract.contract_id, week, file)
    return manifest


def check_listing(arrival: Arrival, promised: Mapping[str, ManifestFile]) -> None:
    """What can be known without reading: the right files are there, in the right sizes."""
    there = {o.key: o.bytes for o in arrival.files}
    for name in sorted(promised.keys() - there.keys()):
        extra = {other: size for other, size in there.items() if other not in promised}
        raise LandingError(
            f"the manifest lists this file, but it is not in the folder{_alike(promised[name], extra)}",
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


def _alike(missing: ManifestFile, extra: Mapping[str, int]) -> str:
    """Under which other name the file may lie there, as a part of a sentence."""
    for other, size in extra.items():
        if other.casefold() == missing.name.casefold():
            return f"; {other!r} is there, which differs in case"
        if size == missing.bytes:
            return f"; {other!r} is there, which the manifest does not list and which has the same size"
    return ""


def _check_size(file: str, size: int, wanted: int) -> None:
    if size != wanted:
        raise LandingError(
            f"the file has {size:,} bytes, but the manifest says {wanted:,}", file, fix=UPLOAD_AGAIN
        )


def check_sources(arrival: Arrival, contract: Contract) -> None:
    """Every clause finds its files, and every file is read by some clause: no row can be left lying.

    The members of an archive are not looked at yet: it passes where some clause may mean a part of it.
    """
    unread = {o.key for o in arrival.files}
    for clause, path in _sources(contract).items():
        found = [o.key for o in arrival.files if may_hold(o.key, path)]
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
