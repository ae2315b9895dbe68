import json
from datetime import timedelta
from pathlib import Path

import pytest

from rampart.cli.exits import Exit
from simulator.season import Season, due
from tests.cli.conftest import Rampart
from tests.ledger.books import rested

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("flows_can_run")]
LATER = (due(1) + timedelta(hours=1)).isoformat()


def test_reconcile_says_what_it_did_and_then_that_there_is_nothing_to_do(
    rampart: Rampart, season: Season
) -> None:
    season.agree()
    told = rampart("reconcile", "--as-of", LATER)
    assert told.out.splitlines() == ["late: dc-north week 1", "sent: 1 notices"]
    assert rampart("reconcile", "--as-of", LATER).out.startswith("Nothing to do: ")
    report = json.loads(rampart("reconcile", "--as-of", LATER, "--json").out)
    assert report["problems"] == report["late"] == []


def test_a_part_that_fails_ends_the_command_with_a_sentence_after_the_others_were_done(
    rampart: Rampart, season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("the drop is away")

    season.agree()
    monkeypatch.setattr("flows.reconcile.flag_missing", fails)
    ended = rampart("reconcile", "--as-of", LATER)
    assert ended.code == Exit.FAILED
    assert "missing weeks: OSError: the drop is away. The other parts were done" in ended.err
    assert "Nothing to do" not in ended.out


def test_status_names_notices_that_cannot_be_sent(
    rampart: Rampart, season: Season, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    season.agree()
    monkeypatch.setenv("RAMPART_NOTIFY_URL", f"file://{tmp_path}/secret")
    for _ in range(5):
        rampart("reconcile", "--as-of", LATER)
        books = season.books()
        rested(books)
        books.dispose()
    out = rampart("status").out
    assert "stuck delivery.late of dc-north week 1, 5 tries: RAMPART_NOTIFY_URL is no http" in out
    assert "secret" not in out
