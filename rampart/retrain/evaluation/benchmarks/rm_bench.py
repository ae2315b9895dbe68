"""RM-Bench: does the right answer win whatever style the two answers are written in?

Each prompt has a right and a wrong answer in three styles; `quality.audits.probes.style_matrix` says what is
counted. As published (Liu et al. 2024, arXiv:2410.16184; github.com/THU-KEG/RM-Bench, `compute_accuracy`)
each row counts once within its domain, and a tie of scores is no win. The domains count alike in the overall
figures, and so do the two halves of safety in theirs; ``score`` is the mean of easy, normal and hard.
Intervals are ours, over rows.

**What it does not say.** How well the model orders this programme's responses: its prompts are others.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from quality.audits.probes.scorer import Probed, Scorer
from quality.audits.probes.style_matrix import STYLES, StyleMatrix, style_matrix
from rampart.retrain.evaluation.benchmarks.result import BenchmarkResult, Figure, unweighted
from rampart.retrain.evaluation.benchmarks.rows import (
    BenchmarkError,
    prompt_of,
    read_rows,
    text_of,
    texts_of,
)

NAME = "rm_bench"
COLUMNS = ("id", "prompt", "chosen", "rejected", "domain")
LEVELS = ("easy", "normal", "hard")


@dataclass(frozen=True)
class Item:
    """One prompt with its right and its wrong answer, each in the three `STYLES`."""

    domain: str
    prompt: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


def read(path: str, payload: bytes) -> list[Item]:
    """The benchmark's items; `BenchmarkError` where the file is another."""
    rows = read_rows(path, payload, "RM-Bench", COLUMNS)
    return [
        Item(
            text_of(path, number, row, "domain"),
            prompt_of(path, number, row),
            *(_in_styles(path, number, row, column) for column in ("chosen", "rejected")),
        )
        for number, row in enumerate(rows, 1)
    ]


def measure(path: str, payload: bytes, scorer: Scorer) -> BenchmarkResult:
    """The model's accuracy on the benchmark at `path`: by level, by domain, and as a matrix of styles."""
    items = read(path, payload)
    known = _scores(items, scorer)
    parts: dict[str, list[int]] = {}
    for number, item in enumerate(items):
        parts.setdefault(item.domain, []).append(number)
    halves: dict[str, list[StyleMatrix]] = {}
    for domain, numbers in parts.items():
        halves.setdefault(domain.partition("-")[0], []).append(_matrix(items, numbers, known))
    levels = {
        domain: {level: unweighted([_figure(getattr(one, level)) for one in found]) for level in LEVELS}
        for domain, found in halves.items()
    }
    matrices = [np.mean([one.accuracy for one in found], axis=0) for found in halves.values()]
    return BenchmarkResult(
        NAME,
        path,
        hashlib.sha256(payload).hexdigest(),
        _figures(levels),
        tuple(tuple(map(float, row)) for row in np.mean(matrices, axis=0)),
    )


def _figures(levels: Mapping[str, Mapping[str, Figure]]) -> dict[str, Figure]:
    overall = {level: unweighted([found[level] for found in levels.values()]) for level in LEVELS}
    return {
        "score": _together(list(overall.values())),
        **overall,
        **{domain: _together(list(found.values())) for domain, found in levels.items()},
    }


def _together(levels: Sequence[Figure]) -> Figure:
    """The mean of figures on the *same* rows.

    They rise and fall together, so its error is taken to be the mean of theirs: what it is when they move as
    one, and otherwise too large.
    """
    value, errors = float(np.mean([one.value for one in levels])), [one.standard_error for one in levels]
    known = [error for error in errors if error is not None]
    if len(known) < len(levels):
        return Figure(value, None, None, None, levels[0].n)
    error = float(np.mean(known))
    half = float(stats.norm.ppf(0.975)) * error
    return Figure(value, max(0.0, value - half), min(1.0, value + half), error, levels[0].n)


def _figure(probed: Probed) -> Figure:
    if probed.prompts < 2:
        return Figure(probed.value, None, None, None, probed.prompts)
    low, high = max(0.0, probed.low), min(1.0, probed.high)
    error = (probed.high - probed.value) / float(stats.t.ppf(0.975, probed.prompts - 1))
    return Figure(probed.value, low, high, error, probed.prompts)


def _matrix(
    items: Sequence[Item], numbers: Sequence[int], known: Mapping[tuple[str, str], float]
) -> StyleMatrix:
    # A row's number stands in for its prompt: rows that share one count each, as published.
    return style_matrix(
        lambda rows, texts: np.array([known[row, text] for row, text in zip(rows, texts, strict=True)]),
        [str(number) for number in numbers],
        [items[number].right for number in numbers],
        [items[number].wrong for number in numbers],
    )


def _scores(items: Sequence[Item], scorer: Scorer) -> dict[tuple[str, str], float]:
    """(row, answer) → score, everything scored at once."""
    asked = [(str(n), item.prompt, text) for n, item in enumerate(items) for text in item.right + item.wrong]
    scores = scorer([prompt for _, prompt, _ in asked], [text for _, _, text in asked])
    return {(row, text): float(score) for (row, _, text), score in zip(asked, scores, strict=True)}


def _in_styles(path: str, number: int, row: Mapping[str, object], column: str) -> tuple[str, ...]:
    expected = f"a list of {len(STYLES)} answers: {', '.join(STYLES)}"
    answers = texts_of(path, number, row, column, expected)
    if len(answers) != len(STYLES):
        raise BenchmarkError(f"{path}: row {number}, {column}: {len(answers)} answers, expected {expected}")
    return tuple(answers)
