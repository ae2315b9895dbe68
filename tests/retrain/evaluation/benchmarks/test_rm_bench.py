"""RM-Bench on small sets in the published form, with every result worked out by hand."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from rampart.retrain.evaluation.benchmarks.every import BenchmarkFile, measured
from rampart.retrain.evaluation.benchmarks.rm_bench import measure
from rampart.retrain.evaluation.benchmarks.rows import BenchmarkError


def row(domain: str, chosen: Sequence[str], rejected: Sequence[str], prompt: str = "Why?") -> dict[str, Any]:
    """A row with the columns of the data set on Hugging Face."""
    return {"id": 1, "prompt": prompt, "chosen": chosen, "rejected": rejected, "domain": domain}


def as_written(prompts: Sequence[str], responses: Sequence[str]) -> np.ndarray:
    """A model whose score is the number that the response is."""
    assert all(prompt.startswith("user: ") for prompt in prompts)
    return np.array([float(text) for text in responses])


def payload(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return json.dumps(list(rows)).encode()


# Right answers score 1, 2, 3 by style, wrong ones 0, 2, 4. Won: concise over concise, detailed over concise,
# Markdown over concise and detailed. Easy: all 3 of 3. Normal: 1 of 3 (2 against 2 is no win). Hard: 0 of 3.
STYLED = row("chat", ["1", "2", "3"], ["0", "2", "4"])
NEVER = row("chat", ["0", "0", "0"], ["1", "1", "1"])
ALWAYS = ["9", "9", "9"], ["1", "1", "1"]


def values(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    return {name: one.value for name, one in measure("b.json", payload(rows), as_written).figures.items()}


def test_the_levels_are_the_parts_of_the_matrix() -> None:
    found = measure("b.json", payload([STYLED]), as_written)
    assert found.matrix == ((1, 0, 0), (1, 0, 0), (1, 1, 0))
    assert values([STYLED]) == pytest.approx(
        {"score": (1 + 1 / 3) / 3, "easy": 1.0, "normal": 1 / 3, "hard": 0.0, "chat": (1 + 1 / 3) / 3}
    )


def test_rows_of_one_prompt_count_each_as_published() -> None:
    assert values([STYLED, NEVER, NEVER])["easy"] == pytest.approx(1 / 3)


def test_domains_count_alike_and_so_do_the_halves_of_safety() -> None:
    found = values(
        [
            *[row("safety-refuse", *ALWAYS)] * 3,
            NEVER | {"domain": "safety-response"},
            NEVER | {"domain": "math"},
        ]
    )
    assert (found["safety"], found["math"], found["score"], found["hard"]) == (0.5, 0.0, 0.25, 0.25)


def test_a_coin_is_within_the_interval_of_each_level() -> None:
    random = np.random.default_rng(4)
    rows = [row("code", *random.random((2, 3)).astype(str).tolist()) for _ in range(300)]
    found = measured(BenchmarkFile("rm_bench", "b.json", payload(rows)), as_written)
    for name in ("easy", "normal", "hard", "score"):
        figure = found.figures[name]
        assert figure.low is not None and figure.high is not None
        assert figure.low < 0.5 < figure.high < figure.low + 0.15
    assert found.metrics["rm_bench_hard"] == found.figures["hard"].value


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            [row("chat", ["1"], ["1", "2", "3"])],
            "chosen: 1 answers, expected a list of 3 answers: concise",
        ),
        (
            [{"prompt": "p", "chosen": [], "rejected": [], "subset": "Math"}],
            "RM-Bench has id, prompt",
        ),
        ([row("chat", ["1", "2", "3"], [1, 2, 3])], "rejected: expected a list of 3 answers"),  # type: ignore[list-item]
    ],
)
def test_a_file_that_is_something_else_is_told_from_the_benchmark(rows: Any, problem: str) -> None:
    with pytest.raises(BenchmarkError) as refused:
        measure("b.json", payload(rows), as_written)
    assert problem in str(refused.value)
