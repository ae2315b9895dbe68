"""One season beside the truth: when each planted thing was found, and who was wronged."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from benchmarks.detecting.found import PLANTED, Planted, found, plainly_seen, sanctions
from quality.ramp.plan import planned_weeks
from simulator import World, truth
from simulator.judgement import Judgement
from simulator.vendors.cedar import people
from simulator.world import VENDORS

if TYPE_CHECKING:
    from benchmarks.detecting.walked import WalkedWeek

PLACEBO = "alder"
# Weeks in which the other two do honest work.
HONEST = ("birch 1", "birch 2", "cedar 1")
FAULTS = {"own work again": "recycled", "another's work": "copied", "stale responses": "stale"}


@dataclass(frozen=True)
class Season:
    """What became of one world.

    `found` and `plain`: planted thing → the first week in which the product, or plain thresholds, saw it.
    `ahead`: planted thing → what the weeks after each week cost by the plan, in dollars. `sanctions`: what
    honest weeks suffered, by "vendor week"; `plain_alarms`: plain thresholds that honest weeks crossed.
    `promoted`: "vendor week" → was the reward model trained on the batch taken.
    """

    seed: int
    alone: bool
    found: Mapping[str, int | None]
    plain: Mapping[str, int | None]
    ahead: Mapping[str, Mapping[int, float]]
    sanctions: Mapping[str, tuple[str, ...]]
    plain_alarms: Mapping[str, tuple[str, ...]]
    promoted: Mapping[str, bool]


def season(seed: int, alone: bool, weeks: int, keep: Path | None = None) -> Season:
    """The season of `seed`, `weeks` weeks of all three vendors or of the placebo `alone`.

    With a folder to `keep` it in, one that lies there is not walked again; it knows nothing of what the code
    was then.
    """
    if keep is None:
        return _walked(seed, alone, weeks)
    kept = keep / f"{'alone' if alone else 'season'}-{seed}-{weeks}.json"
    if not kept.exists():
        keep.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(msgspec.json.encode(_walked(seed, alone, weeks)))
    return msgspec.json.decode(kept.read_bytes(), type=Season)


def _walked(seed: int, alone: bool, weeks: int) -> Season:
    from benchmarks.detecting.walked import walk  # noqa: PLC0415 (the flows: seconds, for who walks only)

    world = World(seed)
    walked = walk(world, weeks, (PLACEBO,) if alone else VENDORS)
    honest = [week for week in walked if week.vendor == PLACEBO or week.name in HONEST]
    asked = [] if alone else [what for what in PLANTED if what.first <= weeks]
    return Season(
        seed=seed,
        alone=alone,
        found={what.name: _first(what, walked, world) for what in asked},
        plain={what.name: _plainly(what, walked) for what in asked},
        ahead={what.name: _ahead(what, walked) for what in asked},
        sanctions={
            week.name: sanctions(week, [bool(row.fault) for row in _rows(world, week)]) for week in honest
        },
        plain_alarms={week.name: tuple(sorted(plainly_seen(week))) for week in honest},
        promoted={week.name: week.promoted for week in walked if week.promoted is not None},
    )


def _first(what: Planted, walked: "tuple[WalkedWeek, ...]", world: World) -> int | None:
    for week in _from(what, walked):
        if found(what, week, _planted_rows(what, world, week)):
            return week.week
    return None


def _plainly(what: Planted, walked: "tuple[WalkedWeek, ...]") -> int | None:
    # Whoever counts rows alone may be put off by their number as well as by the pace.
    asked = what.clauses | ({"discard_rate"} if what.reasons else frozenset())
    return next((week.week for week in _from(what, walked) if asked & plainly_seen(week)), None)


def _from(what: Planted, walked: "tuple[WalkedWeek, ...]") -> "list[WalkedWeek]":
    """The weeks in which `what` is there to be found; Cedar cheats in another way every week."""
    last = what.by if what.reasons else max(week.week for week in walked)
    return [week for week in walked if week.vendor == what.vendor and what.first <= week.week <= last]


def _rows(world: World, week: "WalkedWeek") -> list[Judgement]:
    """The readable rows as they were, in the order of the records."""
    rows = [row for row in truth(world, week.week).rows[week.vendor] if row.fault != "broken_line"]
    if [row.record_id for row in rows] != week.records["record_id"].to_list():
        raise AssertionError(f"{week.vendor} week {week.week}: records and truth are not in one order")
    return rows


def _planted_rows(what: Planted, world: World, week: "WalkedWeek") -> list[bool]:
    """Of each readable row: is it what `what` planted? A tilt is in all the work, and has no rows."""
    if not what.reasons:
        return []
    rows = _rows(world, week)
    if what.name in FAULTS:
        return [row.fault == FAULTS[what.name] for row in rows]
    crews = zip(people(world, what.first), people(world, what.first - 1), strict=True)
    hurried = {now.name for now, before in crews if now.median_s < before.median_s}
    return [row.annotator in hurried for row in rows]


def _ahead(what: Planted, walked: "tuple[WalkedWeek, ...]") -> dict[int, float]:
    contract = next(week.contract for week in walked if week.vendor == what.vendor)
    return {
        week: float(sum(one.units * one.price for one in planned_weeks(contract, after=week)))
        for week in range(contract.term.weeks + 1)
    }
