"""Deliveries in zip archives: every member's rows are counted under its own name."""

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rampart.delivery.canonicalise import Canonical, canonicalise
from rampart.delivery.errors import DeliveryError, LandingError
from rampart.delivery.globs import path_enters
from rampart.delivery.landing import Landed, LandedFile
from rampart.delivery.local_store import LocalStore
from tests.delivery.reading import CSV, JSONL, contract, jsonl, quarantine, read, records
from tests.delivery.zips import zipped

ROWS = [{"prompt": f"p{n}", "a": "x", "b": "y", "label": "a"} for n in range(4)]


def counts(found: Canonical) -> list[tuple[str, str, int, int, int]]:
    return [(f.file.name, f.role, f.lines, f.records, f.quarantined) for f in found.files]


def test_an_archive_named_by_the_contract_means_all_its_members() -> None:
    terms = contract({"rows": {"path": "week.zip", "format": "jsonl"}})
    made = zipped(("one.jsonl", jsonl(*ROWS[:3]) + b"not json\n"), ("two/more.jsonl", jsonl(ROWS[3])))
    found = read(terms, {"week.zip": made})
    assert counts(found) == [
        ("week.zip/one.jsonl", "rows", 4, 3, 1),
        ("week.zip/two/more.jsonl", "rows", 1, 1, 0),
    ]
    assert {(r["source_file"], r["source_line"]) for r in records(found)} == {
        *(("week.zip/one.jsonl", line) for line in (1, 2, 3)),
        ("week.zip/two/more.jsonl", 1),
    }
    assert [(q["source_file"], q["source_line"]) for q in quarantine(found)] == [("week.zip/one.jsonl", 4)]
    assert {(f.file.bytes, f.file.rows) for f in found.files} == {(len(made), None)}


def test_a_path_may_mean_some_members_and_a_join_others() -> None:
    source = {"path": "**/items.jsonl", "format": "jsonl"}
    terms = contract(
        {
            "rows": {"path": "*.zip/votes/*.csv", "format": "csv"},
            "join": [{"as": "item", "source": source, "on": "id", "key": "id"}],
            "record": {"prompt": "item.prompt", "responses": "[item.a, item.b]", "label": "label"},
        }
    )
    items = jsonl(*({"id": n, **row} for n, row in enumerate(ROWS)))
    votes = b"id,label\n0,a\n1,b\n"
    found = read(terms, {"w.zip": zipped(("votes/1.csv", votes), ("items.jsonl", gzip.compress(items)))})
    assert counts(found) == [("w.zip/items.jsonl", "items", 4, 2, 0), ("w.zip/votes/1.csv", "rows", 2, 2, 0)]


def test_a_member_the_contract_does_not_know_is_refused() -> None:
    terms = contract({"rows": {"path": "w.zip/*.jsonl", "format": "jsonl"}})
    with pytest.raises(DeliveryError, match=r"w\.zip/notes\.txt: the contract knows no such file"):
        read(terms, {"w.zip": zipped(("r.jsonl", jsonl(*ROWS)), ("notes.txt", b"hello"))})


def test_an_archive_without_a_member_the_rows_path_means_holds_no_row() -> None:
    terms = contract({"rows": {"path": "w.zip/rows-*.jsonl", "format": "jsonl"}})
    with pytest.raises(DeliveryError):
        read(terms, {"w.zip": zipped(("other.jsonl", jsonl(*ROWS)))})


def test_a_zip_under_another_name_is_told_to_be_one() -> None:
    made = zipped(("r.jsonl", jsonl(*ROWS)))
    for data in (made, gzip.compress(made)):
        with pytest.raises(DeliveryError, match=r"this is a zip archive\. Fix: let its name end in \.zip"):
            read(contract({"rows": JSONL}), {"rows.jsonl": data})


def test_another_file_under_an_archive_s_name_is_told_not_to_be_one() -> None:
    terms = contract({"rows": {**CSV, "path": "rows.zip"}})
    with pytest.raises(DeliveryError, match=r"rows\.zip: not a whole zip archive"):
        read(terms, {"rows.zip": b"prompt,a,b,label\np,x,y,a\n"})


@pytest.mark.parametrize(
    ("name", "pattern", "enters"),
    [
        ("w.zip", "w.zip/*.jsonl", True),
        ("w.zip", "*.zip/a/b.jsonl", True),
        ("d/w.zip", "d/*.zip/b.jsonl", True),
        ("d/w.zip", "*.zip/b.jsonl", False),
        ("d/w.zip", "**/b.jsonl", True),
        ("w.zip", "w.zip", False),
        ("w.zip", "v.zip/x", False),
    ],
)
def test_a_path_may_lead_into_an_archive(name: str, pattern: str, enters: bool) -> None:
    assert path_enters(name, pattern) is enters


def landed_with(rows: int | None, data: bytes) -> None:
    terms = contract({"rows": {"path": "*", "format": "jsonl"}})
    with TemporaryDirectory() as folder:
        store = LocalStore(Path(folder))
        store.put_once("k", data)
        name = "w.zip" if data.startswith(b"PK") else "w.jsonl"
        canonicalise(Landed("d", (LandedFile(name, "", len(data), rows, "k"),), None), terms, store, b"key")


def test_the_rows_a_manifest_promises_of_a_file_or_an_archive_are_counted() -> None:
    broken = jsonl(*ROWS[:2]) + b"no row\n"
    for data in (jsonl(*ROWS), zipped(("a", jsonl(*ROWS[:3])), ("b", jsonl(ROWS[3])))):
        for good in (None, 4):
            landed_with(good, data)
        for bad in (3, 5):
            with pytest.raises(LandingError, match=f"the file holds 4 rows, but the manifest says {bad}"):
                landed_with(bad, data)
    for good in (2, 3):  # a broken line may have been a row, or a piece of one
        landed_with(good, broken)
    for bad in (1, 4):
        with pytest.raises(
            LandingError, match=r"holds 3 rows \(1 of them unreadable\), but the manifest says"
        ):
            landed_with(bad, broken)
