"""Real votes with their source models, and published Bradley-Terry scores."""

import csv
import json
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from quality.audits.lean import strict
from rampart.records.comparisons import comparisons
from tests.quality.conftest import _file


@pytest.fixture(scope="session")
def crowd_votes(llmfao: pa.Table) -> pl.DataFrame:
    """llmfao's 5,460 strict votes, with the models that wrote the responses."""
    with _file("llmfao/pairs-crowd.jsonl").open(encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines]
    models = pl.DataFrame(
        {
            "item_id": [str(pair["id"]) for pair in pairs],
            "one": [str(pair["model_x"]) for pair in pairs],
            "two": [str(pair["model_y"]) for pair in pairs],
        }
    )
    joined = strict(comparisons(llmfao)).join(models, on="item_id", maintain_order="left")
    return joined.with_columns(first_checkpoint="one", second_checkpoint="two").drop("one", "two")


def bradley_terry_case(name: str) -> tuple[pl.DataFrame, dict[str, float]]:
    """Votes and the golden scores that Evalica publishes for them (dustalov/evalica, Apache-2.0)."""
    votes, golden = _file(f"evalica/{name}.csv"), _file(f"evalica/{name}-golden.csv")
    outcome = {"left": 1.0, "tie": 0.5, "right": 0.0}
    with golden.open(encoding="utf-8", newline="") as rows:
        scores = {
            row["item"]: float(row["score"])
            for row in csv.DictReader(rows)
            if row["algorithm"] == "bradley_terry"
        }
    return _matches(votes, outcome), scores


def _matches(path: Path, outcome: dict[str, float]) -> pl.DataFrame:
    with path.open(encoding="utf-8", newline="") as rows:
        matches = list(csv.DictReader(rows))
    unknown = pl.lit(None, dtype=pl.Int64)
    return pl.DataFrame(
        {
            "first_checkpoint": [row["left"] for row in matches],
            "second_checkpoint": [row["right"] for row in matches],
            "outcome": [outcome[row["winner"]] for row in matches],
        }
    ).with_columns(weight=pl.lit(1.0), first_position=unknown, second_position=unknown)
