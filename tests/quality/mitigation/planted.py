"""Batches of simulated judgements whose truth is known, with people who take to the longer response."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from contracts.load import load_contract
from contracts.model import Contract
from quality.audits.every import Batch
from rampart.records.canonical import RECORD
from simulator import DEMO_CONTRACTS, World, held_out
from simulator.annotators import crowd
from simulator.judgement import work_through
from tests.retrain.planted import record

TILT = 2.0  # logits towards the longer response: it wins about two in three
CONTRACT: Contract = load_contract(DEMO_CONTRACTS[1])


@dataclass(frozen=True)
class Planted:
    """A batch, and for each of its comparisons the true utility of the first response less the second's."""

    batch: Batch
    gap: np.ndarray


def planted(tilt: float, items: int, count: int, seed: int = 0, skill: float = 1.2) -> Planted:
    """`count` judgements of `items` pairs, each on a prompt of its own."""
    world = World(seed)
    rng = world.rng(1, "mitigation")
    who = crowd(rng, "who", 40, skill=skill, length_tilt=tilt)
    rows = work_through(rng, held_out(world, 3, items), who, count=count, week=3, prefix="m")
    records = [
        record(
            row.record_id,
            f"{row.prompt.text} ({row.item})",
            [response.content for response in row.responses],
            [1, 2] if row.leaning > 0 else [2, 1],
            row.item,
        )
        | {"annotator_id": row.annotator}
        for row in rows
    ]
    table = pa.Table.from_pylist(records, schema=RECORD)
    return Planted(Batch(table, CONTRACT), np.array([row.gap for row in rows]))
