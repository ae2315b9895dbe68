"""Killed at every effect, or at any moment, and run again, Rampart ends as if it had been left alone."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice

import pytest

from simulator.crashes.matrix import Difference, Matrix, crash_matrix
from simulator.crashes.named import never_hit
from simulator.crashes.stacks import STACKS
from simulator.servers.postgresql import postgresql_programs
from tests.exhaustive import first_of

pytestmark = pytest.mark.slow

# The first share of a parametrised test to start waits for servers; few large ones would end unevenly.
SHARES = 40
RANDOM_KILLS = 100  # on each stack
KILLINGS = 10  # shares of them
Mat = Callable[[str], Matrix]


@pytest.fixture(scope="session")
def matrix_on() -> Iterator[Mat]:
    """The matrix of a stack, made once a process."""
    made: dict[str, Matrix] = {}
    with ExitStack() as open_ones:

        def matrix(stack: str) -> Matrix:
            if stack.startswith("s3") and postgresql_programs() is None:
                pytest.skip("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
            if stack not in made:
                made[stack] = open_ones.enter_context(crash_matrix(stack))
            return made[stack]

        yield matrix


@pytest.fixture(params=sorted(STACKS))
def matrix(request: pytest.FixtureRequest, matrix_on: Mat) -> Matrix:
    return matrix_on(request.param)


def said(found: list[Difference]) -> str:
    return "\n".join(map(str, found))


def test_every_step_that_money_depends_on_is_among_the_points(matrix: Matrix) -> None:
    assert never_hit(matrix.points()) == ()


def test_a_dry_run_and_a_reconciliation_with_nothing_to_do_have_no_effect_at_all(matrix: Matrix) -> None:
    assert matrix.points("dry run", "reconcile again") == ()


@pytest.mark.parametrize("share", first_of(SHARES))
def test_a_kill_at_any_effect_changes_nothing(matrix: Matrix, share: int) -> None:
    points = list(islice(matrix.points(), share, None, SHARES))
    assert len(points) > 8
    found = [difference for point in points if (difference := matrix.kill_at(point))]
    assert found == [], said(found)


@pytest.mark.parametrize("seed", first_of(KILLINGS))
def test_kills_at_random_moments_change_nothing(matrix: Matrix, seed: int) -> None:
    done = matrix.random_kills(RANDOM_KILLS // KILLINGS, seed)
    assert done.differences == (), said(list(done.differences))
    assert done.kills == RANDOM_KILLS // KILLINGS


@pytest.mark.parametrize(
    ("mutant", "stack", "step", "whatever"),
    [
        ("outbox_after_the_settlement", "folder+sqlite", "settle", "outbox: missing"),
        pytest.param(
            "outbox_after_the_settlement",
            "s3+postgresql",
            "settle",
            "outbox: missing",
            marks=pytest.mark.exhaustive,
        ),
        ("event_after_the_settlement", "folder+sqlite", "settle", "events: missing"),
        ("publish_in_place", "folder+sqlite", "land", "could not finish"),
    ],
)
def test_the_harness_finds_a_mistake_that_was_put_in(
    matrix_on: Mat, mutant: str, stack: str, step: str, whatever: str
) -> None:
    matrix = matrix_on(stack)
    points = [p for p in matrix.points("week 1", mutant=mutant) if step in p.effect.steps]
    found = [difference for point in points if (difference := matrix.kill_at(point, mutant))]
    assert any(step in one.where and whatever in str(one) for one in found), said(found)
    assert len(found) < len(points), "kills where the mistake does not matter do no harm"
