"""`rampart retrain --dry-run`: what would be trained, and nothing written."""

import json

import pytest

from flows.process_delivery import process_delivery
from flows.retrain import retrain
from rampart.cli.exits import Exit
from rampart.ledger.export import export_ledger
from simulator.season import Season, due, week_rows
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart


@pytest.fixture
def waiting(season: Season) -> Season:
    """A week that a model learnt from and that was taken back, and another that waits for its training."""
    season.agree()
    with without_prefect():
        first = season.deliver(1)
        process_delivery("dc-north", 1, due(1))
        retrain(due(1))
        season.deliver(1, week_rows("north", 1, hasty=40), replaces=first)
        assert process_delivery("dc-north", 1, due(1)).state in ("held", "rejected")
        season.deliver(2)
        process_delivery("dc-north", 2, due(2))
    return season


def test_a_dry_run_says_what_would_be_trained_and_why_and_writes_nothing(
    rampart: Rampart, waiting: Season
) -> None:
    books = waiting.books()
    before = export_ledger(books), waiting.stored()
    told = json.loads(rampart("retrain", "--dry-run", "--json").out)
    assert [(one["topic"], one["week"]) for one in told] == [("batch.withdrawn", 1), ("batch.accepted", 2)]
    assert told[0]["why"] == "dc-north week 1 revision 1 was taken back after a model learnt from it"
    assert told[0]["batches"] == []
    assert [(one["name"], one["used"]) for one in told[1]["batches"]] == [
        ("dc-north week 2 revision 1", True)
    ]
    assert (told[0]["look"], told[1]["look"], told[1]["after"]) == (2, 1, 1)
    assert told[1]["backend"] == "linear" and len(told[1]["config_digest"]) == 64
    text = " ".join(rampart("retrain", "--dry-run", "--program", "small").out.split())
    assert "was taken back after a model learnt from it" in text
    assert "a loss of at most 0.020 overall (training.promotion_margin)" in text
    assert "nothing was written" in text
    assert (export_ledger(books), waiting.stored()) == before
    books.dispose()


@pytest.mark.parametrize("how", [("--dry-run",), ("--dry-run", "--json"), ()])
def test_a_programme_the_books_do_not_know_is_not_said_to_have_all_its_models(
    rampart: Rampart, waiting: Season, how: tuple[str, ...]
) -> None:
    with without_prefect():
        ended = rampart("retrain", "--program", "another", *how)
    assert (ended.code, ended.out) == (Exit.LEDGER, "")
    assert "no programme 'another' on the books; there are: small" in ended.err
    assert waiting
