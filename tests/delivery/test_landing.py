import gzip
import hashlib
import io
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import msgspec
import pytest

from contracts.model import Contract
from rampart.delivery.arrival import find_delivery
from rampart.delivery.compression import open_decompressed
from rampart.delivery.errors import (
    DamagedReadError,
    DeliveryError,
    LandingError,
    ManifestError,
    StoreTroubleError,
    UnreadableFileError,
)
from rampart.delivery.globs import files_matching
from rampart.delivery.landing import delivery_id, land, landed_key
from rampart.delivery.local_store import LocalStore
from rampart.delivery.store import ObjectStore

FOLDER = "acme/week-01"
ROWS = b'{"id": 1}\n{"id": 2}\n'
PACKED = gzip.compress(ROWS, mtime=0)


def _contract(
    rows: str = "rows.jsonl.gz", join: str | None = None, manifest: str = "manifest.json"
) -> Contract:
    joins = (
        [{"source": {"path": join, "format": "jsonl"}, "as": "item", "on": "id", "key": "id"}] if join else []
    )
    phase = {"discard_ceiling": 0.1, "price": "1.00"}
    record = {"prompt": "prompt", "responses": "responses", "label": "label"}
    return Contract.model_validate(
        {
            "contract_id": "acme-2026",
            "version": "1.0.0",
            "status": "active",
            "name": "Acme",
            "digest": "0" * 64,
            "vendor": {"id": "acme", "name": "Acme"},
            "program": "chat-rm",
            "term": {"start": "2026-01-05", "weeks": 1},
            "ramp": {
                "weeks": {1: {"phase": "calibration", "units": 10}},
                "phases": {"calibration": phase},
            },
            "annotation": {"scheme": {"kind": "binary"}},
            "delivery": {
                "manifest": manifest,
                "rows": {"path": rows, "format": "jsonl"},
                "join": joins,
                "record": record,
            },
        }
    )


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _manifest(files: dict[str, bytes], listed: list[dict[str, Any]] | None = None, **changes: Any) -> bytes:
    if listed is None:
        listed = [{"name": name, "bytes": len(data), "sha256": _sha(data)} for name, data in files.items()]
    head = {"manifest_version": 1, "contract_id": "acme-2026", "week": 1, "replaces": None}
    return msgspec.json.encode(head | {"files": listed} | changes)


@pytest.fixture
def drop(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "drop")


@pytest.fixture
def landed(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "landed")


def _deliver(drop: ObjectStore, files: dict[str, bytes], manifest: bytes | None = None) -> None:
    for name, data in files.items():
        drop.put_once(f"{FOLDER}/{name}", data)
    drop.put_once(f"{FOLDER}/manifest.json", _manifest(files) if manifest is None else manifest)


def test_a_delivery_lands_under_the_digests_of_its_files(drop: LocalStore, store: ObjectStore) -> None:
    files = {"b/rows-2.jsonl": b"{}\n", "a/rows-1.jsonl": ROWS}
    listed = [
        {"name": "b/rows-2.jsonl", "bytes": 3, "sha256": _sha(b"{}\n"), "rows": 1},
        {"name": "a/rows-1.jsonl", "bytes": len(ROWS), "sha256": _sha(ROWS)},
    ]
    _deliver(drop, files, _manifest({}, listed, replaces="c" * 64))
    result = land(drop, FOLDER, _contract("**/rows-*.jsonl"), 1, store)
    assert [(f.name, f.bytes, f.rows) for f in result.files] == [
        ("a/rows-1.jsonl", len(ROWS), None),
        ("b/rows-2.jsonl", 3, 1),
    ]
    assert [store.get(f.key) for f in result.files] == [ROWS, b"{}\n"]
    assert [f.key for f in result.files] == [landed_key(f.sha256) for f in result.files]
    assert result.replaces == "c" * 64
    digests = sorted([_sha(ROWS), _sha(b"{}\n")])
    assert result.delivery_id == _sha(f"{digests[0]}\n{digests[1]}\n".encode())


def test_landing_again_changes_nothing(drop: LocalStore, store: ObjectStore) -> None:
    _deliver(drop, {"rows.jsonl.gz": PACKED})
    first = land(drop, FOLDER, _contract(), 1, store)
    objects = store.list("")
    assert land(drop, FOLDER, _contract(), 1, store) == first
    assert store.list("") == objects


def test_the_same_bytes_under_other_names_are_the_same_delivery() -> None:
    assert delivery_id(["b", "a"]) == delivery_id(["a", "b"]) != delivery_id(["a", "b", "b"])


def test_nothing_has_arrived_until_the_manifest_is_there(drop: LocalStore, landed: LocalStore) -> None:
    assert find_delivery(drop, FOLDER, _contract()) is None
    drop.put_once(f"{FOLDER}/rows.jsonl.gz", PACKED)
    assert find_delivery(drop, FOLDER, _contract()) is None
    with pytest.raises(LandingError, match="Fix: deliver the files, the manifest last"):
        land(drop, FOLDER, _contract(), 1, landed)
    drop.put_once(f"{FOLDER}/manifest.json", b"{}")
    arrival = find_delivery(drop, FOLDER + "/", _contract())
    assert arrival
    assert [o.key for o in arrival.files] == ["rows.jsonl.gz"]


def test_a_neighbouring_folder_is_not_part_of_the_delivery(drop: LocalStore, landed: LocalStore) -> None:
    _deliver(drop, {"rows.jsonl.gz": PACKED})
    drop.put_once(f"{FOLDER}0/rows.jsonl.gz", b"another week")
    assert len(land(drop, FOLDER, _contract(), 1, landed).files) == 1


Spoil = Callable[[LocalStore], object]
SPOILED: list[tuple[Spoil, str]] = [
    (
        lambda d: _deliver(d, {"x.jsonl": b""}, _manifest({"x.jsonl": b"", "rows.jsonl.gz": PACKED})),
        r"week-01/rows\.jsonl\.gz: the manifest lists this file, but it is not in the folder\. Fix: upload",
    ),
    (
        lambda d: _deliver(d, {"Rows.jsonl.gz": PACKED}, _manifest({"rows.jsonl.gz": PACKED})),
        r"not in the folder; 'Rows\.jsonl\.gz' is there, which differs in case\. Fix: upload the file under",
    ),
    (
        lambda d: _deliver(d, {"rows.jsonl.gz": PACKED, "x": b""}, _manifest({"rows.jsonl.gz": PACKED})),
        r"week-01/x: this file is in the folder, but not in the manifest\. Fix: list it",
    ),
    (
        lambda d: _deliver(d, {"rows.jsonl.gz": PACKED[:-3]}, _manifest({"rows.jsonl.gz": PACKED})),
        rf"has {len(PACKED) - 3} bytes, but the manifest says {len(PACKED)}\. Fix: upload the file again",
    ),
    (
        lambda d: _deliver(d, {"rows.jsonl.gz": PACKED[:-1] + b"!"}, _manifest({"rows.jsonl.gz": PACKED})),
        rf"SHA-256 is [0-9a-f]+, but the manifest says {_sha(PACKED)}\. Fix: upload the file again",
    ),
    (
        lambda d: _deliver(d, {"other.jsonl": ROWS}),
        r"no delivered file matches delivery\.rows\.path, which is 'rows\.jsonl\.gz'\. Fix: deliver",
    ),
    (
        lambda d: _deliver(d, {"rows.jsonl.gz": PACKED, "rows2.jsonl.gz": PACKED}),
        r"rows2\.jsonl\.gz: the contract reads no file of this name \(it reads rows\.jsonl\.gz\)\. Fix:",
    ),
]


@pytest.mark.parametrize(("spoil", "said"), SPOILED)
def test_a_delivery_that_is_not_as_promised_is_refused_with_file_and_fix(
    drop: LocalStore, landed: LocalStore, spoil: Spoil, said: str
) -> None:
    spoil(drop)
    with pytest.raises(LandingError, match=said) as caught:
        land(drop, FOLDER, _contract(), 1, landed)
    assert str(caught.value).startswith("acme/week-01/")
    assert landed.list("") == ()


def test_a_compressed_file_cut_before_it_was_hashed_is_refused_when_it_is_read(
    drop: LocalStore, landed: LocalStore
) -> None:
    """Landing proves that the bytes are those the vendor meant; reading them, that they are whole."""
    _deliver(drop, {"rows.jsonl.gz": PACKED[:-5]})
    (file,) = land(drop, FOLDER, _contract(), 1, landed).files
    with (
        open_decompressed(landed.open(file.key), file.name) as text,
        pytest.raises(UnreadableFileError, match=r"rows\.jsonl\.gz: the gzip stream ends early"),
    ):
        text.read()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "../week-02/rows.jsonl"])
def test_a_manifest_cannot_reach_outside_its_folder(drop: LocalStore, landed: LocalStore, name: str) -> None:
    drop.put_once("acme/week-02/rows.jsonl", ROWS)
    _deliver(drop, {"rows.jsonl.gz": PACKED}, _manifest({"rows.jsonl.gz": PACKED, name: ROWS}))
    with pytest.raises(ManifestError, match=r"files\[1\]\.name"):
        land(drop, FOLDER, _contract("**"), 1, landed)


def test_a_manifest_of_another_contract_or_week_is_refused(drop: LocalStore, landed: LocalStore) -> None:
    files = {"rows.jsonl.gz": PACKED}
    _deliver(drop, files, _manifest(files, week=2))
    with pytest.raises(ManifestError, match=r"week-01/manifest\.json: week is 2, but this folder is for 1"):
        land(drop, FOLDER, _contract(), 1, landed)


def test_a_huge_manifest_is_not_even_read(drop: LocalStore) -> None:
    drop.put_once(f"{FOLDER}/manifest.json", bytes(17 << 20))
    with pytest.raises(LandingError, match="Fix: deliver fewer, larger files"):
        find_delivery(drop, FOLDER, _contract())


def test_a_link_out_of_the_drop_is_refused(drop: LocalStore, landed: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(ROWS)
    _deliver(drop, {}, _manifest({"rows.jsonl": ROWS}))
    (tmp_path / "drop" / FOLDER / "rows.jsonl").symlink_to(tmp_path / "secret")
    with pytest.raises(DeliveryError, match="leads outside the store"):
        land(drop, FOLDER, _contract("rows.jsonl"), 1, landed)


def test_without_a_manifest_the_files_the_contract_reads_are_the_delivery(
    drop: LocalStore, landed: LocalStore
) -> None:
    contract = _contract("rows/*.jsonl", join="items.jsonl", manifest="none")
    drop.put_once(f"{FOLDER}/items.jsonl", b"{}\n")
    drop.put_once(f"{FOLDER}/notes.txt", b"hello")
    assert find_delivery(drop, FOLDER, contract) is None
    drop.put_once(f"{FOLDER}/rows/1.jsonl", ROWS)
    result = land(drop, FOLDER, contract, 1, landed)
    assert [(f.name, f.sha256, f.rows) for f in result.files] == [
        ("items.jsonl", _sha(b"{}\n"), None),
        ("rows/1.jsonl", _sha(ROWS), None),
    ]
    assert result.replaces is None


@pytest.mark.parametrize("manifest", ["manifest.json", "none"])
def test_a_missing_joined_file_is_named_by_its_clause(
    drop: LocalStore, landed: LocalStore, manifest: str
) -> None:
    _deliver(drop, {"rows.jsonl.gz": PACKED})
    with pytest.raises(LandingError, match=r"no delivered file matches delivery\.join\[0\]\.source\.path"):
        land(drop, FOLDER, _contract(join="items-*.jsonl", manifest=manifest), 1, landed)


class _Growing(LocalStore):
    """A drop whose vendor is still writing."""

    def open(self, key: str, checked: bool = True) -> BinaryIO:
        return io.BytesIO(self.get_now(key, checked) + b"more")

    def get_now(self, key: str, checked: bool) -> bytes:
        with super().open(key, checked) as stream:
            return stream.read()


def test_a_file_still_being_written_is_noticed(tmp_path: Path, landed: LocalStore) -> None:
    drop = _Growing(tmp_path / "drop")
    drop.put_once(f"{FOLDER}/rows.jsonl", ROWS)
    with pytest.raises(LandingError, match=r"20 bytes when listed, 24 when read: it is still being written"):
        land(drop, FOLDER, _contract("rows.jsonl", manifest="none"), 1, landed)


def test_a_damaged_landed_copy_is_found_and_never_used(drop: LocalStore, landed: LocalStore) -> None:
    landed.put_once(landed_key(_sha(PACKED)), b"other bytes, by a failing disk")
    _deliver(drop, {"rows.jsonl.gz": PACKED})
    with pytest.raises(DamagedReadError, match=r"not hold the bytes its name stands for.*Fix: restore it"):
        land(drop, FOLDER, _contract(), 1, landed)


def test_what_the_disk_kept_is_compared_with_what_was_read(
    drop: LocalStore, landed: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(handle: int, data: memoryview) -> int:
        return write(handle, data[:-1]) + 1  # says that it wrote all of it

    _deliver(drop, {"rows.jsonl.gz": PACKED})
    write = os.write
    monkeypatch.setattr(os, "write", careless)
    with pytest.raises(StoreTroubleError, match=r"of \d+ bytes the disk kept \d+"):
        land(drop, FOLDER, _contract(), 1, landed)
    assert landed.list("") == ()


def test_a_file_is_read_from_the_drop_once(drop: LocalStore, landed: LocalStore, tmp_path: Path) -> None:
    class Counting(LocalStore):
        opened: ClassVar[list[str]] = []

        def open(self, key: str, checked: bool = True) -> BinaryIO:
            self.opened.append(key)
            return super().open(key, checked)

    _deliver(drop, {"rows.jsonl.gz": PACKED})
    land(Counting(tmp_path / "drop"), FOLDER, _contract(), 1, landed)
    assert Counting.opened.count(f"{FOLDER}/rows.jsonl.gz") == 1


def test_a_large_file_lands_in_bounded_memory(drop: LocalStore, landed: LocalStore) -> None:
    data = os.urandom(1 << 20) * 160
    _deliver(drop, {"rows.jsonl": data})
    tracemalloc.start()
    land(drop, FOLDER, _contract("rows.jsonl"), 1, landed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 48 << 20  # what is read ahead


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("a.jsonl", ["a.jsonl"]),
        ("*.jsonl", ["a.jsonl"]),
        ("x/*.jsonl", ["x/b.jsonl"]),
        ("**/*.jsonl", ["a.jsonl", "x/b.jsonl", "x/y/c.jsonl"]),
        ("x/**", ["x/b.jsonl", "x/y/c.jsonl"]),
        ("?.jsonl", ["a.jsonl"]),
        ("[ab].jsonl", ["a.jsonl"]),
        ("A.jsonl", []),
        ("[1].csv", ["[1].csv"]),
    ],
)
def test_a_path_means_files_as_a_shell_does(pattern: str, meant: list[str]) -> None:
    names = ["a.jsonl", "x/b.jsonl", "x/y/c.jsonl", "[1].csv"]
    assert list(files_matching(names, pattern)) == meant
