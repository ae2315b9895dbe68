"""Many workers at one thing at once: what each was told, and what is wrong with how it ended."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from flows.process_delivery import process_delivery
from flows.retrain import retrain
from rampart.ledger.engine import open_ledger
from rampart.settings import Settings
from simulator.crews import Crew
from simulator.season import Season, due, week_rows
from simulator.servers.impatience import impatience
from simulator.stacks import CONTRACT, Ending, Place, Stack, undisturbed
from simulator.without_prefect import without_prefect

ANEW = due(1) + timedelta(days=1)  # when the redeliveries come
_READ_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Told:
    """What a worker was told: an outcome's state or an error's class; `won` if it changed the books."""

    state: str
    said: str = ""
    won: bool = False


@dataclass(frozen=True)
class RaceResult:
    """`rounds` races; `told` counts states, a winner's with a star; `problems` name the round, () is good."""

    rounds: int
    told: Mapping[str, int]
    problems: tuple[str, ...]
    seconds: float


def race_deliveries(stack: Stack, crew: Crew, rounds: int = 20) -> RaceResult:
    """All workers judge one delivery: one does, the others find it taken or done."""

    def a_round(place: Place) -> tuple[tuple[Told, ...], Iterator[str]]:
        place.agree()
        place.deliver()
        told = crew.together(judge, place)
        return told, _problems_of_one_winner(told, place)

    return _rounds(stack, rounds, a_round)


def race_redeliveries(stack: Stack, pair: Crew, rounds: int = 20) -> RaceResult:
    """Two redeliveries with other bytes replace the same delivery: one does, the other is told of it."""

    def a_round(place: Place) -> tuple[tuple[Told, ...], Iterator[str]]:
        ids = _deliver_three(place)
        told = pair.together(judge_redelivery, place)
        return told, _problems_of_two_redeliveries(told, ids, place)

    return _rounds(stack, rounds, a_round)


def race_trainings(stack: Stack, crew: Crew, rounds: int = 20) -> RaceResult:
    """All workers answer the same requests for training: each is answered once."""

    def a_round(place: Place) -> tuple[tuple[Told, ...], Iterator[str]]:
        place.agree()
        place.deliver()
        judge(place, 0)
        told = crew.together(train, place)
        failed = (f"a worker failed: {one.state}: {one.said}" for one in told if one.state != "answered")
        return told, _chained(failed, place.ending().differences(undisturbed(1)))

    return _rounds(stack, rounds, a_round)


def race_to_new_books(stack: Stack, crew: Crew, rounds: int = 20) -> RaceResult:
    """All workers open books that do not exist yet: all can, and the books are good."""

    def a_round(place: Place) -> tuple[tuple[Told, ...], Iterator[str]]:
        told = crew.together(open_books, place)
        failed = [f"a worker failed: {one.state}: {one.said}" for one in told if one.state != "open"]
        place.agree()
        place.deliver()
        place.walk()
        return told, _chained(failed, place.ending().differences(undisturbed(1)))

    return _rounds(stack, rounds, a_round)


def judge(place: Place, _number: int) -> Told:
    """Judge the week's delivery."""
    return _told(place, lambda: _judged(source=None))


def judge_redelivery(place: Place, number: int) -> Told:
    """Judge one of two redeliveries."""
    source = str(_beside(place, number).drop / "north" / "week-01")
    return _told(place, lambda: _judged(source))


def train(place: Place, _number: int) -> Told:
    """Answer what asks for training."""

    def answered() -> Told:
        retrain(due(1))
        return Told("answered")

    return _told(place, answered)


def open_books(place: Place, _number: int) -> Told:
    """Open the books, whether or not there are any."""

    def opened() -> Told:
        open_ledger(Settings().ledger_url).dispose()
        return Told("open")

    return _told(place, opened)


def _judged(source: str | None) -> Told:
    outcome = process_delivery(CONTRACT, 1, due(1) if source is None else ANEW, source=source)
    return Told(outcome.state, outcome.reason, outcome.changed)


def _told(place: Place, work: Callable[[], Told]) -> Told:
    try:
        with place.entered(), without_prefect(), impatience(_READ_TIMEOUT_S, pause_s=0.1):
            return work()
    except Exception as error:  # whatever it is, the race must go on and name it
        return Told(type(error).__name__, str(error))


def _rounds(
    stack: Stack, rounds: int, a_round: Callable[[Place], tuple[tuple[Told, ...], Iterator[str]]]
) -> RaceResult:
    counted: Counter[str] = Counter()
    problems: list[str] = []
    started = monotonic()
    for number in range(1, rounds + 1):
        with TemporaryDirectory(prefix="rampart-race-") as home, impatience(_READ_TIMEOUT_S, pause_s=0.1):
            told, found = a_round(stack.new_place(Path(home)))
            counted.update(one.state + ("*" if one.won else "") for one in told)
            problems += [f"round {number}: {problem}" for problem in found]
    return RaceResult(rounds, dict(counted), tuple(problems), monotonic() - started)


def _problems_of_one_winner(told: tuple[Told, ...], place: Place) -> Iterator[str]:
    winners = sum(one.won for one in told)
    if winners != 1:
        yield f"{winners} workers changed the books"
    for one in told:
        if not one.won and one.state not in ("busy", "accepted"):
            yield f"a worker was told {one.state}: {one.said}"
    with place.entered(), without_prefect():
        retrain(due(1))
    yield from place.ending().differences(undisturbed(1))


def _problems_of_two_redeliveries(
    told: tuple[Told, ...], ids: tuple[str, str], place: Place
) -> Iterator[str]:
    winners = [number for number, one in enumerate(told) if one.won]
    if len(winners) != 1:
        yield f"{len(winners)} redeliveries were judged: {told}"
        return
    loser = told[1 - winners[0]]
    if loser.state != "refused" or ids[winners[0]] not in loser.said:
        yield f"the other was told {loser.state}: {loser.said}"
    yield from place.ending().differences(_one_after_the_other(winners[0]), but_refusals=True)


@cache
def _one_after_the_other(first: int) -> Ending:
    """How two redeliveries end when `first` comes before the other."""
    with TemporaryDirectory(prefix="rampart-undisturbed-") as home:
        place = Stack().new_place(Path(home))
        _deliver_three(place)
        judge_redelivery(place, first)
        judge_redelivery(place, 1 - first)
        return place.ending()


def _deliver_three(place: Place) -> tuple[str, str]:
    """A judged delivery and two others, each of which replaces it; gives the ids of the two."""
    place.agree()
    before = place.deliver()
    judge(place, 0)
    rows = [week_rows("north", 1, hasty=5), week_rows("north", 1, hasty=6)]
    one, other = (_beside(place, n).deliver(1, rows[n], replaces=before) for n in range(2))
    return one, other


def _beside(place: Place, number: int) -> Season:
    return Season(place.home / f"redelivery-{number}")


def _chained(failed: Iterator[str] | list[str], differences: tuple[str, ...]) -> Iterator[str]:
    yield from failed
    yield from differences
