"""A retraining by a program of the buyer's, whose orchestrator and trainer die at a bad moment."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.process_delivery import process_delivery
from flows.retrain import retrain
from rampart.ledger.verify import verify_books
from simulator.season import Season, due
from tests.retrain.command.placed import FAKE

SCORE = """import json, sys
texts = [json.loads(line) for line in open(sys.argv[1])]
json.dump([len(text["response"]) / 10 for text in texts], open(sys.argv[2], "w"))
"""
ALONE = """from simulator.season import due
from simulator.without_prefect import without_prefect
from flows.retrain import retrain
with without_prefect():
    retrain(due(1))
"""


pytestmark = pytest.mark.slow  # half a minute: it starts flows in a process of their own


@pytest.fixture
def accepted(plain: Season, monkeypatch: pytest.MonkeyPatch) -> Season:
    """An accepted week whose contract wants the `command` backend; the trainer waits for the file `go`."""
    home = plain.home
    (home / "score.py").write_text(SCORE)
    argv = [
        sys.executable,
        str(FAKE),
        "{manifest}",
        "--wait",
        str(home / "go"),
        "--count",
        str(home / "count"),
    ]
    score = [sys.executable, str(home / "score.py"), "{texts}", "{scores}"]
    (home / "trainers.toml").write_text(f"[command]\nargv = {argv}\n[command.machine]\nscore = {score}\n")
    monkeypatch.setenv("RAMPART_TRAINERS", str(home / "trainers.toml"))
    plain.agree(amendment="      training: {backend: command}\n")
    plain.deliver(1)
    process_delivery("dc-north", 1, due(1))
    return plain


def test_killed_half_way_with_its_trainer_and_run_again_it_ends_in_one_version(accepted: Season) -> None:
    orchestrator = subprocess.Popen([sys.executable, "-c", ALONE])
    attempt = trainer(accepted.home)
    os.kill(orchestrator.pid, signal.SIGKILL)
    orchestrator.wait()
    os.killpg(int((attempt / "pid").read_text()), signal.SIGKILL)
    (accepted.home / "go").touch()
    assert len(retrain(due(1))) == 1
    assert lines(accepted.home / "count") == 2
    assert_one_version(accepted)


def test_a_training_that_takes_too_long_is_left_alone_and_found_by_the_next_run(
    accepted: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAMPART_TRAIN_TIMEOUT_S", "0.3")
    with pytest.raises(ValueError, match=r"still trains after 0.3 s"):
        retrain(due(1))
    (accepted.home / "go").touch()
    monkeypatch.delenv("RAMPART_TRAIN_TIMEOUT_S")
    retrain(due(1))
    assert lines(accepted.home / "count") == 1
    assert_one_version(accepted)


def assert_one_version(season: Season) -> None:
    [model] = season.export()["models"]
    assert model["backend"] == "command"
    books = season.books()
    assert verify_books(books) == ()
    books.dispose()
    assert retrain(due(2)) == ()


def trainer(home: Path) -> Path:
    """The folder of the attempt, once its program has begun."""
    until = time.monotonic() + 120
    while not any("training" in log.read_text() for log in home.glob("trainers/*/attempt-*/log")):
        assert time.monotonic() < until, "the trainer never began"
        time.sleep(0.05)
    return next(home.glob("trainers/*/attempt-*"))


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())
