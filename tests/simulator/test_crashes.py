"""The crash harness itself, without a crash; tests/flows/test_crash_matrix.py has real ones."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from simulator.crashes.effects import Effect, Watch, readable
from simulator.crashes.job import Job, Life
from simulator.crashes.matrix import Matrix, Point
from simulator.crashes.named import NAMED, never_hit
from simulator.crashes.nurse import Nurse
from simulator.crashes.stacks import FolderStack
from simulator.crashes.state import State, differences
from simulator.crashes.statements import WRITES

COMMIT = Effect("COMMIT", "before", ("settle_batch", "settle"))
CALM = State({"a": "1"}, {"outbox": [{"id": 1}]}, ())


@dataclass
class Nobody:
    """A nurse whose children do what they are told to, without a process."""

    lives: Callable[[Job], Life]
    commands: tuple[str, ...] = ("only",)
    jobs: list[Job] = field(default_factory=list)

    def live(self, job: Job) -> Life:
        self.jobs.append(job)
        return self.lives(job)


def matrix_of(tmp_path: Path, lives: Callable[[Job], Life]) -> Matrix:
    return Matrix(FolderStack(tmp_path), cast("Nurse", Nobody(lives)))


def ended(state: State = CALM, **more: Any) -> Life:
    return Life(False, ("only",), 1.0, effects=(COMMIT,), state=state, **more)


@pytest.fixture
def kills(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *args: sent.append(args))
    return sent


def test_a_watch_kills_at_its_number_and_says_where_first(kills: list[tuple[int, int]]) -> None:
    last: list[Effect] = []
    watch = Watch(kill_at=2, last_words=last.append)
    watch.reached("INSERT INTO batch", "before")
    assert kills == []
    watch.reached("COMMIT", "before")
    assert kills == [(os.getpid(), signal.SIGKILL)]
    assert [(effect.what, effect.moment) for effect in last] == [("COMMIT", "before")]


def test_half_an_effect_is_done_only_before_a_kill(kills: list[tuple[int, int]]) -> None:
    done: list[str] = []
    watch = Watch(kill_at=2)
    for key in ("first", "second", "third"):
        watch.reached(f"PUT {key}", "half", lambda key=key: done.append(key))  # type: ignore[misc]
    assert done == ["second"]
    assert len(kills) == 1


def test_a_watch_that_is_off_counts_nothing() -> None:
    watch = Watch(on=False)
    watch.reached("COMMIT", "before")
    assert watch.seen == []


def test_names_show_twelve_digits_of_a_digest() -> None:
    assert readable(f"landed/sha256/ab/{'ab' * 32}") == "landed/sha256/ab/abababababab…"
    assert readable("accepted-255c28c80d1fdd26.parquet") == "accepted-255c28c80d1f….parquet"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("INSERT INTO outbox (id) VALUES (?)", ("INSERT INTO", "outbox")),
        ('\nCREATE TABLE "batch" (id INTEGER)', ("CREATE TABLE", "batch")),
        ("UPDATE batch SET state=?", ("UPDATE", "batch")),
        ("SELECT 1", None),
        ("BEGIN IMMEDIATE", None),
    ],
)
def test_only_statements_that_write_are_effects(statement: str, name: tuple[str, str] | None) -> None:
    found = WRITES.match(statement)
    assert (found.groups() if found else None) == name


@pytest.mark.parametrize(
    ("shaken", "said"),
    [
        (State({}, CALM.books, ()), "object a is missing"),
        (State({"a": "2"}, CALM.books, ()), "object a holds other bytes"),
        (State({"a": "1", "b": "1"}, CALM.books, ()), "object b should not be there"),
        (State(CALM.objects, {"outbox": []}, ()), 'outbox: missing {"id": 1}'),
        (State(CALM.objects, {"outbox": [{"id": 1}, {"id": 1}]}, ()), "outbox: 2 rows instead of 1"),
        (State(CALM.objects, {"outbox": [{"id": 1}, {"id": 2}]}, ()), 'outbox: too much {"id": 2}'),
        (State(CALM.objects, CALM.books, ("batch 1: no money",)), "batch 1: no money"),
    ],
)
def test_each_kind_of_difference_is_said_in_a_sentence(shaken: State, said: str) -> None:
    assert differences(CALM, CALM) == ()
    assert differences(CALM, shaken) == (said,)


def test_the_same_rows_in_another_order_are_a_difference() -> None:
    rows = [{"seq": 1}, {"seq": 2}]
    found = differences(State({}, {"events": rows}, ()), State({}, {"events": rows[::-1]}, ()))
    assert found == ("events: the rows stand in another order",)


def test_a_kill_that_never_came_is_a_difference(tmp_path: Path) -> None:
    matrix = matrix_of(tmp_path, lambda _: ended())
    found = matrix.kill_at(matrix.points()[0])
    assert found is not None
    assert found.problems == ("the kill never came: it ended with success",)


def test_a_kill_at_another_effect_than_meant_is_a_difference(tmp_path: Path) -> None:
    other = Life(True, (), last=Effect("COMMIT", "after", ()))
    matrix = matrix_of(tmp_path, lambda job: other if job.kill_at else ended())
    assert matrix.kill_at(matrix.points()[0]) is not None


def test_a_second_run_that_fails_is_a_difference_that_names_the_point(tmp_path: Path) -> None:
    runs = iter((ended(), Life(True, (), last=COMMIT), Life(False, (), error="…\nValueError: no claim")))
    matrix = matrix_of(tmp_path, lambda _: next(runs))
    found = matrix.kill_at(matrix.points()[0])
    assert str(found) == (
        "only 1: before COMMIT [settle_batch > settle]\n  run again, it failed: ValueError: no claim"
    )


def test_a_run_that_ends_alike_is_no_difference(tmp_path: Path) -> None:
    matrix = matrix_of(tmp_path, lambda job: Life(True, (), last=COMMIT) if job.kill_at else ended())
    assert matrix.kill_at(matrix.points()[0]) is None
    assert list((tmp_path).glob("site-*")) == [], "every site is taken down"


def test_histories_nobody_managed_to_kill_do_not_count_as_kills(tmp_path: Path) -> None:
    chances = iter((False, True, False, True))

    def lives(job: Job) -> Life:
        dies = job.kill_after_s is not None and next(chances)
        return Life(True, ()) if dies else ended()

    done = matrix_of(tmp_path, lives).random_kills(2, seed=1)
    assert (done.kills, done.differences) == (2, ())
    assert done.histories == 3


def test_a_step_that_no_point_is_in_is_named() -> None:
    settled = Point("week 1", 1, COMMIT)
    left = never_hit([settled])
    assert "a batch is about to be settled" not in left
    assert "a batch is settled" in left
    assert len(left) == len(NAMED) - 1
