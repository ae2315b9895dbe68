"""The crash matrix: every point of the history on a stack, and kills at random moments."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from simulator.crashes.effects import Effect
from simulator.crashes.job import Job, Life
from simulator.crashes.nurse import Nurse, nursery
from simulator.crashes.stacks import STACKS, Site, Stack
from simulator.crashes.state import State, differences

MOST_KILLS = 4  # in one history: enough to be killed again while recovering


@dataclass(frozen=True)
class Point:
    """Effect `number` (from 1) of one command of the history."""

    command: str
    number: int
    effect: Effect

    def __str__(self) -> str:
        return f"{self.command} {self.number}: {self.effect}"


@dataclass(frozen=True)
class Difference:
    """What was otherwise after a kill `where`, a sentence each."""

    where: str
    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "\n  ".join((self.where, *self.problems))


@dataclass(frozen=True)
class RandomKills:
    """`kills` kills in `histories` histories, and what was otherwise at the end of any."""

    kills: int
    histories: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class _Calm:
    """One command undisturbed: its points, the state after it, and the seconds it took."""

    points: tuple[Point, ...]
    state: State
    seconds: float


@dataclass
class Matrix:
    """The history on one stack: lived through undisturbed once, then killed as often as you like."""

    stack: Stack
    nurse: Nurse
    _calm: dict[str, _Calm] = field(default_factory=dict)
    _pace: float = 1.0

    def __post_init__(self) -> None:
        site = self.stack.site()
        for command in self.nurse.commands:
            if site.home.exists():
                self.stack.keep(site, command)
            self._calm[command] = self._undisturbed(site, command)
        self.stack.remove(site)

    def points(self, *commands: str, mutant: str | None = None) -> tuple[Point, ...]:
        """Every point of `commands` (default: of the whole history), in order; of Rampart with a mistake."""
        wanted = commands or self.nurse.commands
        if mutant is None:
            return tuple(point for command in wanted for point in self._calm[command].points)
        found: list[Point] = []
        for command in wanted:
            site = self._before(command)
            found += self._undisturbed(site, command, mutant).points
            self.stack.remove(site)
        return tuple(found)

    def kill_at(self, point: Point, mutant: str | None = None) -> Difference | None:
        """Kill the command at `point`, run it again, and hold the outcome against the undisturbed one."""
        site = self._before(point.command)
        job = Job(site.environment, (point.command,), mutant=mutant)
        try:
            life = self.nurse.live(replace(job, kill_at=point.number, look=False))
            if not life.killed or life.last != point.effect:
                problem = f"the kill never came: it ended with {life.error or life.last or 'success'}"
                return Difference(str(point), (problem,))
            return self._compared(str(point), self.nurse.live(job), point.command)
        finally:
            self.stack.remove(site)

    def random_kills(self, kills: int, seed: int) -> RandomKills:
        """Kill whole histories at moments spread evenly over what is left of each, `kills` times in all.

        After a kill the same command runs again; in every second history `reconcile` comes first.
        """
        chance, done, histories = random.Random(seed), 0, 0  # noqa: S311 (chooses moments, keeps no secret)
        found: list[Difference] = []
        while done < kills:
            site = self.stack.site()
            killed, life = self._shaken(site, chance, min(MOST_KILLS, kills - done), histories % 2 == 1)
            during = ", then ".join(killed) or "nothing"
            where = f"random kills of seed {seed}, history {histories + 1}, during {during}"
            if difference := self._compared(where, life, self.nurse.commands[-1]):
                found.append(difference)
                if not killed:  # it fails without a kill, and would do so for ever
                    return RandomKills(done, histories + 1, tuple(found))
            self.stack.remove(site)
            done, histories = done + len(killed), histories + 1
        return RandomKills(done, histories, tuple(found))

    def _shaken(
        self, site: Site, chance: random.Random, kills: int, reconcile: bool
    ) -> tuple[list[str], Life]:
        """One history, killed up to `kills` times; the commands that were running, and its last life."""
        left = self.nurse.commands
        killed: list[str] = []
        for _ in range(kills):
            after_s = chance.uniform(0, self._expected_s(left))
            job = Job(site.environment, left, reconcile=reconcile and bool(killed))
            life = self.nurse.live(replace(job, kill_after_s=after_s, look=False))
            self._learn(life)
            left = left[len(life.done) :]
            if not life.killed:  # it was faster this time, or it failed
                break
            killed.append(left[0] if left else "ending")
        if life.error:
            return killed, life
        life = self.nurse.live(Job(site.environment, left, reconcile=reconcile and bool(killed)))
        self._learn(life)
        return killed, life

    def _expected_s(self, commands: tuple[str, ...]) -> float:
        return self._pace * sum(self._calm[command].seconds for command in commands)

    def _learn(self, life: Life) -> None:
        """The machine may be busier or idler than when the undisturbed history was timed."""
        if life.done and not life.killed:
            self._pace *= life.seconds / self._expected_s(life.done)

    def _before(self, command: str) -> Site:
        return self.stack.site(command if command != self.nurse.commands[0] else None)

    def _undisturbed(self, site: Site, command: str, mutant: str | None = None) -> _Calm:
        life = self.nurse.live(Job(site.environment, (command,), mutant=mutant))
        if life.state is None:
            raise RuntimeError(f"{command} failed undisturbed on {self.stack.name}:\n{life.error}")
        points = tuple(Point(command, n, effect) for n, effect in enumerate(life.effects, start=1))
        return _Calm(points, life.state, life.seconds)

    def _compared(self, where: str, life: Life, command: str) -> Difference | None:
        if life.state is None:
            end = (life.error or "it was killed: it hung").strip().splitlines()[-1]
            return Difference(where, (f"run again, it failed: {end}",))
        found = differences(self._calm[command].state, life.state)
        return Difference(where, found) if found else None


@contextmanager
def crash_matrix(stack: str) -> Iterator[Matrix]:
    """The matrix of a stack of `STACKS`, ready; its processes and folders are gone after the block."""
    with nursery() as nurse, STACKS[stack]() as made:
        yield Matrix(made, nurse)
