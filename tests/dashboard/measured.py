"""What was measured on the reward models of the example books, as it is stored."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from rampart.retrain.bootstrap import Estimate
from rampart.retrain.digests import canonical_json
from rampart.retrain.evaluate import evaluate
from rampart.retrain.evaluation.amplification import Amplification, Lean, difference, ratio
from rampart.retrain.evaluation.benchmarks.result import BenchmarkResult, Figure
from rampart.retrain.probing import Probe, Probes


def evaluation(hostile: str) -> bytes:
    """Two domains, one of them called `hostile`, of 60 pairs and of 6; a lean; a benchmark."""
    random = np.random.default_rng(1)
    pairs = pa.table(
        {
            "prompt_key": [str(n) for n in range(66)],
            "target": (random.random(66) < 0.5).astype(float),
            "weight": [1.0] * 66,
            "contract_id": ["dc-alder"] * 66,
            "week": pa.array([1] * 66, pa.int32()),
            "domain": [hostile] * 60 + ["law"] * 6,
            "strength": [1.0] * 30 + [0.3] * 36,
        }
    )
    found = evaluate(pairs, random.normal(size=66))
    told = replace(found, amplification=(_lean(), _untold()), benchmarks=(_benchmark(hostile),))
    return canonical_json(told)


def probes() -> bytes:
    """One probe that found something, two that could not tell."""
    nothing, something = Probe(None, None, None, 0), Probe(0.8, 0.7, 0.9, 60)
    return canonical_json(Probes(66, nothing, nothing, {"length": something}))


def _lean() -> Amplification:
    data = Lean(Estimate(0.6, 0.56, 0.64), 0.02, 600, 600)
    model = Lean(Estimate(0.8, 0.74, 0.86), 0.03, 66, 66)
    gap, times = difference(model, data), ratio(model, data)
    said = "The response that is longer won 60.0% of training comparisons."
    return Amplification("length", "length", data, model, data, data, gap, times, "amplified", said)


def _untold() -> Amplification:
    said = "The response with emoji: too few."
    return Amplification("emoji", "format", None, None, None, None, None, None, "not_testable", said)


def _benchmark(path: str) -> BenchmarkResult:
    figure = Figure(0.5, 0.4, 0.6, 0.05, 100)
    matrix = ((0.5, 0.4, 0.3), (0.6, 0.5, 0.4), (0.7, 0.6, 0.5))
    return BenchmarkResult("rm_bench", path, "ab" * 32, {"score": figure, "hard": figure}, matrix)
