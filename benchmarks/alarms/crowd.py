"""Real crowd votes (dustalov/llmfao, CC-BY-4.0), and features drawn by lot that nobody can have seen."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from scipy import stats

from contracts.model import AuditLimit
from quality.audits.dependence import dependence
from quality.audits.features.feature import Feature
from quality.audits.features.measuring import Measured
from quality.audits.joint.design import Numbers, design
from quality.audits.joint.linearise import linearise
from quality.audits.joint.one_step import Steps
from quality.audits.joint.pairs import Pairs, pairs
from quality.audits.joint.placebos import NOMINAL
from quality.audits.sides import leans

EVERY_ROW = AuditLimit(min_effective_n=1)
BESIDE = Path(__file__).parents[2].parent / "shared" / "data"


def strict_votes() -> pl.DataFrame | None:
    """The 5,460 votes that one side won, with the models that wrote the responses; None without the files."""
    folder = Path(os.environ.get("RAMPART_TEST_DATA", BESIDE)) / "llmfao"
    if not folder.exists():
        return None
    lines = (folder / "pairs-crowd.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    texts = pl.DataFrame(
        {
            "id": [pair["id"] for pair in told],
            "first": [str(pair["result_x"]) for pair in told],
            "second": [str(pair["result_y"]) for pair in told],
        }
    )
    ballots = pl.read_csv(folder / "crowd-comparisons.csv").filter(pl.col("winner") != "tie")
    return ballots.join(texts, on="id", maintain_order="left").select(
        "first",
        "second",
        record_id=pl.format("r{}", pl.int_range(pl.len())),
        item_id=pl.col("id").cast(pl.String),
        annotator_id=pl.col("worker").cast(pl.String),
        prompt_key=pl.col("prompt").cast(pl.String),
        first_checkpoint=pl.col("model_x").cast(pl.String),
        second_checkpoint=pl.col("model_y").cast(pl.String),
        first_position=pl.lit(0),
        second_position=pl.lit(1),
        outcome=(pl.col("winner") == "left").cast(pl.Float64),
        weight=pl.lit(1.0),
    )


def false_alarms(lots: int) -> dict[str, dict[str, float]] | None:
    """Share of `lots` features by pair, and of as many by source model, with p < 0.05, by kind of error."""
    frame = strict_votes()
    if frame is None:
        return None
    known = design(frame, pl.DataFrame())
    none = pl.lit(None, dtype=pl.String)
    unsourced = design(frame.with_columns(first_checkpoint=none, second_checkpoint=none), pl.DataFrame())
    ways = dependence(frame).ways
    joint, two_ways = linearise(known, ways, 0), linearise(unsourced, ways, 0)
    by_worker = linearise(unsourced, {"annotator": ways["annotator"]}, 0)
    told, rng = pairs(frame), np.random.default_rng(5)
    draws: dict[str, Callable[[int], Numbers]] = {
        "pair": lambda size: told.draw(rng, size),
        "source model": lambda size: known.sources @ rng.normal(size=(known.sources.shape[1], size)),
    }
    won = known.outcome == 1
    rates = {
        kind: _rates(
            [draw(size) for size in joint.blocks(lots)],
            {
                "iid binomial": lambda x: _binomial(x, won),
                "logit": lambda x: _independent(two_ways.further(x)),
                "clustered by worker": lambda x: by_worker.further(x).p,
                "worker x prompt": lambda x: two_ways.further(x).p,
                "joint model": lambda x: joint.further(x).p,
            },
        )
        for kind, draw in draws.items()
    }
    rates["pair"]["single audits"] = _alone(frame, told, lots)
    return rates


def _alone(frame: pl.DataFrame, told: Pairs, lots: int) -> float:
    """Share of `lots` features by pair that a single audit finds; those by source model it cannot judge."""
    rng, none = np.random.default_rng(6), pl.DataFrame()
    coin = Feature("coin", "pair", "pair", pl.lit(0.0), "that the coin favours")
    p = []
    for column in told.draw(rng, lots).T:
        found = Measured(none, none, pl.DataFrame({"coin": column}))
        finding, *_ = leans(frame, found, (coin,), EVERY_ROW, clause="audits.coin", evidence=None)
        p.append(finding.p)
    return float((np.array(p, dtype=np.float64) < NOMINAL).mean())


def _rates(blocks: list[Numbers], tests: dict[str, Callable[[Numbers], Numbers]]) -> dict[str, float]:
    return {
        name: float((np.concatenate([test(block) for block in blocks]) < NOMINAL).mean())
        for name, test in tests.items()
    }


def _independent(steps: Steps) -> Numbers:
    """p as though rows were independent."""
    return np.asarray(2 * stats.norm.sf(np.abs(steps.beta) / steps.se * np.sqrt(steps.design_effect)))


def _binomial(columns: Numbers, won: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Numbers:
    """The larger count's tail of a fair coin, as tools for feedback forensics give it."""
    agree = ((columns > 0) == won[:, None]).sum(axis=0)
    return np.asarray(stats.binom.sf(np.maximum(agree, len(won) - agree) - 1, len(won), 0.5))
