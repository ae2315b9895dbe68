"""What the gates' choice was worth, on the truth: a reward model of what they kept beside random discards.

Only a simulated world can say: which of two fresh responses is better is known there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.snapshot import BatchData, build_snapshot
from rampart.retrain.worth.gated import Gated, gated
from rampart.retrain.worth.refit import LinearRefit
from rampart.retrain.worth.table import judged
from simulator.poisoned import untaught
from simulator.work import held_out
from simulator.world import WEEKS, World


@dataclass(frozen=True, eq=False)
class Delivered:
    """One contract week: all its readable records, and which of them (n,) were kept.

    Of a held or rejected batch nothing was.
    """

    batch: BatchData
    kept: npt.NDArray[np.bool_]


def against_chance(world: World, delivered: Iterable[Delivered], fresh: int, draws: int) -> Gated:
    """Train on what was kept, on everything, and on as many judgements drawn at random; judge on the truth.

    Args:
        world: whose truth.
        delivered: every batch, whatever became of it.
        fresh: pairs nobody delivered, a week, to judge on.
        draws: random discards.
    """
    batches = tuple(delivered)
    pairs = build_snapshot([_numbered(one) for one in batches]).pairs
    whole = pa.concat_tables([pairs, _fresh(world, fresh)])
    kept = np.concatenate([_kept(pairs, batches), np.zeros(whole.num_rows - pairs.num_rows, dtype=np.bool_)])
    judging = np.arange(whole.num_rows) >= pairs.num_rows
    # Each judgement counts for one, however strong: what is compared is which of them were kept.
    refit = LinearRefit(whole, LinearConfig(strength="ignore"))
    return gated(judged(whole), kept, judging, refit, draws=draws, seed=world.seed)


def _fresh(world: World, many: int) -> pa.Table:
    return untaught([(week, item) for week in range(1, WEEKS + 1) for item in held_out(world, week, many)])


def _kept(pairs: pa.Table, batches: Sequence[Delivered]) -> npt.NDArray[np.bool_]:
    """(m,) is the pair of a kept record?"""
    rows = {
        (one.batch.contract_id, one.batch.week, str(row))
        for one in batches
        for row in np.flatnonzero(one.kept).tolist()
    }
    named = zip(*(pairs[name].to_pylist() for name in ("contract_id", "week", "group")), strict=True)
    return np.array([name in rows for name in named], dtype=np.bool_)


def _numbered(one: Delivered) -> BatchData:
    """The batch with each record named by its row: vendors give one id to several records.

    Every judgement counts by itself, as two of an item would be one by majority.
    """
    records = one.batch.records
    at = records.schema.get_field_index("record_id")
    field = records.schema.field(at)
    names = pa.array([str(row) for row in range(records.num_rows)], field.type)
    return replace(one.batch, records=records.set_column(at, field, names), aggregation="judgement")
