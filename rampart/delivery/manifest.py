"""The manifest: the vendor's own list of a delivery, written last, so that its presence says "complete".

``{"manifest_version": 1, "contract_id": "…", "week": 3, "replaces": null,
"files": [{"name": "rows.jsonl.gz", "bytes": 1234, "sha256": "…", "rows": 500}]}``, or the same as a table:
see `manifest_csv`.
"""

import re
import unicodedata
from typing import Annotated, Literal

import msgspec

from rampart.delivery.errors import ManifestError
from rampart.delivery.manifest_csv import manifest_table
from rampart.delivery.store import key_problem

MANIFEST = "manifest.json"
MANIFESTS = (MANIFEST, "manifest.csv")
# \Z and not $: `$` also matches before a closing line feed.
Digest = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z", description="SHA-256, lower-case hex.")]
Count = Annotated[int, msgspec.Meta(ge=0)]

_HINTS = {
    "sha256": "give the file's SHA-256 as 64 lower-case hex digits, as `sha256sum` prints it",
    "replaces": "give the delivery id of the delivery this one replaces (64 hex digits), or null",
    "bytes": "give the file's size in bytes as a whole number",
    "rows": "give the number of rows as a whole number, or leave the field out",
    "manifest_version": "write version 1",
}
_UNKNOWN = (
    "remove the field; allowed are manifest_version, contract_id, week, replaces and files, "
    "and name, bytes, sha256 and rows for each file"
)


class ManifestFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One promised file: `name` relative to the delivery's folder, its size, digest and number of rows."""

    name: str
    bytes: Count
    sha256: Digest
    rows: Count | None = None


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a vendor says it delivered. `replaces` is the delivery id of the delivery it takes back."""

    manifest_version: Literal[1]
    contract_id: str
    week: Annotated[int, msgspec.Meta(ge=1)]
    replaces: Digest | None
    files: Annotated[tuple[ManifestFile, ...], msgspec.Meta(min_length=1)]


def parse_manifest(data: bytes, file: str) -> Manifest:
    """The manifest in `data`; `ManifestError` naming the field (or line) and the fix.

    `file` is the name errors give; one that ends in ``.csv`` is a table, any other JSON. File names are
    checked to be safe relative paths that differ from each other in more than case.
    """
    manifest, lines = _table(data, file) if file.endswith(".csv") else (_document(data, file), None)
    _check_names(manifest, file, lines)
    return manifest


def _document(data: bytes, file: str) -> Manifest:
    data = data.removeprefix(b"\xef\xbb\xbf")  # Windows editors write a byte order mark
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.ValidationError as error:
        raise _invalid(str(error), file) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ManifestError(
            f"this is not JSON ({error})", file, _line(str(error), data), "write one JSON object, in UTF-8"
        ) from error


def _table(data: bytes, file: str) -> tuple[Manifest, tuple[int, ...]]:
    found, lines = manifest_table(data, file)
    try:
        return msgspec.convert(found, Manifest), lines
    except msgspec.ValidationError as error:
        place = re.search(r"files\[(\d+)\]", str(error))
        said = re.sub(r"files\[\d+\]\.?", "", str(error))
        raise _invalid(said, file, lines[int(place[1]) if place else 0]) from error


def check(manifest: Manifest, contract_id: str, week: int, file: str = MANIFEST) -> None:
    """`ManifestError` if the manifest is for another contract or week than the folder it lies in."""
    for field, given, wanted in (
        ("contract_id", manifest.contract_id, contract_id),
        ("week", manifest.week, week),
    ):
        if given != wanted:
            raise ManifestError(
                f"{field} is {given!r}, but this folder is for {wanted!r}",
                file,
                fix=f"correct {field}, or deliver into the folder it belongs to",
            )


def _invalid(message: str, file: str, line: int | None = None) -> ManifestError:
    said, _, path = message.partition(" - at ")
    field = path.strip("`").removeprefix("$.")
    missing = re.search(r"missing required field `(\w+)`", said)
    name = missing[1] if missing else field.rpartition(".")[2]
    fix = _UNKNOWN if "unknown field" in said else _HINTS.get(name, "correct the field")
    return ManifestError((f"{field}: " if field else "") + said.replace("`", "'"), file, line, fix)


def _line(message: str, data: bytes) -> int | None:
    at = re.search(r"\(byte (\d+)\)", message)
    return data[: int(at[1])].count(b"\n") + 1 if at else None


def _check_names(manifest: Manifest, file: str, lines: tuple[int, ...] | None) -> None:
    seen: dict[str, str] = {}
    for number, listed in enumerate(manifest.files):
        where, line = ("name", lines[number]) if lines else (f"files[{number}].name", None)
        if problem := key_problem(listed.name):
            raise ManifestError(
                f"{where}: {listed.name!r} {problem}",
                file,
                line,
                fix="name the file by its path below the delivery's folder, with '/' between names",
            )
        if listed.name == file.rpartition("/")[2]:
            raise ManifestError(f"{where}: the manifest lists itself", file, line, "remove this entry")
        alike = unicodedata.normalize("NFC", listed.name).casefold()
        if alike in seen:
            raise ManifestError(
                f"{where}: {listed.name!r} "
                + (
                    "is listed twice"
                    if seen[alike] == listed.name
                    else f"differs from {seen[alike]!r} in case only"
                ),
                file,
                line,
                fix="list every file once, under names that differ in more than case",
            )
        seen[alike] = listed.name
