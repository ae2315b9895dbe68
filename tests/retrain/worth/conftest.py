"""Six planted weeks, the fourth with 45 % of its labels turned over."""

from dataclasses import dataclass

import pyarrow as pa
import pytest

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.snapshot import build_snapshot
from rampart.retrain.worth.clustered import Floats
from rampart.retrain.worth.left_out import refits_without
from rampart.retrain.worth.refit import LinearRefit
from rampart.retrain.worth.table import BatchId, Judged, judged
from tests.retrain.planted import batch, planted_rows

WEEKLY = 250


@dataclass(frozen=True, eq=False)
class Weeks:
    """The pairs, a way to refit on them, and the margins with and without each week."""

    table: pa.Table
    pairs: Judged
    refit: LinearRefit
    everything: Floats
    without: dict[BatchId, Floats]


def weeks_of(poisoned: int | None, flips: float = 0.45) -> Weeks:
    batches = [
        batch(planted_rows(WEEKLY, seed=week, flipped_share=flips if week == poisoned else 0.0), week=week)
        for week in range(1, 7)
    ]
    table = build_snapshot(batches).pairs
    pairs, refit = judged(table), LinearRefit(table, LinearConfig())
    return Weeks(table, pairs, refit, refit(pairs.train), refits_without(pairs, refit))


@pytest.fixture(scope="session")
def poisoned() -> Weeks:
    return weeks_of(4)
