"""The benchmarks there are, by the names that contracts call them by."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from quality.audits.probes.scorer import Scorer
from quality.gates.evaluation.sets import Item, ReadSet
from rampart.retrain.evaluation.benchmarks import reward_bench_2, rm_bench
from rampart.retrain.evaluation.benchmarks.result import BenchmarkResult

MEASURES: Mapping[str, Callable[[str, bytes, Scorer], BenchmarkResult]] = {
    reward_bench_2.NAME: reward_bench_2.measure,
    rm_bench.NAME: rm_bench.measure,
}


class Question(Protocol):
    """An item of any benchmark: a prompt with right and wrong answers."""

    @property
    def prompt(self) -> str: ...  # noqa: D102
    @property
    def right(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def wrong(self) -> tuple[str, ...]: ...  # noqa: D102


_READERS: Mapping[str, Callable[[str, bytes], Sequence[Question]]] = {
    reward_bench_2.NAME: reward_bench_2.read,
    rm_bench.NAME: rm_bench.read,
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


def must_be_read(file: BenchmarkFile) -> None:
    """`BenchmarkError` where the file is no such benchmark: better known before a training than after it."""
    _READERS[file.name](file.path, file.payload)


def as_set(file: BenchmarkFile) -> ReadSet:
    """All texts of a benchmark, as a set that no model which is measured on it may have learnt from."""
    items = enumerate(_READERS[file.name](file.path, file.payload), 1)
    texts = ((number, (item.prompt, *item.right, *item.wrong)) for number, item in items)
    told = tuple(Item(number, text) for number, said in texts for text in dict.fromkeys(said))
    return ReadSet(file.name, hashlib.sha256(file.payload).hexdigest(), told)
