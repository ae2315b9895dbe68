"""Manifests in JSON: good ones, and what hurried, broken and hostile writers make of them."""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from simulator.mangled_deliveries.case import Damage
from simulator.mangled_deliveries.values import VALUES

Manifest = dict[str, Any]
HOSTILE = (
    "../rows.jsonl", "..", ".", "", "/etc/passwd", "a/../../rows", "rows//a", "./rows.jsonl", "rows/",
    "~/rows",
    "C:\\rows.jsonl", "..\\rows", "rows\0.jsonl", "rows\n.jsonl", "rows\x1b[2J", "rows\u202elnosj",
    "rows\u2028",
    "rows" + "x" * 300, "/".join(["rows"] * 400), "rows-e\u0301", "rows-\u00e9", "ROWS.JSONL", "rows\ud800",
    "manifest.json", "Manifest.json", "manifest.csv", "con", "rows.jsonl ", " rows", "rows\ufeff", "rows*",
    "rows?", "rows[0-9]", "rows%2e%2e", "file:///rows", "s3://b/rows", ".rampart-unfinished/rows",
    "rows\u00ad",
)  # fmt: skip


def manifest_for(
    files: Mapping[str, bytes], counts: Mapping[str, int], contract_id: str, week: int
) -> Manifest:
    """A manifest that tells the truth; `counts` are the rows of those files whose rows it promises."""
    return {
        "manifest_version": 1,
        "contract_id": contract_id,
        "week": week,
        "replaces": None,
        "files": [
            {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            | ({"rows": counts[name]} if name in counts else {})
            for name, data in files.items()
        ],
    }


def written(manifest: Manifest) -> bytes:
    """The manifest as JSON."""
    return json.dumps(manifest, indent=1).encode()


def _edited(edit: Callable[[Random, Manifest], None]) -> Callable[[Random, bytes], bytes]:
    def spoil(chance: Random, data: bytes) -> bytes:
        manifest = json.loads(data)
        edit(chance, manifest)
        return written(manifest)

    return spoil


def _file(chance: Random, manifest: Manifest) -> dict[str, Any]:
    found: dict[str, Any] = chance.choice(manifest["files"])
    return found


def _other_digest(chance: Random, manifest: Manifest) -> None:
    _file(chance, manifest)["sha256"] = hashlib.sha256(chance.randbytes(4)).hexdigest()


def _other_bytes(chance: Random, manifest: Manifest) -> None:
    file = _file(chance, manifest)
    file["bytes"] = chance.choice((file["bytes"] + 1, file["bytes"] * 2 + 1, 2**63, 10**30))


def _other_rows(chance: Random, manifest: Manifest) -> None:
    _file(chance, manifest)["rows"] = chance.choice((0, 1, 10**9, 2**63))


def _one_more(chance: Random, manifest: Manifest) -> None:
    manifest["files"].append({**_file(chance, manifest), "name": "rows-never-sent.jsonl"})


def _one_less(chance: Random, manifest: Manifest) -> None:
    manifest["files"].remove(_file(chance, manifest))


def _listed_twice(chance: Random, manifest: Manifest) -> None:
    file = _file(chance, manifest)
    twin = chance.choice((str.upper, str, lambda name: unicodedata.normalize("NFD", name)))(file["name"])
    manifest["files"].append({**file, "name": twin})


def _hostile_name(chance: Random, manifest: Manifest) -> None:
    _file(chance, manifest)["name"] = chance.choice(HOSTILE)


def _hostile_file(chance: Random, manifest: Manifest) -> None:
    manifest["files"].append({**_file(chance, manifest), "name": chance.choice(HOSTILE)})


def _value(chance: Random, manifest: Manifest) -> None:
    group = chance.choice((manifest, _file(chance, manifest)))
    group[chance.choice((*group, "sha512", ""))] = chance.choice(VALUES)


def _no_field(chance: Random, manifest: Manifest) -> None:
    group = chance.choice((manifest, _file(chance, manifest)))
    del group[chance.choice(list(group))]


def _other_week(chance: Random, manifest: Manifest) -> None:
    manifest["week"] += chance.choice((1, 10**6, 2**63))


def _other_contract(chance: Random, manifest: Manifest) -> None:
    manifest["contract_id"] = chance.choice(("dc-other", "", "\x1b[31m", "x" * 10_000, "../dc"))


def _swapped(_chance: Random, manifest: Manifest) -> None:
    digests = [file["sha256"] for file in manifest["files"]]
    for file, digest in zip(manifest["files"], [*digests[1:], "0" * 64], strict=True):
        file["sha256"] = digest


def _many(chance: Random, manifest: Manifest) -> None:
    file = _file(chance, manifest)
    manifest["files"] += [{**file, "name": f"rows-{number}"} for number in range(20_000)]


def _doubled_key(chance: Random, data: bytes) -> bytes:
    key = chance.choice((b'"week": 1, ', b'"files": [], ', b'"contract_id": "dc-other", '))
    return data.replace(b"{", b"{" + key, 1)


def _brackets(chance: Random, _data: bytes) -> bytes:
    return chance.choice((b"[", b'{"files":', b'[{"":')) * chance.choice((500, 5_000, 1 << 20, 10 << 20))


def _not_an_object(chance: Random, _data: bytes) -> bytes:
    return chance.choice((b"null", b"[]", b"3", b'"files"', b"{}", b"", b"\n", b"NaN", b"<xml/>"))


def _insides_not_json(chance: Random, data: bytes) -> bytes:
    put = chance.choice((b"NaN", b"Infinity", b"1e999", b"'1'", b"0x10", b"1.0", b"9" * 10_000, b"[" * 3_000))
    return data.replace(b": 1", b": " + put, 1)


TELLING = (
    ("another digest", _other_digest), ("another size", _other_bytes), ("a file never sent", _one_more),
    ("a file unlisted", _one_less), ("a file listed twice", _listed_twice), ("a hostile name", _hostile_name),
    ("another week", _other_week), ("another contract", _other_contract), ("digests swapped", _swapped),
    ("twenty thousand files", _many), ("a file under a hostile name", _hostile_file),
)  # fmt: skip
MANIFESTS = (
    *(Damage(f"manifest: {name}", _edited(edit), "be refused") for name, edit in TELLING),
    Damage("manifest: other rows", _edited(_other_rows)),
    Damage("manifest: a strange value", _edited(_value)),
    Damage("manifest: a field lost", _edited(_no_field)),
    Damage("manifest: a key twice", _doubled_key),
    Damage("manifest: no JSON inside", _insides_not_json, "be refused"),
    Damage("manifest: brackets without end", _brackets, "be refused"),
    Damage("manifest: not an object", _not_an_object, "be refused"),
    Damage("manifest: a byte order mark", lambda _chance, data: b"\xef\xbb\xbf" + data, "be taken in"),
    Damage("manifest: UTF-16", lambda _chance, data: data.decode().encode("utf-16"), "be refused"),
    Damage("manifest: CRLF", lambda _chance, data: data.replace(b"\n", b"\r\n"), "be taken in"),
    Damage("manifest: 17 MB of blanks", lambda _chance, data: data + b" " * (17 << 20), "be refused"),
)
