"""Six weeks of one honest crowd as training pairs, in one of them labels turned over, and the truth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.special import expit

from contracts.terms.annotation import Arena
from rampart.records.canonical import RECORD
from rampart.retrain.snapshot import BatchData, build_snapshot
from simulator.annotators import Annotator, crowd
from simulator.judgement import Judgement, work_through
from simulator.work import Item, held_out, vendor_items
from simulator.world import WEEKS, World, week_start

CONTRACT, FRESH = "dc-poisoned", "fresh"
PEOPLE = 24
SKILL = 1.8  # as the demonstration's honest vendor


@dataclass(frozen=True, eq=False)
class Season:
    """`pairs` (`PAIR`) of six weeks; below them pairs nobody delivered, all held out, of contract `fresh`.

    `fresh` marks those; `first_wins` is for each the chance that the week's people prefer its first response,
    and `better` whether it truly is the better one. Both are NaN for delivered pairs.
    """

    pairs: pa.Table
    fresh: npt.NDArray[np.bool_]
    first_wins: npt.NDArray[np.float64]
    better: npt.NDArray[np.float64]


def season(world: World, poisoned: int | None, flips: float, fresh: int) -> Season:
    """Six weeks, one judgement an item and a few twice.

    Args:
        world: its weeks and volumes.
        poisoned: the week whose labels are turned over; None: no week.
        flips: share of its labels.
        fresh: pairs nobody delivered, a week.
    """
    who = crowd(world.rng(0, "poisoned", "crowd"), "poi", PEOPLE, skill=SKILL)
    weeks = range(1, WEEKS + 1)
    share = {week: flips if week == poisoned else 0.0 for week in weeks}
    delivered = build_snapshot(
        [batch(CONTRACT, week, _delivered(world, week, who, share[week])) for week in weeks]
    )
    items = [(week, item) for week in weeks for item in held_out(world, week, fresh)]
    unseen = untaught(items) if items else delivered.pairs.slice(0, 0)
    chances = np.array([_first_wins(item, who, share[week]) for week, item in items])
    gaps = np.array([item.gap for _, item in items])
    known = np.full(delivered.pairs.num_rows, np.nan)
    return Season(
        pairs=pa.concat_tables([delivered.pairs, unseen]),
        fresh=np.concatenate([np.zeros(len(known), bool), np.ones(len(items), bool)]),
        first_wins=np.concatenate([known, chances]),
        better=np.concatenate([known, (gaps > 0).astype(float)]),
    )


def untaught(items: Sequence[tuple[int, Item]]) -> pa.Table:
    """Pairs (`PAIR`) of (week, item), in this order, all held out and each labelled with the truth."""
    rows = [record(item.item, item, item.gap, "") for _, item in items]
    pairs = build_snapshot([_records(FRESH, 1, rows)]).pairs
    place = {group: row for row, group in enumerate(pairs["group"].to_pylist())}
    pairs = pairs.take([place[item.item] for _, item in items])
    held = pa.array(["holdout"] * len(items), pa.large_string())
    weeks = pa.array([week for week, _ in items], pa.int32())
    for name, values in (("split", held), ("week", weeks)):
        at = pairs.schema.get_field_index(name)
        pairs = pairs.set_column(at, pairs.schema.field(at), values)
    return pairs


def batch(contract_id: str, week: int, rows: Iterable[Judgement]) -> BatchData:
    """Judgements as an accepted batch of arena votes."""
    return _records(
        contract_id, week, [record(row.record_id, row, row.leaning, row.annotator) for row in rows]
    )


def record(record_id: str, of: Item | Judgement, leaning: float, annotator: str) -> dict[str, Any]:
    """One row of `RECORD`; a positive `leaning` prefers the first response."""
    texts = [response.content for response in of.responses]
    return dict.fromkeys(RECORD.names) | {
        "record_id": record_id,
        "source_file": "poisoned.jsonl",
        "source_line": 1,
        "source_item": 0,
        "item_id": of.item,
        "prompt": [{"role": "user", "content": of.prompt.text}],
        "responses": [{"content": text, "sha256": sha256(text.encode()).hexdigest()} for text in texts],
        "scheme": "arena",
        "ranking": [1, 2] if leaning > 0 else [2, 1],
        "annotator_id": annotator or None,
        "domain": of.prompt.domain,
    }


def _records(contract_id: str, week: int, rows: list[dict[str, Any]]) -> BatchData:
    table, starts = pa.Table.from_pylist(rows, schema=RECORD), week_start(week).date()
    return BatchData(
        contract_id, week, 1, "c" * 64, "judgement", Arena(kind="arena"), table, CONTRACT, starts
    )


def _delivered(world: World, week: int, who: tuple[Annotator, ...], flips: float) -> Iterable[Judgement]:
    rng = world.rng(week, "poisoned", "judgements")
    items = vendor_items(world, "alder", week)
    rows = work_through(rng, items, who, count=world.units(week), week=week, prefix="poi")
    turned = rng.random(len(rows)) < flips
    return [replace(row, leaning=-row.leaning) if t else row for row, t in zip(rows, turned, strict=True)]


def _first_wins(item: Item, who: tuple[Annotator, ...], flips: float) -> float:
    """The chance that one of `who`, drawn at random, prefers the first response, and says so."""
    sees = float(np.mean(expit(np.array([one.skill for one in who]) * item.gap)))
    return (1 - flips) * sees + flips * (1 - sees)
