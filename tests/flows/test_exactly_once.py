"""Accepted batches, workers killed at random: one request and one training for each, with full lineage."""

import multiprocessing
import os
import random
import time
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from rampart.ledger.champions import crownings
from rampart.ledger.engine import open_ledger, reading
from rampart.ledger.outbox import TRAINING, pending
from rampart.ledger.read.standing_models import standings
from rampart.ledger.tables import Outbox
from rampart.ledger.verify import verify_books
from rampart.settings import Settings
from tests.flows.test_crashes import events
from tests.flows.trained_cheaply import WEEKS, contract, keys, work
from tests.ledger.books import register

WORKERS = 2
LIMIT_S = 900.0  # 20 to 40 s of two idle cores
_ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def killed_again_and_again(home: Path, contracts: int, seed: int, most_events: int) -> int:
    """Two workers at once, killed after some entries and started anew, until all is done; gives the kills."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.flows.trained_cheaply"])
    chance, kills, deadline = random.Random(seed), 0, time.monotonic() + LIMIT_S  # noqa: S311 (moments)
    with patch.dict(os.environ, _ONE_THREAD):
        while time.monotonic() < deadline:
            crew = [
                context.Process(target=work, args=(str(home), contracts, chance.getrandbits(32)))
                for _ in range(WORKERS)
            ]
            for worker in crew:
                worker.start()
            wanted = events(home) + chance.randint(1, most_events)
            while events(home) < wanted and all(worker.is_alive() for worker in crew):
                assert time.monotonic() < deadline, f"{events(home)} entries, {kills} kills"
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.1))
            ended = [worker.exitcode for worker in crew]
            for worker in crew:
                worker.kill()
                worker.join()
            kills += ended.count(None)
            assert not any(ended), ended
            if 0 in ended:
                return kills
    raise AssertionError(f"not done after {LIMIT_S} s and {kills} kills")


@pytest.mark.parametrize(
    ("contracts", "most_events", "fewest_kills"),
    [
        pytest.param(5, 60, 3, id="20 batches"),
        pytest.param(50, 160, 10, id="200 batches", marks=pytest.mark.slow),
    ],
)
def test_every_accepted_batch_is_asked_for_and_trained_on_once_whoever_is_killed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    contracts: int,
    most_events: int,
    fewest_kills: int,
) -> None:
    for name in ("DATABASE_URL", "STORE", "DROP", "PSEUDONYM_KEY"):
        monkeypatch.delenv(f"RAMPART_{name}", raising=False)
    monkeypatch.setenv("RAMPART_HOME", str(tmp_path))
    books = open_ledger(Settings().ledger_url)
    for number in range(contracts):
        register(books, contract(number))
    kills = killed_again_and_again(tmp_path, contracts, seed=contracts, most_events=most_events)
    work(str(tmp_path), contracts, seed=1)
    must_be_whole(books, contracts)
    books.dispose()
    assert kills >= fewest_kills, f"{kills} kills try too little; kill after fewer entries"


def must_be_whole(books: Engine, contracts: int) -> None:
    """One done request and one version for each batch, complete lineage, one champion a programme."""
    wanted = Counter({(key.contract_id, key.week, key.revision): 1 for key in keys(contracts)})
    assert len(wanted) == contracts * len(WEEKS)
    assert pending(books, *TRAINING) == ()
    with reading(books) as session:
        rows = session.exec(select(Outbox)).all()
        asked = Counter((r.contract_id, r.week, r.revision) for r in rows if r.topic == "batch.accepted")
    assert asked == wanted
    versions = [one for number in range(contracts) for one in standings(books, contract(number).program)]
    assert Counter(one.row.trigger for one in versions) == wanted
    for one in versions:
        assert one.batches and one.contracts and one.data_digest and one.config_digest and one.code_digest
        assert f"{one.row.run_id}/result.json" in " ".join(one.row.artefacts.values())
    for number in range(contracts):
        assert crownings(books, contract(number).program)
        assert sum(one.state == "champion" for one in standings(books, contract(number).program)) == 1
    assert verify_books(books) == ()
