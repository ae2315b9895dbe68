"""A connection that breaks at any COMMIT of a walk costs a retry of its task, and nothing else."""

from itertools import count
from pathlib import Path
from typing import Any, get_args
from unittest.mock import patch

import pytest

from flows.process_delivery import process_delivery
from rampart.ledger.engine import open_ledger
from rampart.settings import Settings
from simulator.season import Season, due
from tasks.intake import receive_delivery
from tasks.settle import settle_batch
from tests.ledger.lost_answers import When, lost_answer

pytestmark = pytest.mark.slow


def walked(home: Path, when: When, number: int, monkeypatch: pytest.MonkeyPatch) -> tuple[bool, Any]:
    """Was there a `number`-th commit to lose the answer of; and the books when all is done."""
    monkeypatch.setenv("RAMPART_HOME", str(home))
    season = Season(home)
    season.agree()
    season.deliver(1)
    books = open_ledger(Settings().ledger_url)
    with patch("tasks.workspace.open_ledger", return_value=books), lost_answer(books, when, number) as broken:
        assert process_delivery("dc-north", 1, due(1)).state == "accepted"
    return broken.happened, season.export()


@pytest.mark.usefixtures("season")
@pytest.mark.parametrize("when", get_args(When))
def test_an_answer_lost_at_any_commit_changes_nothing(
    when: When, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAMPART_PSEUDONYM_KEY", "the same for every home")
    for task in (receive_delivery, settle_batch):
        monkeypatch.setattr(task, "retry_delay_seconds", [0.0] * 3)
    _, undisturbed = walked(tmp_path / "undisturbed", when, 1000, monkeypatch)
    for number in count(1):
        happened, export = walked(tmp_path / f"{number}", when, number, monkeypatch)
        assert export == undisturbed, f"commit {number}"
        if not happened:
            break
    assert number > 6  # receive, claim, landed, gated, audited, settled, and the claim given back
