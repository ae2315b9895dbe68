"""Reward models as an operator lists, shows, promotes and rolls them back."""

import json
from pathlib import Path

import pytest

from flows.process_delivery import process_delivery
from flows.retrain import retrain
from rampart.cli.exits import Exit
from rampart.ledger.champions import champion
from rampart.ledger.verify import verify_books
from simulator.season import Season, due
from simulator.without_prefect import without_prefect
from tasks.workspace import workspace
from tests.cli.conftest import Rampart
from tests.ledger.books import promotion

WORD = ("--by", "A. Lead", "--reason", "it rewards [bold]length[/]")


@pytest.fixture
def trained(season: Season, monkeypatch: pytest.MonkeyPatch) -> Season:
    """Two weeks of which each promoted a model, as if forty judgements were enough to decide on."""
    monkeypatch.setattr("tasks.retrain._decision", lambda it: promotion(True, it.compared_with))
    season.agree()
    with without_prefect():
        for week in (1, 2):
            season.deliver(week)
            process_delivery("dc-north", week, due(week))
            retrain(due(week))
    return season


def of_now(season: Season) -> str | None:
    books = season.books()
    try:
        assert verify_books(books) == ()
        return champion(books, "small")
    finally:
        books.dispose()


def test_a_rollback_is_said_by_name_and_shown(rampart: Rampart, trained: Season) -> None:
    listed = {one["row"]["version"]: one for one in json.loads(rampart("rm", "list", "--json").out)}
    assert {version: one["state"] for version, one in listed.items()} == {
        1: "former champion",
        2: "champion",
    }
    told = rampart("rm", "rollback", "small", *WORD)
    assert told.code == Exit.OK
    assert "small v1 is champion: rollback by A. Lead, it rewards [bold]length[/]" in told.out
    assert of_now(trained) == listed[1]["row"]["run_id"]
    shown = " ".join(rampart("rm", "show", "small", "v1").out.split())
    assert "rollback by A. Lead: it rewards [bold]length[/]" in shown
    assert rampart("rm", "rollback", "small", *WORD).code == Exit.OK, "said again, it is one rollback"
    back = json.loads(rampart("rm", "promote", "small", "2", "--by", "B", "--reason", "fine", "--json").out)
    assert (back["version"], back["how"], back["by"]) == (2, "by_hand", "B")
    assert of_now(trained) == listed[2]["row"]["run_id"]


def test_a_version_is_shown_with_where_everything_lies(rampart: Rampart, trained: Season) -> None:
    shown = json.loads(rampart("rm", "show", "small", "2", "--json").out)
    for key in (shown["manifest_key"], shown["dataset_key"], shown["decision_key"]):
        assert (trained.home / "store" / key).is_file()
    assert [one["week"] for one in shown["batches"]] == [1, 2]
    assert shown["decision"]["reasons"][0] == shown["decision"]["reason"]
    assert shown["rights"] == {"train": True, "evaluate": True, "release_models": True}
    text = rampart("rm", "show", "small", "2").out
    assert all(word in text for word in (shown["data_digest"], "dc-north@1.0.0", "training.protected"))


def test_a_card_is_made_from_the_books_with_the_sections_of_a_model_card(
    rampart: Rampart, trained: Season, tmp_path: Path
) -> None:
    out = tmp_path / "card.md"
    assert rampart("rm", "card", "small", "2", "--out", out).code == Exit.OK
    text = out.read_text()
    sections = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert sections == [
        "Model details",
        "Intended use",
        "Factors",
        "Metrics",
        "Evaluation data",
        "Training data",
        "Decision",
        "Caveats and recommendations",
        "Rights",
    ]
    assert "A linear model over words and style is a diagnostic instrument" in text
    assert "dc-north week 2 revision 1" in text
    assert "exists" in rampart("rm", "card", "small", "2", "--out", out).err
    told = json.loads(rampart("rm", "card", "small", "2", "--json").out)
    assert (told["program"], told["version"], told["markdown"]) == ("small", 2, text)
    assert trained


def test_hostile_words_in_the_books_do_nothing_in_a_card(rampart: Rampart, trained: Season) -> None:
    hostile = "<img src=x onerror=alert(1)> [x](javascript:y) \x1b[31m | `a` # b"
    assert rampart("rm", "rollback", "small", "--by", "E\x1b[2J", "--reason", hostile).code == Exit.OK
    text = rampart("rm", "card", "small", "1").out
    assert "\x1b" not in text
    assert "<img" not in text
    assert "[x](" not in text
    assert trained


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rollback", "small", "--to", "2"), "v2 was not champion before"),
        (("promote", "small", "V9"), "has no reward model v9; on the books: v1, v2"),
        (("promote", "small", "2"), "v2 is the champion already"),
        (("promote", "nobody", "1"), "nobody has no reward model v1; on the books: none"),
    ],
)
@pytest.mark.usefixtures("trained")
def test_what_cannot_be_done_is_refused_in_a_sentence(
    rampart: Rampart, words: tuple[str, ...], said: str
) -> None:
    ended = rampart("rm", *words, *WORD)
    assert (ended.code, said in " ".join(ended.err.split())) == (Exit.LEDGER, True)


@pytest.mark.usefixtures("trained")
def test_what_was_mistyped_is_named(rampart: Rampart) -> None:
    assert "no programme 'nobody'" in rampart("rm", "list", "nobody").err
    assert "'four' is no version" in rampart("rm", "show", "small", "four").err


@pytest.mark.usefixtures("trained")
def test_a_model_whose_files_are_gone_does_not_become_champion(rampart: Rampart) -> None:
    with workspace() as place:
        lost = next(key for key in _artefacts(rampart) if key.endswith(".safetensors"))
        place.store.delete(lost)
    ended = rampart("rm", "rollback", "small", *WORD)
    assert ended.code == Exit.LEDGER
    assert "is not in the store as it was booked" in " ".join(ended.err.split())


def _artefacts(rampart: Rampart) -> list[str]:
    listed = json.loads(rampart("rm", "list", "small", "--json").out)
    return list(listed[0]["row"]["artefacts"].values())


@pytest.mark.usefixtures("trained")
def test_a_model_whose_data_were_deleted_or_may_not_be_trained_on_does_not_become_champion(
    rampart: Rampart,
) -> None:
    gone = rampart("delete", "dc-north", "--weeks", "1", "--by", "A. Lead", "--reason", "asked", "--yes")
    assert gone.code == Exit.OK, gone.err
    ended = rampart("rm", "rollback", "small", *WORD)
    assert ended.code == Exit.LEDGER
    assert "cannot become champion: data it was trained on were deleted" in " ".join(ended.err.split())
