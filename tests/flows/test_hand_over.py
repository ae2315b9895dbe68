"""A vendor's pack is written where the contract says: whole, once, and without holding up a verdict."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from contracts.load import ContractError
from flows.reconcile import reconcile
from flows.weekly import weekly
from rampart.delivery.local_store import LocalStore
from rampart.ledger.outbox import pending
from simulator.season import Season, contract_text, due, week_rows
from tasks.workspace import put_in_force, workspace
from tests.ledger.books import rested

FILES = {
    "summary.md",
    "summary.html",
    "figures.json",
    "discarded.jsonl",
    "discarded.parquet",
    "discarded.csv",
    "quarantined.jsonl",
    "pack.json",
}


def agree(to: object, vendor: str = "north") -> None:
    text = contract_text(vendor).replace("      gates:", f"      feedback: {{to: {to}}}\n      gates:")
    with workspace() as place:
        put_in_force(text.encode(), "c.odcs.yaml", place, due(0))


def written(folder: Path) -> set[str]:
    """Files below a folder, but for what the store itself keeps there."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)) for path in files}


@pytest.fixture
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feedback")


def test_the_pack_is_written_as_it_is_published_and_its_listing_last(plain: Season, outbox: Path) -> None:
    agree(outbox)
    plain.deliver(1)
    weekly(due(1))
    folder = outbox / "dc-north" / "week-01" / "revision-1"
    assert {path.name for path in folder.iterdir()} == FILES
    listed = json.loads((folder / "pack.json").read_text())["files"]
    published = set(plain.stored().values())
    for file in listed:
        data = (folder / file["name"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
        assert file["sha256"] in published
    assert {file["name"] for file in listed} == FILES - {"pack.json"}
    assert all(name.startswith("dc-north/") for name in written(outbox))


def test_a_round_later_nothing_changes(plain: Season, outbox: Path) -> None:
    agree(outbox)
    plain.deliver(1)
    weekly(due(1))
    before = {path: path.stat().st_mtime_ns for path in outbox.rglob("*") if path.is_file()}
    assert reconcile(due(1)).handed_over == ()
    assert {path: path.stat().st_mtime_ns for path in outbox.rglob("*") if path.is_file()} == before


def test_a_place_that_is_away_holds_up_no_verdict_and_gets_its_pack_later(
    plain: Season, outbox: Path
) -> None:
    gone, there = outbox / "gone", outbox / "there"
    there.mkdir()
    agree(gone)
    agree(there, "south")
    plain.deliver(1)
    plain.deliver(1, vendor="south")
    outcomes = weekly(due(1))
    assert {outcome.state for outcome in outcomes} == {"accepted"}
    assert {name.split("/")[0] for name in written(outbox)} == {"there"}
    books = plain.books()
    (waiting,) = pending(books, "feedback.ready")
    assert "no such folder" in waiting.last_error
    gone.mkdir()
    rested(books)
    books.dispose()
    assert reconcile(due(1)).handed_over == ("dc-north week 1, revision 1",)
    assert len(written(gone)) == len(FILES)


def test_what_was_changed_there_is_not_overwritten_and_said(plain: Season, outbox: Path) -> None:
    agree(outbox)
    plain.deliver(1)
    LocalStore(outbox).put_once("dc-north/week-01/revision-1/summary.md", b"mine")
    weekly(due(1))
    books = plain.books()
    (waiting,) = pending(books, "feedback.ready")
    books.dispose()
    assert "other bytes are already published" in waiting.last_error
    assert not (outbox / "dc-north/week-01/revision-1/pack.json").exists()


def test_a_link_out_of_the_place_is_not_followed(plain: Season, outbox: Path) -> None:
    inside, outside = outbox / "inside", outbox / "outside"
    inside.mkdir()
    outside.mkdir()
    (inside / "dc-north").symlink_to(outside)
    agree(inside)
    plain.deliver(1)
    weekly(due(1))
    assert written(outside) == set()


def test_without_a_place_nothing_is_asked_for(judged: Season) -> None:
    books = judged.books()
    assert pending(books, "feedback.ready") == ()
    books.dispose()
    assert "feedback.ready" not in {row["topic"] for row in judged.export()["outbox"]}


@pytest.mark.parametrize("to", ["feedback", "../x", "/srv/../etc", "s3://", "s3:///x", "ftp://x/y"])
@pytest.mark.usefixtures("plain")
def test_a_place_that_is_none_or_leads_elsewhere_is_refused(to: Any) -> None:
    with pytest.raises(ContractError, match="is no place to write packs to"):
        agree(to)


def test_one_vendor_s_pack_tells_nothing_of_another_s_twin(plain: Season) -> None:
    plain.agree("north")
    plain.agree("south")
    plain.deliver(1)
    weekly(due(1))
    twins = [{**row, "id": f"s-{n}"} for n, row in enumerate(week_rows("north", 1, hasty=0))]
    plain.deliver(2, [{**row, "opened": row["opened"].replace("-05T", "-12T"),
                       "closed": row["closed"].replace("-05T", "-12T")} for row in twins],
                  vendor="south")  # fmt: skip
    weekly(due(2))
    packs = sorted((plain.home / "store" / "packs" / "dc-south" / "week-02").iterdir())
    assert b"copied_work" in next(path for path in packs if path.suffix == ".jsonl").read_bytes()
    for path in packs:
        assert b"north" not in path.read_bytes(), path.name
