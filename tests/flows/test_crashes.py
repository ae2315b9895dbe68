"""A demonstration that is killed again and again ends like one that was left alone (invariant 3)."""

import contextlib
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sysconfig
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.chaos, pytest.mark.exhaustive]  # a demonstration takes minutes; four of them

KILLS = 3
SEED = 20260105
LIMIT_S = 600.0  # for one attempt; a whole demonstration takes 60 to 110 s of two cores
RAMPART = str(Path(sysconfig.get_path("scripts")) / "rampart")


def started(home: Path) -> "subprocess.Popen[bytes]":
    """The demonstration in a process of its own; its Prefect server goes when it goes."""
    with (home.parent / f"{home.name}.log").open("ab") as log:
        return subprocess.Popen([RAMPART, "demo"], env=environment(home), stdout=log, stderr=log)


def environment(home: Path) -> dict[str, str]:
    """One pseudonym key for all homes, or no two stores could hold the same bytes."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "RAMPART_"))
    }
    return {**kept, "RAMPART_HOME": str(home), "RAMPART_PSEUDONYM_KEY": "the same for every home"}


def events(home: Path) -> int:
    """How many events the books of `home` hold by now."""
    uri = f"file:{home / 'ledger.db'}?mode=ro"
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(uri, uri=True)) as books:
        return int(books.execute("SELECT count(*) FROM ledger_event").fetchone()[0])
    return 0


def killed(home: Path, at_event: int, after_s: float) -> bool:
    """Start the demonstration and kill it `after_s` seconds after its books hold `at_event` events."""
    run = started(home)
    deadline = time.monotonic() + LIMIT_S
    while events(home) < at_event:
        assert run.poll() is None, (home.parent / f"{home.name}.log").read_text()[-2000:]
        assert time.monotonic() < deadline, f"{events(home)} events, waited for {at_event}"
        time.sleep(0.02)
    time.sleep(after_s)
    run.send_signal(signal.SIGKILL)
    return run.wait() == -signal.SIGKILL


def said(home: Path, *words: str) -> str:
    """What a command prints about `home`."""
    line = [RAMPART, *words]
    return subprocess.run(line, env=environment(home), capture_output=True, text=True, check=True).stdout


def stored(home: Path) -> dict[str, str]:
    """Every object in the store, by the digest of its bytes; unfinished writes are none."""
    root = home / "store"
    files = sorted(path for path in root.rglob("*") if path.is_file() and ".rampart-" not in str(path))
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_three_kills_at_random_moments_change_neither_the_books_nor_the_store(tmp_path: Path) -> None:
    calm, shaken = tmp_path / "calm", tmp_path / "shaken"
    assert started(calm).wait(LIMIT_S) == 0, (tmp_path / "calm.log").read_text()[-2000:]
    chance = random.Random(SEED)  # noqa: S311 (chooses moments, keeps no secret)
    moments = sorted(chance.sample(range(1, events(calm)), KILLS))
    hit = [killed(shaken, moment, chance.uniform(0.0, 1.5)) for moment in moments]
    assert all(hit), "every run was killed before it had ended"
    assert started(shaken).wait(LIMIT_S) == 0, (tmp_path / "shaken.log").read_text()[-2000:]
    assert said(shaken, "status", "--json") == said(calm, "status", "--json")
    assert json.loads(said(shaken, "verify", "--json"))["ok"]
    assert stored(shaken) == stored(calm)
