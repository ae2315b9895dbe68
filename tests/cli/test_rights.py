"""`rampart rights`, and what the flows keep out of training and evaluation."""

import json
from typing import Any

import pytest

from flows.weekly import weekly
from rampart.cli.exits import Exit
from simulator.season import Season, amending, due
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart

CLOSED = "      rights: {release_models: false}\n"
PROGRAM = "small"


def season_of(season: Season, **rights: str) -> None:
    """One accepted week of each vendor, with these rights."""
    for vendor, said in rights.items():
        season.agree(vendor, amendment=f"      rights: {said}\n" if said else "")
        season.deliver(1, vendor=vendor)
    with without_prefect():
        weekly(due(1))


def told(rampart: Rampart, *words: object) -> list[dict[str, Any]]:
    ended = rampart("rights", "--json", *words)
    assert ended.code == Exit.OK, ended.err
    found: list[dict[str, Any]] = json.loads(ended.out)
    return found


def manifests(season: Season) -> list[dict[str, Any]]:
    """Training sets, the smallest first."""
    folder = season.home / "store" / "datasets"
    found = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    return sorted(found, key=lambda manifest: len(manifest["batches"]))


def test_a_model_is_answered_for_by_every_contract_it_learnt_from(rampart: Rampart, season: Season) -> None:
    season_of(season, north="", south="{release_models: false}")
    first, second = told(rampart, "--model", "1")[0], told(rampart, "--model", "v2")[0]
    assert (first["may"]["release_models"], second["may"]["release_models"]) == (True, False)
    (ban,) = second["bans"]
    assert (ban["contract_id"], ban["version"], ban["clause"]) == (
        "dc-south",
        "1.0.0",
        "rights.release_models",
    )
    assert second["evidence"] in season.stored()
    shown = rampart("rights", "--program", PROGRAM).out
    assert "release models: dc-south@1.0.0 rights.release_models (week 1)" in " ".join(shown.split())


def test_an_amendment_takes_a_right_away_from_data_and_models_that_are_here_already(
    rampart: Rampart, season: Season
) -> None:
    season_of(season, north="")
    changed = amending("rights.release_models", effective="2026-01-19")
    season.agree("north", due(1), version="1.1.0", amendment=CLOSED + changed)
    before = told(rampart, "--model", "1", "--as-of", "2026-01-18T00:00Z")[0]
    since = told(rampart, "--model", "1", "--as-of", "2026-01-19T00:00Z")[0]
    assert (before["may"]["release_models"], since["may"]["release_models"]) == (True, False)
    assert [ban["version"] for ban in since["bans"]] == ["1.1.0"]


def test_a_model_names_the_certificate_of_data_deleted_since(rampart: Rampart, season: Season) -> None:
    season_of(season, north="")
    order = ("delete", "dc-north", "--weeks", "1", "--by", "Ada", "--reason", "asked to", "--yes")
    assert rampart(*order).code == Exit.OK
    batch, model = told(rampart)
    assert batch["deleted"] == model["deleted"]
    ((about, certificate),) = model["deleted"]
    assert about == "dc-north week 1 revision 1"
    assert certificate in season.stored()


def test_a_deletion_takes_the_copy_that_a_failed_training_left_here(rampart: Rampart, season: Season) -> None:
    season_of(season, north="")
    (dataset,) = (season.home / "store" / "datasets").glob("*.parquet")
    copy = season.home / "trainers" / "ab" / "data.parquet"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(dataset.read_bytes())
    order = ("delete", "dc-north", "--weeks", "1", "--by", "Ada", "--reason", "asked to")
    assert rampart(*order).code == Exit.OK
    assert copy.exists(), "it was only shown"
    assert str(copy.parent) in rampart(*order, "--yes").out
    assert not copy.parent.exists()


def test_data_that_may_not_be_trained_on_are_in_no_training_set(season: Season) -> None:
    season_of(season, north="{train: false}", south="")
    (only,) = manifests(season)
    assert [batch["contract_id"] for batch in only["batches"]] == ["dc-south"]
    (skipped,) = season.events("model.skipped")
    assert skipped["reason"] == "The contract does not allow training on the data (rights.train)."


def test_an_amendment_that_forbids_training_keeps_earlier_weeks_out_of_later_models(season: Season) -> None:
    season_of(season, north="", south="")
    changed = amending("rights.train", effective="2026-01-19")
    season.agree("north", due(1), version="1.1.0", amendment="      rights: {train: false}\n" + changed)
    season.deliver(2, vendor="south")
    with without_prefect():
        weekly(due(2))
    last = [{batch["contract_id"] for batch in manifest["batches"]} for manifest in manifests(season)]
    assert {"dc-south"} in last, "the model of week 2"
    assert [model["week"] for model in season.export()["models"]] == [1, 1, 2]


def test_data_past_their_last_day_are_in_no_later_training_set(season: Season) -> None:
    season_of(season, north="{delete_by: 2026-01-15}", south="")
    season.deliver(2, vendor="south")
    with without_prefect():
        weekly(due(2))
    assert {"dc-south"} in [{b["contract_id"] for b in manifest["batches"]} for manifest in manifests(season)]
    assert [said["delete_by"] for said in season.events("data.overdue")] == ["2026-01-15"]


def test_data_no_model_may_be_evaluated_on_are_held_out_of_nothing(season: Season) -> None:
    season_of(season, north="{evaluate: false}", south="")
    both = manifests(season)[-1]
    kept = {batch["contract_id"]: batch["dropped_not_evaluated"] for batch in both["batches"]}
    assert kept["dc-north"] > 0
    assert kept["dc-south"] == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--model", "9"), Exit.LEDGER, "'9' names no reward model; add --program, or name one of: small v1"),
        (("--model", "1", "--contract", "dc-north"), Exit.USAGE, "give one of them"),
        (("--program", "none"), Exit.LEDGER, "no programme 'none' on the books; there are: small"),
        (("--contract", "dc-east"), Exit.LEDGER, "nothing of a contract 'dc-east' was judged"),
    ],
)
def test_what_is_not_there_is_said(
    rampart: Rampart, season: Season, words: tuple[str, ...], code: Exit, said: str
) -> None:
    season_of(season, north="")
    ended = rampart("rights", *words)
    assert (ended.code, said in " ".join(ended.err.split())) == (code, True), ended.err
