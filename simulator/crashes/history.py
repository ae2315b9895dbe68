"""The history that is killed: what one buyer does in a fortnight, command by command.

Every command is run again after a kill until it ends, as a person or a schedule would; one that has ended is
not. What a vendor puts into the drop is there before the command that looks for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.process_delivery import process_delivery
from flows.reconcile import reconcile
from flows.weekly import weekly
from rampart.ledger.decisions import decide
from simulator.season import START, Season, due, week_rows
from tasks.workspace import terms_of, workspace

CONTRACT = "dc-north"
HASTY = 20  # of 40 judgements: more than the ceiling allows, so a person has to decide


@dataclass(frozen=True)
class Command:
    """One command of the history, its business time, and what the vendor delivers just before it.

    `trains`: what it leads to is trained on at its own business time, so `reconcile` may finish it.
    """

    name: str
    at: datetime
    run: Callable[[Season, datetime], object]
    delivered: Callable[[Season], object] = lambda _: None
    trains: bool = True


def _register(season: Season, at: datetime) -> None:
    season.agree(at=at, on_breach="hold")


def _weekly(_season: Season, at: datetime) -> None:
    weekly(at)


def _decide(_season: Season, at: datetime) -> None:
    said = ("A. Lead", "the hasty ones are discarded, the rest is good work")
    with workspace() as place:
        names = lambda digest: terms_of(digest, place).holds.lifted_by  # noqa: E731
        decide(place.books, CONTRACT, 2, True, *said, at, lifted_by=names)


def take_up(at: datetime) -> None:
    """Reconcile; `RuntimeError` when a part of it failed."""
    if problems := reconcile(at).problems:
        raise RuntimeError("; ".join(problems))


def _reconcile(_season: Season, at: datetime) -> None:
    take_up(at)


def _dry_run(_season: Season, at: datetime) -> None:
    process_delivery(CONTRACT, 2, at, dry_run=True)


def _deliver_first(season: Season) -> None:
    season.deliver(1)


def _deliver_hasty(season: Season) -> None:
    season.deliver(2, week_rows("north", 2, hasty=HASTY))


def _redeliver(season: Season) -> None:
    first = season.deliver(1)
    season.deliver(1, week_rows("north", 1, hasty=0), replaces=first)


HISTORY = (
    Command("register", START, _register),
    Command("week 1", due(1), _weekly, _deliver_first),
    Command("week 2 held", due(2), _weekly, _deliver_hasty),
    Command("decide", due(2) + timedelta(hours=1), _decide, trains=False),
    Command("reconcile", due(2) + timedelta(hours=2), _reconcile),
    Command("week 1 again", due(2) + timedelta(days=1), _weekly, _redeliver),
    Command("reconcile again", due(2) + timedelta(days=1, minutes=10), _reconcile),
    Command("dry run", due(2) + timedelta(days=2), _dry_run),
)
