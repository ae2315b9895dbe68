"""Records written once, and beside them what became of each."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.judged_rows import (
    JudgedRows,
    local_rows,
    part_name,
    publish_file,
    stored_rows,
    write_part,
)
from rampart.delivery.local_store import LocalStore
from rampart.records.fates import FATES, codes_of
from rampart.records.reasons import mask_of
from tests.records.judged import judged, table

FAST = mask_of(["too_fast"])
PARTS = (("r0", "r1", "r2"), ("r3",), ("r4", "r5"))
MASKS = (0, FAST, 0, FAST, FAST, 0)


def fates(masks: tuple[int, ...] = MASKS) -> pa.Table:
    reasons = codes_of(pa.array(masks, pa.uint64()))
    rows = [
        {
            **dict.fromkeys(("source_line", "source_item", "flag_mask"), 0),
            **dict.fromkeys(("source_file", "exact_key", "work_key"), f"k{place}"),
            "record_id": f"r{place}",
            "reason_mask": mask,
            "reasons": reasons[place].as_py(),
        }
        for place, mask in enumerate(masks)
    ]
    return pa.Table.from_pylist(rows, FATES)


@pytest.fixture(params=["local", "stored"])
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> JudgedRows:
    paths = [tmp_path / f"{part_name(number)}.parquet" for number in range(1, len(PARTS) + 1)]
    for path, ids in zip(paths, PARTS, strict=True):
        write_part(table(*(judged(["x", "y"], [1, 2], record_id=name) for name in ids)), path)
    pq.write_table(fates(), tmp_path / "fates.parquet")
    if request.param == "local":
        return local_rows(tmp_path / "fates.parquet", paths)
    store = LocalStore(tmp_path / "store")
    files = {**{path.stem: path for path in paths}, "fates": tmp_path / "fates.parquet"}
    return stored_rows(
        store, {name: publish_file(store, "batches", name, path) for name, path in files.items()}
    )


def test_accepted_and_discarded_rows_part_the_readable_ones_in_their_order(rows: JudgedRows) -> None:
    assert rows.readable(["record_id"])["record_id"].to_pylist() == [f"r{place}" for place in range(6)]
    assert rows.accepted(["record_id"])["record_id"].to_pylist() == ["r0", "r2", "r5"]
    lost = rows.discarded()
    assert lost["record_id"].to_pylist() == ["r1", "r3", "r4"]
    assert lost["reasons"].to_pylist() == [["too_fast"]] * 3
    assert rows.kept_keys()["work_key"].to_pylist() == ["k0", "k2", "k5"]


def test_a_part_of_a_nested_column_is_read_by_itself(rows: JudgedRows) -> None:
    found = rows.readable(["responses.list.element.sha256"])["responses"].to_pylist()
    assert {tuple(one) for one in found[0]} == {("sha256",)}


def test_single_rows_are_found_in_the_order_asked_for(rows: JudgedRows) -> None:
    assert rows.at([5, 0, 3, 3])["record_id"].to_list() == ["r5", "r0", "r3", "r3"]
    assert rows.at([]).height == 0
    assert rows.at([5, 0], ["domain"]).columns == ["domain"]


def test_fates_that_are_not_those_of_the_records_are_told(tmp_path: Path) -> None:
    pq.write_table(fates((0,)), tmp_path / "few.parquet")
    other = local_rows(tmp_path / "few.parquet", [])
    with pytest.raises(UnreadableFileError, match="0 records lie beside 1 fates"):
        JudgedRows(other.fates, ()).accepted()


def test_the_same_rows_are_published_once_under_one_key(tmp_path: Path) -> None:
    store, path = LocalStore(tmp_path / "store"), tmp_path / "part.parquet"
    write_part(table(judged(["x", "y"], [1, 2])), path)
    assert publish_file(store, "b", "records-00001", path) == publish_file(store, "b", "records-00001", path)
    assert len(store.list("b/")) == 1
