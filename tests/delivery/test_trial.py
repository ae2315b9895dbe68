from pathlib import Path
from typing import Any

import pytest

from contracts.model import Contract
from rampart.delivery.errors import DeliveryError
from rampart.delivery.trial import LabelSeen, try_out
from tests.delivery.reading import contract

CSV = "id,q,x,y,best,who\n1,Name a fruit.,Apple,Chair,a,w7\n2,Name a fruit.,Pear,Table,A,\n3,?,1,2,z,w8\n"
RECORD = {"record_id": "id", "prompt": "q", "responses": "[x, y]", "label": "best", "annotator_id": "who"}


def terms(**delivery: Any) -> Contract:
    rows = {"path": "votes/*.csv", "format": "csv"}
    return contract({"rows": rows, "record": RECORD, **delivery})


def test_a_single_file_is_read_whatever_it_is_called_and_shown_beside_its_record(tmp_path: Path) -> None:
    (tmp_path / "Export (2).csv").write_text(CSV)
    found = try_out([tmp_path / "Export (2).csv"], terms(), 2)
    assert [(one.before["id"], one.after["record_id"]) for one in found.shown] == [("1", "1"), ("2", "2")]
    assert found.shown[0].before["x"] == "Apple"
    assert found.read.records.num_rows == 3
    assert found.unread_files == ()


def test_labels_are_counted_and_compared_with_the_words_of_the_scheme(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text(CSV.replace("3,?", "3,?,1,2,a,w\n4,?"))
    found = try_out([tmp_path / "v.csv"], terms(), 0)
    assert found.labels[0] == LabelSeen('"a"', 2, known=True)
    assert set(found.labels[1:]) == {LabelSeen('"A"', 1, known=True), LabelSeen('"z"', 1, known=False)}
    assert found.unused_words == ("b",)
    assert found.shown == ()


def test_fields_the_contract_maps_are_counted_where_they_are_filled(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text(CSV)
    found = try_out([tmp_path / "v.csv"], terms(), 0)
    assert found.filled == {"record_id": 3, "prompt": 3, "responses": 3, "label": 3, "annotator_id": 2}


def test_a_folder_is_read_by_the_contracts_paths_and_other_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "votes").mkdir()
    (tmp_path / "votes" / "one.csv").write_text(CSV)
    (tmp_path / "votes" / "two.csv").write_text(CSV)
    (tmp_path / "README.md").write_text("Read me.")
    found = try_out([tmp_path], terms(), 4)
    assert [one.after["source_file"] for one in found.shown] == ["votes/one.csv"] * 3 + ["votes/two.csv"]
    assert found.unread_files == ("README.md",)


def test_a_missing_partner_file_is_told_with_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text(CSV)
    join = {"as": "i", "source": {"path": "items.csv", "format": "csv"}, "on": "id", "key": "id"}
    asked = terms(join=[join], rows={"path": "v.csv", "format": "csv"})
    with pytest.raises(
        DeliveryError, match=r"no file matches 'items\.csv', which the contract reads; there is v\.csv"
    ):
        try_out([tmp_path / "v.csv"], asked, 1)
    (tmp_path / "items.csv").write_text("id\n1\n9\n")
    found = try_out([tmp_path / "v.csv", tmp_path / "items.csv"], asked, 1)
    assert found.read.joins[0].unused == 1
    assert found.read.quarantine.num_rows == 2


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="no such file or folder"):
        try_out([tmp_path / "nowhere.csv"], terms(), 1)


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAMPART_HOME", str(tmp_path / "home"))
    (tmp_path / "v.csv").write_text(CSV)
    try_out([tmp_path / "v.csv"], terms(), 3)
    assert [path.name for path in tmp_path.rglob("*")] == ["v.csv"]
