"""Eight workers at one thing at once do it once, whatever the store and the database."""

from collections.abc import Iterator

import pytest

from simulator.crews import WORKERS, Crew, crew
from simulator.races import (
    RaceResult,
    race_deliveries,
    race_redeliveries,
    race_to_new_books,
    race_trainings,
)
from simulator.servers.postgresql import postgresql, postgresql_programs
from simulator.servers.seaweedfs import seaweedfs
from simulator.stacks import Stack

pytestmark = pytest.mark.slow

ROUNDS = 20
FEWER = 10  # of what the other races have tried in passing


# On PostgreSQL the books' own races (tests/ledger/test_races.py) are tried at every change.
STACKS = ["folder and SQLite", pytest.param("S3 and PostgreSQL", marks=pytest.mark.exhaustive)]


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if request.param == "folder and SQLite":
        yield Stack()
        return
    if postgresql_programs() is None:
        pytest.skip("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    with seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as s3, postgresql() as server:
        yield Stack(s3, server)


@pytest.fixture(scope="module")
def workers() -> Iterator[Crew]:
    with crew() as ready:
        yield ready


@pytest.fixture(scope="module")
def pair() -> Iterator[Crew]:
    with crew(2) as ready:
        yield ready


def must_be_good(result: RaceResult, rounds: int) -> None:
    assert result.problems == ()
    assert result.rounds == rounds


def test_eight_workers_on_one_delivery_give_one_result(stack: Stack, workers: Crew) -> None:
    result = race_deliveries(stack, workers, ROUNDS)
    must_be_good(result, ROUNDS)
    assert result.told["accepted*"] == ROUNDS
    assert result.told.get("busy", 0) + result.told.get("accepted", 0) == ROUNDS * (WORKERS - 1)


def test_of_two_redeliveries_at_once_one_wins_and_the_other_is_told(stack: Stack, pair: Crew) -> None:
    result = race_redeliveries(stack, pair, ROUNDS)
    must_be_good(result, ROUNDS)
    assert result.told == {"accepted*": ROUNDS, "refused": ROUNDS}


def test_eight_workers_answer_a_request_for_training_once(stack: Stack, workers: Crew) -> None:
    result = race_trainings(stack, workers, FEWER)
    must_be_good(result, FEWER)
    assert result.told == {"answered": FEWER * WORKERS}


def test_eight_workers_may_open_books_that_do_not_exist_yet(stack: Stack, workers: Crew) -> None:
    result = race_to_new_books(stack, workers, FEWER)
    must_be_good(result, FEWER)
    assert result.told == {"open": FEWER * WORKERS}
