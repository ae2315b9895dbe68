"""Public benchmarks that a trained reward model is measured on: part of a contract's `training` section."""

from typing import Literal

from pydantic import Field, field_validator

from contracts.terms.base import Terms
from contracts.terms.mapping import path_below


class Benchmark(Terms):
    """A benchmark's file as it is published; models are measured on it and never trained on it."""

    name: Literal["reward_bench_2", "rm_bench"] = Field(description="Which benchmark it is.")
    path: str = Field(
        description="File below `RAMPART_EVALUATION_SETS`, as Hugging Face has it: `.jsonl`, `.json` or "
        "`.parquet`."
    )

    @field_validator("path")
    @classmethod
    def _path_is_below(cls, path: str) -> str:
        return path_below(path, "the folder of evaluation sets")
