"""A worker that accepts batches and answers the trainings they ask for, until it ends or is killed.

Everything is real but what costs time: records are a few planted ones, and the backend fits nothing.
"""

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

import flows.retrain
import rampart.retrain.promotion
import rampart.retrain.run
import tasks.gain
import tasks.retrain
import tasks.training_plan
from contracts.model import Contract
from flows.retrain import retrain
from rampart.delivery.store import ObjectStore
from rampart.ledger.batch_rows import BatchKey, BatchRow, current_batch
from rampart.ledger.batches import receive
from rampart.ledger.claims import advance, claim, this_worker
from rampart.ledger.errors import ChampionMovedError, ClaimLostError, TransitionError
from rampart.ledger.settlement import settle
from rampart.retrain.backend import Dataset, Job, JobState, TrainingResult, result_key
from rampart.retrain.config import TrainConfig
from rampart.retrain.digests import canonical_json, sha256
from rampart.retrain.snapshot import BatchData
from simulator.without_prefect import without_prefect
from tasks.workspace import Workspace, workspace
from tests.ledger.books import RULES, day, outcome, terms
from tests.retrain.planted import BAD, GOOD, batch, planted_rows

WEEKS = (1, 2, 3, 4)


def contract(number: int) -> Contract:
    """Four weeks of one vendor, a programme of its own."""
    return terms(f"dc-{number:02d}", program=f"program-{number:02d}")


class WordCounter:
    """A backend that fits nothing: its model counts the words that the planted preferences go by."""

    name = "linear"

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def code_digest(self) -> str:
        """Always the same."""
        return sha256(b"counts words")

    def submit(self, dataset: Dataset, config: TrainConfig, out: str) -> Job:
        """Write a model of a few bytes and its result."""
        run_id = out.rsplit("/", 1)[-1]
        self._store.put_once(f"{out}/model.json", canonical_json({"data": dataset.digest}))
        result = TrainingResult(
            self.name,
            run_id,
            dataset.digest,
            config.digest,
            self.code_digest(),
            (f"{out}/model.json",),
            1,
            0.0,
            0,
            True,
        )
        self._store.put_once(result_key(out), canonical_json(result))
        self._result = result
        return Job(self.name, run_id, out)

    def poll(self, _job: Job) -> JobState:
        """Done at once."""
        return "done"

    def collect(self, _job: Job) -> TrainingResult:
        """What was submitted."""
        return self._result

    def scorer(self, _out: str) -> "WordCounter":
        """Itself."""
        return self

    def score(self, _prompts: Sequence[str], responses: Sequence[str]) -> NDArray[np.float64]:
        """Good words less bad ones."""
        return np.array([float(_worth(text)) for text in responses])


def _worth(text: str) -> int:
    return sum((word in GOOD) - (word in BAD) for word in text.split())


@cache
def _rows(week: int) -> tuple[dict[str, object], ...]:
    return tuple(planted_rows(120, seed=week))


def _data(_place: Workspace, row: BatchRow, evaluate: bool) -> BatchData:
    made = batch(_rows(row.week), contract_id=row.contract_id, week=row.week, revision=row.revision)
    return BatchData(**{**vars(made), "contract_digest": row.contract_digest, "evaluate": evaluate})


@contextmanager
def cheaply(contracts: int) -> Iterator[None]:
    """Within the block a training takes a tenth of a second and decides on few prompts."""
    known = {one.digest: one for one in map(contract, range(contracts))}
    with (
        without_prefect(),
        patch.object(rampart.retrain.run, "backend_named", lambda _name, store: WordCounter(store)),
        patch.object(rampart.retrain.promotion, "FEWEST_PROMPTS", 10),
        patch.object(tasks.training_plan, "terms_of", lambda digest, _place: known[digest]),
        patch.object(tasks.gain, "terms_of", lambda digest, _place: known[digest]),
        patch.object(tasks.retrain, "_batch_data", _data),
        # What batches were worth takes refits, and decides nothing.
        patch.object(flows.retrain, "value", lambda _place, _request, trained, _as_of: trained),
    ):
        yield


def accept(books: Engine, of: Contract, week: int) -> None:
    """Take the week's delivery to its acceptance, wherever a worker left it."""
    known = current_batch(books, of.contract_id, week)
    if known is not None and known.settled:
        return
    row = receive(books, of.contract_id, week, "d1", of.digest, RULES, day(7 * week))
    granted = claim(books, row.key, this_worker(), 60)
    if granted is None:
        return
    for stage in ("landed", "gated", "audited"):
        advance(books, granted, stage, day(7 * week))
    settle(books, granted, outcome(), day(7 * week + 1))


def work(home: str, contracts: int, seed: int) -> None:
    """Accept every batch that is not accepted, in an order of the worker's own, and train after each."""
    os.environ["RAMPART_HOME"] = home
    chance = random.Random(seed)  # noqa: S311 (chooses an order, keeps no secret)
    todo = [(number, week) for number in range(contracts) for week in WEEKS]
    chance.shuffle(todo)
    with cheaply(contracts), workspace() as place:
        for number, week in todo:
            of = contract(number)
            try:
                accept(place.books, of, week)
                retrain(day(40), of.program)
            except (ChampionMovedError, ClaimLostError, TransitionError):  # the other worker was there first
                continue
        retrain(day(40))


def keys(contracts: int) -> list[BatchKey]:
    """Every batch there is to accept."""
    return [BatchKey(contract(number).contract_id, week, 1) for number in range(contracts) for week in WEEKS]
