"""A batch of canonical records by people who take to the longer response, with the truth of each pair."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rampart.records.canonical import RECORD
from simulator.annotators import crowd
from simulator.judgement import Judgement, work_through
from simulator.work import held_out
from simulator.world import World

WEEK = 3
PEOPLE = 40
SKILL = 1.2  # logits a unit of utility: without a tilt the better response wins about three times in four


@dataclass(frozen=True, eq=False)
class Tilted:
    """`records` (`RECORD`), and for each the true utility `gap` of its first response less the second's."""

    records: pa.Table
    gap: npt.NDArray[np.float64]


def tilted(seed: int, items: int, count: int, tilt: float) -> Tilted:
    """`count` judgements of `items` pairs, each on a prompt of its own.

    Args:
        seed: of the world.
        items: pairs of responses.
        count: judgements, at least `items`; what is beyond goes to the first items again.
        tilt: logits towards the longer response, of the mean annotator; at 2 it wins about seven in ten.
    """
    world = World(seed)
    rng = world.rng(WEEK, "tilted")
    who = crowd(rng, "who", PEOPLE, skill=SKILL, length_tilt=tilt)
    rows = work_through(rng, held_out(world, WEEK, items), who, count=count, week=WEEK, prefix="t")
    records = pa.Table.from_pylist([_record(row) for row in rows], schema=RECORD)
    return Tilted(records, np.array([row.gap for row in rows]))


def _record(row: Judgement) -> dict[str, Any]:
    texts = [response.content for response in row.responses]
    return dict.fromkeys(RECORD.names) | {
        "record_id": row.record_id,
        "source_file": "tilted.jsonl",
        "source_line": 1,
        "source_item": 0,
        "item_id": row.item,
        # Prompts of the world recur; here each item has its own, so that a split by prompt is one by item.
        "prompt": [{"role": "user", "content": f"{row.prompt.text} ({row.item})"}],
        "responses": [{"content": text, "sha256": sha256(text.encode()).hexdigest()} for text in texts],
        "scheme": "binary",
        "ranking": [1, 2] if row.leaning > 0 else [2, 1],
        "annotator_id": row.annotator,
    }
