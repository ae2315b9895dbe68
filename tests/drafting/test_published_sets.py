"""The draft for each public set, read as it was written: which edits does it need? None."""

import csv
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.published import DATA, delivered
from tests.delivery.reading import said, texts
from tests.drafting.drafts import Drafted, drafted

# Set → its files, how many records they hold, the scheme, and the textual edits its draft needs (at most 3).
Edits = tuple[tuple[str, str], ...]
SETS: dict[str, tuple[tuple[str, ...], int, str, Edits]] = {
    "llmfao": (("llmfao/crowd-comparisons.csv", "llmfao/pairs-crowd.jsonl"), 8931, "arena", ()),
    "pandalm": (("pandalm/testset-v1.json",), 2997, "arena", ()),
    "rte": (("crowd-labels/rte/label.csv", "crowd-labels/rte/truth.csv"), 8000, "category", ()),
    "bluebird": (
        ("crowd-labels/bluebird/label.csv", "crowd-labels/bluebird/truth.csv"),
        4212,
        "category",
        (),
    ),
    "crowd-timing": (("crowd-timing/CF_amt.csv",), 6030, "category", ()),
    "hh-rlhf": (("hh-rlhf/harmless-base_test.head200.jsonl",), 200, "binary", ()),
    "oasst trees": (("oasst/en_100_tree.jsonl",), 212, "ranking", ()),
    "oasst messages": (("oasst/en_100_message.jsonl",), 212, "ranking", ()),
    "evalica food": (("evalica/food.csv",), 30, "arena", ()),
    "evalica simple": (("evalica/simple.csv",), 16, "arena", ()),
}


@cache
def draft(name: str) -> Drafted:
    files, _, _, edits = SETS[name]
    paths = [DATA / file for file in files]
    if missing := [path for path in paths if not path.is_file()]:
        pytest.skip(f"no {missing[0]}: set RAMPART_TEST_DATA to the folder with the public sample data")
    return drafted(paths, edits)


@pytest.mark.parametrize("name", SETS)
def test_a_published_set_is_read_by_its_draft_without_loss(name: str) -> None:
    _, records, kind, edits = SETS[name]
    found = draft(name)
    assert len(edits) <= 3
    assert found.read.quarantine.num_rows == 0
    assert found.read.records.num_rows == records
    assert found.contract.annotation.scheme.kind == kind
    assert not {"missing_required_field", "label_outside_scheme", "outside_week"} & set(found.discarded)
    assert name == "crowd-timing" or "duplicate_record_id" not in found.discarded


@pytest.mark.parametrize(
    ("name", "example"),
    [("llmfao", "llmfao"), ("pandalm", "pandalm"), ("hh-rlhf", "hh-rlhf"), ("oasst trees", "oasst")],
)
def test_a_draft_says_the_same_of_every_record_as_the_contract_written_by_hand(
    name: str, example: str
) -> None:
    def meant(record: dict[str, Any]) -> tuple[Any, ...]:
        return said(record), texts(record), record["ranking"]

    by_hand = delivered(example).records.to_pylist()
    assert [meant(record) for record in draft(name).records] == [meant(record) for record in by_hand]


@pytest.mark.parametrize(("name", "folder"), [("rte", "rte"), ("bluebird", "bluebird")])
def test_gold_is_joined_to_every_label(name: str, folder: str) -> None:
    records = draft(name).records
    with (DATA / "crowd-labels" / folder / "truth.csv").open() as stream:
        truth = {row["item"]: row["truth"] for row in csv.DictReader(stream)}
    with (DATA / "crowd-labels" / folder / "label.csv").open() as stream:
        labels = [(row["item"], row["label"], f'"{truth[row["item"]]}"') for row in csv.DictReader(stream)]
    assert [(r["item_id"], r["category"], r["gold"]) for r in records] == labels


def test_seconds_and_gold_of_the_timed_set_are_mapped() -> None:
    records = draft("crowd-timing").records
    with (DATA / "crowd-timing" / "CF_amt.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [r["duration_s"] for r in records] == [float(row["seconds"]) for row in rows]
    twice = len(rows) - len({(row["item"], row["worker"]) for row in rows})
    assert draft("crowd-timing").discarded["duplicate_record_id"] == twice == 5  # as published
    assert Counter(r["gold"] for r in records) == Counter(f'"{row["gold"]}"' for row in rows)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("pandalm", "annotation.scheme"),  # 0, 1, 2: nobody can know
        ("pandalm", "delivery.record.annotator_id"),  # is annotator1 one person?
        ("evalica food", "delivery.record.prompt"),
    ],
)
def test_what_the_files_cannot_tell_is_marked(name: str, address: str) -> None:
    assert draft(name).sure(address) == "edit"
    assert "# EDIT: " in draft(name).text


def test_a_second_file_that_says_nothing_about_the_rows_is_left_out(tmp_path: Path) -> None:
    votes = tmp_path / "votes.csv"
    votes.write_text("left,right,winner\n" + "".join(f"A{n},B{n},left\n" for n in range(30)))
    models = tmp_path / "models.csv"
    models.write_text("name,licence\n" + "".join(f"m{n},mit\n" for n in range(5)))
    found = drafted([votes, models])
    assert found.proposal.left == ("models.csv",)
    assert found.read.records.num_rows == 30
