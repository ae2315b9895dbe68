import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from simulator import DEMO_CONTRACTS, World
from simulator.roster import ROSTER
from tests.cli.conftest import Rampart

BIRCH = DEMO_CONTRACTS[1]
SAMPLES = Path(__file__).parents[2] / "contracts" / "specs"


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Birch's fifth week, in which its people take to the longer answer."""
    (birch,) = (vendor for vendor in ROSTER if vendor.id == "birch")
    path = tmp_path_factory.mktemp("birch") / birch.file
    path.write_bytes(birch.encode(birch.deliver(World(0), 5)))
    return path


def offers_of(rampart: Rampart, *words: object) -> dict[str, Any]:
    ended = rampart("mitigate", *words, "--json")
    assert ended.code == 0, ended.err
    return {offer["offer"]: offer for offer in json.loads(ended.out)["offers"]}


def test_each_offer_is_shown_with_what_it_does_and_costs(rampart: Rampart, delivered: Path) -> None:
    ended = rampart("mitigate", delivered, "-c", BIRCH, "--week", 5)
    assert ended.code == 0, ended.err
    assert "The response that is longer won" in ended.out
    for name in ("propensity weights", "balanced subset", "soft labels", "dawid skene labels"):
        assert f"{name}: " in ended.out
    assert "relabel queue: Asks a person to judge" in ended.out
    assert "not distinguishable" in ended.out
    assert "nothing was applied" in ended.out


def test_as_json_it_has_every_figure_before_and_after(rampart: Rampart, delivered: Path) -> None:
    found = offers_of(rampart, delivered, "-c", BIRCH, "--week", 5)
    weights = found["propensity_weights"]
    assert weights["before"]["low"] > 0.5
    assert weights["after"]["low"] < 0.5 < weights["after"]["high"]
    assert abs(weights["after"]["effect"]["beta"]) < weights["before"]["effect"]["beta"]
    assert 0 < weights["effective_n"] < weights["comparisons"]
    assert set(weights["touched"]) == {"comparisons", "prompts", "annotators"}
    held = weights["held_out"]
    assert set(held) == {"as_delivered", "balanced"}
    assert held["balanced"]["difference"].keys() == {"value", "low", "high"}
    assert found["relabel_queue"]["held_out"] is None


def test_files_are_written_only_where_a_folder_is_named(
    rampart: Rampart, delivered: Path, tmp_path: Path
) -> None:
    before = sorted(tmp_path.rglob("*"))
    rampart("mitigate", delivered, "-c", BIRCH, "--week", 5)
    assert sorted(tmp_path.rglob("*")) == before
    out = tmp_path / "offered"
    ended = rampart("mitigate", delivered, "-c", BIRCH, "--week", 5, "--out", out)
    assert ended.code == 0, ended.err
    assert len(list(out.iterdir())) == 6
    assert f"written: {out / 'propensity_weights.parquet'}" in ended.out
    assert pl.read_parquet(out / "propensity_weights.parquet")["weight"].is_between(0.5, 2).all()
    again = rampart("mitigate", delivered, "-c", BIRCH, "--week", 5, "--out", out)
    assert again.code == 2
    assert "exists. Fix: name another folder, or add --force" in again.err
    assert rampart("mitigate", delivered, "-c", BIRCH, "--week", 5, "--out", out, "--force").code == 0


def test_another_feature_can_be_named_and_a_wrong_one_is_told(rampart: Rampart, delivered: Path) -> None:
    found = offers_of(rampart, delivered, "-c", BIRCH, "--week", 5, "--feature", "reading_grade")
    assert found["balanced_subset"]["after"]["win_rate"] == pytest.approx(0.5)
    ended = rampart("mitigate", delivered, "-c", BIRCH, "--feature", "beauty")
    assert ended.code == 2
    assert "--feature 'beauty' is none. Fix: name one of length, lists, bold" in ended.err


def test_a_task_without_comparisons_says_what_is_missing(rampart: Rampart) -> None:
    contract = SAMPLES / "examples" / "sample-category.odcs.yaml"
    found = offers_of(rampart, SAMPLES / "samples" / "category.csv", "-c", contract)
    assert all("`ranking`" in offer["missing"] for offer in found.values())
    assert all(offer["held_out"] is None for offer in found.values())
    ended = rampart("mitigate", SAMPLES / "samples" / "category.csv", "-c", contract)
    assert "cannot be offered: There are no comparisons" in ended.out
    assert ended.out.count("cannot be offered") == 1


def test_leave_to_overwrite_without_a_folder_is_refused(rampart: Rampart, delivered: Path) -> None:
    found = rampart("mitigate", delivered, "-c", BIRCH, "--week", 5, "--force")
    assert found.code == 2
    assert "Fix: add --out FOLDER" in found.err


def test_a_week_the_contract_has_not_is_refused(rampart: Rampart, delivered: Path) -> None:
    ended = rampart("mitigate", delivered, "-c", BIRCH, "--week", 99)
    assert ended.code == 2
    assert "has weeks 1 to 6" in ended.err


def test_files_that_hold_no_record_end_with_an_error(rampart: Rampart, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("item,who,answer,expected,took\nm1,w1,spam,,now\n")
    ended = rampart("mitigate", tmp_path / "x.csv", "-c", SAMPLES / "examples" / "sample-category.odcs.yaml")
    assert ended.code == 4
    assert "no record could be read" in ended.err
