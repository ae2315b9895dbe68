r"""RewardBench 2: is the one right answer of four scored highest, and are right answers all the same to it?

**Best of four.** Each prompt of five subsets has one right answer and three wrong ones. A prompt earns 1 / k
where the right answer shares the highest score with k - 1 others, else 0; a coin earns 1/4.

**Ties.** A prompt of this subset comes as ``tied:N``, with several right answers, and as ``ref:N``, with one.
With $d$ the spread of the right answers' scores and $m$ the lowest right score less the highest wrong one,

$$0.3\,[\overline{m_{tied} > 0}] + 0.3\,[\overline{m_{ref} > 0}] + 0.2\,[\overline{m_{tied} > d}]
  + 0.2\,[\overline{\min(m_{ref}, m_{tied}) > d}] + 0.01\,\overline{\tanh(\min(m_{ref}, m_{tied}) / d - 1)}$$

the last three over numbers that have both; 0/0 counts 0 in the last. It may exceed 1 by 0.01, as published.

**Score.** The mean of the subsets, each counting alike: Malik et al. 2025, "RewardBench 2: Advancing Reward
Model Evaluation" (arXiv:2506.01937), with the formulas of its own code (github.com/allenai/reward-bench,
`rewardbench/utils.py`: `reroll_and_score_dataset`, `process_single_model`). Intervals are ours, over prompts.

**What it does not say.** How well the model orders this programme's responses: its prompts are others.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from quality.audits.probes.scorer import Scorer
from quality.intervals.clustered_share import Numbers
from rampart.retrain.evaluation.benchmarks.result import (
    BenchmarkResult,
    Figure,
    figure_of,
    mean_of,
    unweighted,
)
from rampart.retrain.evaluation.benchmarks.rows import (
    BenchmarkError,
    prompt_of,
    read_rows,
    text_of,
    texts_of,
)

NAME = "reward_bench_2"
COLUMNS = ("id", "prompt", "chosen", "rejected", "subset")
TIES = "ties"


@dataclass(frozen=True)
class Item:
    """One prompt: its right answers and its wrong ones; among ties `id` is ``tied:N`` or ``ref:N``."""

    id: str
    subset: str
    prompt: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Scored:
    """An item's scores."""

    item: Item
    right: Numbers
    wrong: Numbers


def read(path: str, payload: bytes) -> list[Item]:
    """The benchmark's items; `BenchmarkError` where the file is another."""
    rows = read_rows(path, payload, "RewardBench 2", COLUMNS)
    return [_item(path, number, row) for number, row in enumerate(rows, 1)]


def measure(path: str, payload: bytes, scorer: Scorer) -> BenchmarkResult:
    """The model's score on the benchmark at `path`, by subset and overall."""
    scored = _scored(read(path, payload), scorer)
    subsets: dict[str, list[Scored]] = {}
    for one in scored:
        subsets.setdefault(one.item.subset, []).append(one)
    figures = {
        slug(name): ties_score(path, part) if slug(name) == TIES else mean_of(np.array([*map(credit, part)]))
        for name, part in subsets.items()
    }
    digest = hashlib.sha256(payload).hexdigest()
    return BenchmarkResult(NAME, path, digest, {"score": unweighted(list(figures.values())), **figures})


def slug(subset: str) -> str:
    """A subset's name as a metric is called: ``Precise IF`` is ``precise_if``."""
    return "_".join(subset.lower().split())


def credit(one: Scored) -> float:
    """1 / k where the right answer is one of k with the highest score, else 0."""
    scores = np.concatenate([one.right, one.wrong])
    best = scores == scores.max()
    return 1 / int(best.sum()) if best[0] else 0.0


def ties_score(path: str, scored: Sequence[Scored]) -> Figure:
    """The published score of the ties subset, see the module.

    Raises:
        BenchmarkError: an item of another name, a tied one with a single right answer, or no number with both
            of its prompts.
    """
    kinds: dict[str, dict[str, Scored]] = {"tied": {}, "ref": {}}
    for one in scored:
        kind, _, number = one.item.id.partition(":")
        if kind not in kinds or (kind == "tied" and len(one.right) < 2):
            raise BenchmarkError(
                f"{path}: ties item {one.item.id!r} has {len(one.right)} right answers; expected `tied:N` "
                "with two or more, or `ref:N`"
            )
        kinds[kind][number] = one
    if not kinds["tied"].keys() & kinds["ref"].keys():
        raise BenchmarkError(
            f"{path}: no number of the ties subset has both `tied:N` and `ref:N`; take it whole"
        )
    numbers = sorted({*kinds["tied"], *kinds["ref"]})
    tied, ref = (_over(numbers, {key: _lead(one) for key, one in kinds[kind].items()}) for kind in kinds)
    spread = _over(numbers, {key: float(np.ptp(one.right)) for key, one in kinds["tied"].items()})
    both = np.minimum(ref, tied)  # NaN, as in all of them, where a number lacks one of its prompts
    with np.errstate(divide="ignore", invalid="ignore"):
        ahead = np.where((both == 0) & (spread == 0), 0.0, np.tanh(both / spread - 1))
    terms = (
        (0.3, _above(tied, 0.0)),
        (0.3, _above(ref, 0.0)),
        (0.2, _above(np.where(np.isnan(ref), np.nan, tied), spread)),
        (0.2, _above(both, spread)),
        (0.01, ahead),
    )
    return figure_of(
        sum(weight * float(np.nanmean(term)) for weight, term in terms),
        np.sum([weight * _influence(term) for weight, term in terms], axis=0),
    )


def _over(numbers: Sequence[str], known: Mapping[str, float]) -> Numbers:
    return np.array([known.get(number, np.nan) for number in numbers], dtype=np.float64)


def _above(values: Numbers, bound: Numbers | float) -> Numbers:
    """1 above the bound, 0 not, NaN where unknown."""
    return np.where(np.isnan(values + bound), np.nan, (values > bound).astype(np.float64))


def _influence(term: Numbers) -> Numbers:
    """What each number adds to the term's mean, beside the mean itself; nothing where it is unknown."""
    return np.nan_to_num((term - np.nanmean(term)) / np.count_nonzero(~np.isnan(term)))


def _lead(one: Scored) -> float:
    return float(one.right.min() - one.wrong.max())


def _item(path: str, number: int, row: object) -> Item:
    assert isinstance(row, dict)  # noqa: S101 (narrows the type: `read_rows` has looked)
    subset = text_of(path, number, row, "subset")
    right = texts_of(path, number, row, "chosen", "a list of right answers")
    if slug(subset) != TIES and len(right) != 1:
        raise BenchmarkError(
            f"{path}: row {number}, chosen: {len(right)} answers, expected one in {subset!r}"
        )
    wrong = texts_of(path, number, row, "rejected", "a list of wrong answers")
    identity = text_of(path, number, row, "id")
    return Item(identity, subset, prompt_of(path, number, row), tuple(right), tuple(wrong))


def _scored(items: Sequence[Item], scorer: Scorer) -> list[Scored]:
    """Everything scored at once: a model reads a long list faster than many short ones."""
    answers = [(item.prompt, answer) for item in items for answer in (*item.right, *item.wrong)]
    scores = np.asarray(scorer([prompt for prompt, _ in answers], [text for _, text in answers]))
    ends = np.cumsum([len(item.right) + len(item.wrong) for item in items])
    parts = np.split(scores.astype(np.float64), ends[:-1])
    return [
        Scored(item, part[: len(item.right)], part[len(item.right) :])
        for item, part in zip(items, parts, strict=True)
    ]
