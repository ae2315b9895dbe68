"""Notices and requests: at least once from us, once in effect, whatever is killed or lost on the way."""

import json
import random
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col

import flows.retrain
import tasks.gain
import tasks.notify
import tasks.retrain
import tasks.training_plan
import tasks.turns
from contracts.model import Contract
from flows.notify import notify
from flows.retrain import retrain
from rampart.delivery.local_store import LocalStore
from rampart.ledger.chain import events
from rampart.ledger.engine import reading, writing
from rampart.ledger.models import record_skip
from rampart.ledger.outbox import NOTICES, REQUESTS, STUCK_AFTER, Topic, mark_done, pending
from rampart.ledger.tables import Outbox
from rampart.retrain.run import NothingToTrain
from rampart.webhook import post
from simulator.season import Season
from tests.ledger.books import day, judged, outcome, register, rested, terms
from tests.receiver import receiver

BATCHES = 50
SEED = 20260105


class Killed(BaseException):
    """The process ends here: nothing below the flow may catch it."""


@pytest.fixture
def home(plain: Season, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Books of the home folder that the flows work on; the terms on them were never in a file."""
    for module in (tasks.training_plan, tasks.gain):
        monkeypatch.setattr(module, "terms_of", lambda _digest, _place: terms())
    books = plain.books()
    yield books
    books.dispose()


def season_of(books: Engine, batches: int) -> list[Contract]:
    """So many accepted batches, four weeks a contract."""
    contracts = []
    for number in range(batches):
        if number % 4 == 0:
            contracts.append(register(books, terms(f"c-{number // 4:02d}")))
        judged(books, contracts[-1], number % 4 + 1, outcome(accepted=90))
    return contracts


def published(season: Season) -> dict[str, dict[str, Any]]:
    """Every notice in the store, by its id."""
    folder = season.home / "store" / "notifications"
    return {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}


def a_dead_worker() -> str:
    """The owner name of a process of this machine that has ended."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    return f"{socket.gethostname()}:{gone.pid}:{uuid.uuid4().hex}"


def killing(chance: random.Random, work: Any, share: float) -> Any:
    """`work`, but now and then the process is killed before it, or after it."""

    def sometimes(*given: Any) -> Any:
        if chance.random() < share:
            raise Killed
        result = work(*given)
        if chance.random() < share:
            raise Killed
        return result

    return sometimes


@pytest.mark.slow
def test_fifty_batches_are_told_of_once_in_effect_whatever_is_killed_or_lost(
    plain: Season, home: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    season_of(home, BATCHES)
    expected = {row.id for row in pending(home, *NOTICES)}
    assert len(expected) == BATCHES
    chance = random.Random(SEED)  # noqa: S311 (chooses moments, keeps no secret)
    owner = a_dead_worker()
    kills = 0
    with receiver(lambda _: chance.choice((200, 200, 0, 503))) as other:
        monkeypatch.setenv("RAMPART_NOTIFY_URL", other.url)
        monkeypatch.setattr(tasks.notify, "this_worker", lambda: owner)
        monkeypatch.setattr(LocalStore, "put_once", killing(chance, LocalStore.put_once, 0.1))
        monkeypatch.setattr(tasks.notify, "post", killing(chance, post, 0.1))
        monkeypatch.setattr(tasks.notify, "mark_done", killing(chance, mark_done, 0.1))
        while pending(home, *NOTICES):
            try:
                notify()
            except Killed:
                kills += 1
            rested(home)
    assert kills > 10, "otherwise this test shows little"
    assert set(published(plain)) == set(other.effects) == expected
    assert other.seen.total() > BATCHES, "some arrived twice, and were told apart by their id"
    assert all(json.loads(body) == published(plain)[name] for name, body in other.effects.items())


@pytest.mark.slow
def test_fifty_requests_are_answered_once_whatever_is_killed(
    home: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    season_of(home, BATCHES)
    chance = random.Random(SEED)  # noqa: S311 (chooses moments, keeps no secret)
    owner = a_dead_worker()
    trained: list[str] = []

    def train(_place: Any, request: Any) -> NothingToTrain:
        trained.append(request.id)
        return NothingToTrain("Too few.")

    monkeypatch.setattr(tasks.turns, "this_worker", lambda: owner)
    monkeypatch.setattr(flows.retrain, "train_on", killing(chance, train, 0.15))
    monkeypatch.setattr(tasks.retrain, "record_skip", killing(chance, record_skip, 0.15))
    kills = 0
    while pending(home, *REQUESTS):
        try:
            retrain(day(40))
        except Killed:
            kills += 1
    assert kills > 10, "otherwise this test shows little"
    with reading(home) as session:
        answers = [event.payload["trigger"] for event in events(session) if event.kind == "model.skipped"]
    assert len(answers) == len({tuple(one) for one in answers}) == BATCHES == len(set(trained))


def test_a_notice_that_fails_holds_up_its_contract_s_later_ones_and_nobody_else_s(
    home: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    season_of(home, 8)
    first = pending(home, "batch.judged")[0].id

    def fails(url: str, notice_id: str, body: bytes, timeout_s: float) -> None:
        post(url if notice_id != first else "nowhere", notice_id, body, timeout_s)

    with receiver() as other:
        monkeypatch.setenv("RAMPART_NOTIFY_URL", other.url)
        monkeypatch.setattr(tasks.notify, "post", fails)
        report = notify()
        assert (report.sent, report.waiting, report.stuck) == (4, 4, ())
        assert {json.loads(body)["contract_id"] for body in other.effects.values()} == {"c-01"}
        assert notify().sent == 0, "it rests"
        monkeypatch.setattr(tasks.notify, "post", post)
        rested(home)
        assert notify().sent == 4
    weeks = [(told["contract_id"], told["week"]) for told in map(json.loads, other.effects.values())]
    assert weeks == [(contract, week) for contract in ("c-01", "c-00") for week in (1, 2, 3, 4)]


def test_a_notice_that_fails_again_and_again_is_reported_and_never_dropped(
    home: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    season_of(home, 1)
    with receiver(lambda _: 500) as other:
        monkeypatch.setenv("RAMPART_NOTIFY_URL", other.url)
        for _ in range(STUCK_AFTER):
            rested(home)
            report = notify()
    assert report.stuck == (
        "batch.judged of c-00 week 1: 127.0.0.1 answered 500 Internal Server Error (5 tries)",
    )
    monkeypatch.delenv("RAMPART_NOTIFY_URL")
    rested(home)
    assert (notify().sent, notify().sent) == (1, 0)


@pytest.mark.parametrize("topics", [NOTICES, REQUESTS])
def test_a_row_that_a_live_worker_has_is_left_to_it(
    home: Engine, topics: tuple[Topic, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    season_of(home, 1)
    monkeypatch.setattr(flows.retrain, "train_on", lambda *_: NothingToTrain("Too few."))
    with writing(home) as session:
        session.exec(update(Outbox).values(owner="elsewhere:1:a", lease_until=day(100_000)))
    notify()
    retrain(day(40))
    assert len(pending(home, *topics)) == 1
    with writing(home) as session:
        session.exec(update(Outbox).where(col(Outbox.done).is_(False)).values(lease_until=day(0)))
    notify()
    retrain(day(40))
    assert pending(home, *topics) == ()


def test_a_training_longer_than_its_lease_keeps_its_turn(
    home: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second one comes while the first, whose lease is a blink, is still at it: it finds nothing to do."""
    season_of(home, 2)
    monkeypatch.setenv("RAMPART_LEASE_S", "0.6")
    trained: list[str] = []

    def train(_place: Any, request: Any) -> NothingToTrain:
        trained.append(request.id)
        if len(trained) == 1:
            time.sleep(1.5)
            assert retrain(day(40)) == ()
        return NothingToTrain("Too few.")

    monkeypatch.setattr(flows.retrain, "train_on", train)
    assert len(retrain(day(40))) == 2
    assert len(trained) == len(set(trained)) == 2


def test_a_failed_training_rests_for_the_patient_and_is_tried_at_once_for_a_person(
    home: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    season_of(home, 1)

    def fails(*_: Any) -> NothingToTrain:
        raise OSError("no space left")

    monkeypatch.setattr(flows.retrain, "train_on", fails)
    with suppress(OSError):
        retrain(day(40))
    assert pending(home, *REQUESTS)[0].last_error == "it ended with OSError; the run's log says more"
    monkeypatch.setattr(flows.retrain, "train_on", lambda *_: NothingToTrain("Too few."))
    assert retrain(day(40), patient=True) == ()
    assert retrain(day(40)) == ("Too few.",)
