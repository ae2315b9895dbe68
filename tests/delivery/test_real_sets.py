"""Public sets as they were published, read by nothing but their contracts in contracts/specs/examples."""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from contracts.load import load_contract
from contracts.model import Contract
from quality.audits.suite import run_audits
from rampart.delivery.canonicalise import Canonical, FileRead, canonicalise
from rampart.delivery.landing import land
from rampart.delivery.local_store import LocalStore
from tests.delivery.reading import KEY, records, said, texts

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("RAMPART_TEST_DATA", ROOT.parent / "shared" / "data"))


def terms(name: str) -> Contract:
    return load_contract(ROOT / "contracts" / "specs" / "examples" / f"{name}.odcs.yaml")


@cache
def delivered(name: str) -> Canonical:
    if not (DATA / name).is_dir():
        pytest.skip(f"no {DATA / name}: set RAMPART_TEST_DATA to the folder with the public sample data")
    with TemporaryDirectory() as folder:
        store = LocalStore(Path(folder))
        landed = land(LocalStore(DATA / name), "", terms(name), 1, store)
        return canonicalise(landed, terms(name), store, KEY)


def counted(read: FileRead) -> tuple[str, int, int, int]:
    return read.file.name, read.lines, read.records, read.quarantined


def audited(name: str) -> dict[str, tuple[str, int]]:
    """Metric → the observed share to three places, and the comparisons it rests on."""
    verdicts = run_audits(delivered(name).records, terms(name))
    return {
        verdict.spec.metric: ("" if verdict.observed is None else f"{verdict.observed:.3f}", verdict.n)
        for verdict in verdicts
    }


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("llmfao", [("crowd-comparisons.csv", 8931, 8931, 0), ("pairs-crowd.jsonl", 2139, 2139, 0)]),
        ("pandalm", [("testset-v1.json", 999, 2997, 0)]),
        ("oasst", [("en_100_tree.jsonl", 100, 212, 0)]),
        ("hh-rlhf", [("harmless-base_test.head200.jsonl", 200, 200, 0)]),
    ],
)
def test_every_line_of_a_published_set_is_read_by_its_contract_alone(
    name: str, files: list[tuple[str, int, int, int]]
) -> None:
    found = delivered(name)
    assert [counted(read) for read in found.files] == files
    assert found.quarantine.num_rows == 0
    assert found.records.num_rows == files[0][2]
    assert len(set(found.records["source_line"].to_pylist())) == files[0][1]


@pytest.mark.parametrize("name", ["llmfao", "pandalm", "oasst", "hh-rlhf"])
def test_every_label_of_a_published_set_is_understood(name: str) -> None:
    assert delivered(name).records["ranking"].null_count == 0


def test_crowd_votes_lean_as_they_were_measured() -> None:
    found = audited("llmfao")
    assert found["longer_wins"] == ("0.410", 5460)
    assert found["first_wins"] == ("0.533", 5460)
    assert found["tie_share"] == ("0.389", 8931)


def test_expert_majorities_lean_as_they_were_measured() -> None:
    assert audited("pandalm")["longer_wins"] == ("0.675", 887)


def test_ranked_trees_become_rankings_of_two_to_nine_replies() -> None:
    sizes = {len(record["responses"]) for record in records(delivered("oasst"))}
    assert (min(sizes), max(sizes)) == (2, 9)
    for record in records(delivered("oasst")):
        assert said(record)[0][0] == "user"
        assert sorted(record["ranking"]) == list(range(1, len(record["responses"]) + 1))


def test_ranked_trees_say_nothing_of_places_on_screen() -> None:
    assert audited("oasst")["first_wins"] == ("", 0)


def test_chosen_and_rejected_transcripts_share_a_prompt_that_ends_with_the_user() -> None:
    for record in records(delivered("hh-rlhf")):
        roles = [role for role, _ in said(record)]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
        assert record["ranking"] == [1, 2]
        assert not any("\n\nHuman:" in text or "\n\nuser:" in text for text in texts(record))
