"""What is wrong is the vendor's only if it is so twice, and in the bytes the vendor sent."""

import gzip
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from contracts.model import Contract
from rampart.delivery.canonicalise import Canonical, canonicalise
from rampart.delivery.certainty import certain
from rampart.delivery.errors import DamagedReadError, LandingError, StoreTroubleError, UnreadableFileError
from rampart.delivery.landing import Landed, land
from rampart.delivery.local_store import LocalStore
from rampart.delivery.store import ObjectStore
from tests.delivery.reading import JSONL, KEY, contract
from tests.delivery.zips import zipped

Spoil = Callable[[bytes], bytes]
FILE = "rows.jsonl.gz"
ROWS = "".join(
    json.dumps({"prompt": f"p{n}", "a": "yes", "b": "no", "label": "a"}) + "\n" for n in range(50)
).encode()
WHOLE = gzip.compress(ROWS, mtime=0)


def flipped(data: bytes) -> bytes:
    return data[:60] + bytes([data[60] ^ 255]) + data[61:]


def cut(data: bytes) -> bytes:
    return data[:60]


def whole(data: bytes) -> bytes:
    return data


class Spoiling(LocalStore):
    """A folder whose files come spoilt, in turn by each of `spoils`, then whole."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.spoils: list[Spoil] = []
        self.opened = 0

    def open(self, key: str, checked: bool = True) -> BinaryIO:
        with super().open(key, checked) as stream:
            data = stream.read()
        if key == "manifest.json":
            return io.BytesIO(data)
        self.opened += 1
        return io.BytesIO(self.spoils.pop(0)(data) if self.spoils else data)


@pytest.fixture
def drop(tmp_path: Path) -> Spoiling:
    return Spoiling(tmp_path / "drop")


@pytest.fixture
def store(tmp_path: Path) -> Spoiling:
    return Spoiling(tmp_path / "store")


def deliver(drop: LocalStore, data: bytes = WHOLE, manifest: bool = True) -> Contract:
    """Put a delivery into the drop; the manifest promises `WHOLE`, whatever `data` is."""
    drop.put_once(FILE, data)
    if manifest:
        file = {"name": FILE, "bytes": len(data), "sha256": hashlib.sha256(WHOLE).hexdigest()}
        said = {"manifest_version": 1, "contract_id": "dc-test", "week": 1, "replaces": None, "files": [file]}
        drop.put_once("manifest.json", json.dumps(said).encode())
    terms = {"rows": JSONL | {"path": FILE}, "manifest": "manifest.json" if manifest else "none"}
    return contract(terms)


@pytest.mark.parametrize("spoils", [[flipped], [cut], [flipped, cut]])
def test_a_file_that_comes_otherwise_the_second_time_is_trouble_on_the_way(
    drop: Spoiling, store: Spoiling, spoils: list[Spoil]
) -> None:
    terms = deliver(drop)
    drop.spoils = list(spoils)
    with pytest.raises(DamagedReadError, match="read twice, the file had other bytes"):
        land(drop, "", terms, 1, store)
    assert store.list("") == ()
    assert land(drop, "", terms, 1, store).files[0].sha256 == hashlib.sha256(WHOLE).hexdigest()


def test_a_file_that_comes_wrong_twice_is_the_vendor_s(drop: Spoiling, store: Spoiling) -> None:
    terms = deliver(drop, flipped(WHOLE))
    with pytest.raises(LandingError, match="but the manifest says"):
        land(drop, "", terms, 1, store)
    assert drop.opened == 2


@pytest.fixture
def landed(drop: Spoiling, store: Spoiling) -> tuple[Landed, Contract]:
    terms = deliver(drop)
    return land(drop, "", terms, 1, store), terms


def read_delivery(delivery: Landed, terms: Contract, store: ObjectStore, key: bytes) -> Canonical:
    return certain(lambda: canonicalise(delivery, terms, store, key), delivery.files, store)


@pytest.mark.parametrize("spoil", [flipped, cut])
def test_a_landed_copy_that_comes_damaged_once_is_read_again(
    store: Spoiling, landed: tuple[Landed, Contract], spoil: Spoil
) -> None:
    delivery, terms = landed
    expected = canonicalise(delivery, terms, store, KEY)
    store.spoils = [spoil]
    assert read_delivery(delivery, terms, store, KEY) == expected


def test_a_landed_copy_that_stays_damaged_is_not_the_vendor_s(
    store: Spoiling, landed: tuple[Landed, Contract]
) -> None:
    store.spoils = [flipped] * 9
    with pytest.raises(StoreTroubleError, match=r"is not what was landed.* Fix: run again"):
        read_delivery(*landed, store, KEY)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.zip"])
@pytest.mark.parametrize("spoil", [flipped, cut, lambda data: data + b"\n"], ids=["flipped", "cut", "longer"])
def test_a_flipped_byte_that_no_reader_minds_is_found(
    drop: Spoiling, store: Spoiling, name: str, spoil: Spoil
) -> None:
    data = zipped(("rows.jsonl", ROWS)) if name.endswith(".zip") else ROWS
    drop.put_once(name, data)
    terms = contract({"rows": JSONL | {"path": name}, "manifest": "none"})
    delivery = land(drop, "", terms, 1, store)
    store.spoils = [spoil]
    with pytest.raises(DamagedReadError, match="is not what was landed"):
        canonicalise(delivery, terms, store, KEY)


def test_a_landed_copy_that_is_gone_is_not_the_vendor_s(
    store: Spoiling, landed: tuple[Landed, Contract]
) -> None:
    store.delete(landed[0].files[0].key)
    with pytest.raises(StoreTroubleError, match=r"is gone\. Fix: restore"):
        read_delivery(*landed, store, KEY)


def test_what_was_landed_broken_is_the_vendor_s(drop: Spoiling, store: Spoiling) -> None:
    terms = deliver(drop, flipped(WHOLE), manifest=False)
    delivery = land(drop, "", terms, 1, store)
    with pytest.raises(UnreadableFileError, match="is damaged"):
        read_delivery(delivery, terms, store, KEY)
    assert store.opened == 3
