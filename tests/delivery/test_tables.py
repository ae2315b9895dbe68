from pathlib import Path

import pyarrow as pa
import pytest

from rampart.delivery.errors import MissingObjectError, UnreadableFileError
from rampart.delivery.local_store import LocalStore
from rampart.delivery.tables import fetch_table, publish_bytes, publish_table


def test_a_table_is_published_under_its_digest_and_comes_back(tmp_path: Path) -> None:
    store, table = LocalStore(tmp_path), pa.table({"x": [1, None], "y": [["a"], []]})
    key = publish_table(store, "batches/c", "accepted", table)
    assert key.startswith("batches/c/accepted-")
    assert key.endswith(".parquet")
    assert fetch_table(store, key).equals(table)
    assert publish_table(store, "batches/c", "accepted", table) == key
    assert publish_table(store, "batches/c", "accepted", table.slice(1)) != key


def test_other_bytes_are_published_beside_and_not_over_the_first(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    keys = {publish_bytes(store, "p", "n", "json", data) for data in (b"1", b"2", b"1")}
    assert {store.get(key) for key in keys} == {b"1", b"2"}


def test_a_missing_or_damaged_table_is_told_by_its_key(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    with pytest.raises(MissingObjectError):
        fetch_table(store, "p/n.parquet")
    store.put_once("p/n.parquet", b"PAR1 not really")
    with pytest.raises(
        UnreadableFileError, match=r"p/n\.parquet: not a whole Parquet file: .* Fix: restore it"
    ):
        fetch_table(store, "p/n.parquet")
