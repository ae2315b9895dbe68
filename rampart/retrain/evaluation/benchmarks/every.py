"""The benchmarks there are, by the names that contracts call them by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from quality.audits.probes.scorer import Scorer
from rampart.retrain.evaluation.benchmarks import reward_bench_2, rm_bench
from rampart.retrain.evaluation.benchmarks.result import BenchmarkResult

MEASURES: Mapping[str, Callable[[str, bytes, Scorer], BenchmarkResult]] = {
    reward_bench_2.NAME: reward_bench_2.measure,
    rm_bench.NAME: rm_bench.measure,
}


@dataclass(frozen=True)
class BenchmarkFile:
    """A benchmark to be run: its name in `MEASURES`, where its file lies, and the file's bytes."""

    name: str
    path: str
    payload: bytes


def measured(file: BenchmarkFile, scorer: Scorer) -> BenchmarkResult:
    """The model's figures on a benchmark; `BenchmarkError` where the file is no such benchmark."""
    return MEASURES[file.name](file.path, file.payload, scorer)
