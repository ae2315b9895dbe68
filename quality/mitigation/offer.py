"""A mitigation as it is offered: what it does, whom it touches, what it costs. Nobody applies it silently."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from quality.intervals.clustered_share import Numbers
from quality.mitigation.audited import Audited

Name = Literal[
    "propensity_weights",
    "balanced_subset",
    "soft_labels",
    "dawid_skene_labels",
    "relabel_queue",
    "counterfactual_requests",
]


@dataclass(frozen=True)
class Touched:
    """How many comparisons an offer changes or asks about, and of how many prompts and annotators."""

    comparisons: int
    prompts: int
    annotators: int


@dataclass(frozen=True, eq=False)
class Training:
    """What a trainer would be given instead: a factor on each comparison's weight, and its label.

    `weight` (n,) is 0 where a comparison is left out, `target` (n,) how far the first response won, 0..1.
    """

    weight: Numbers
    target: Numbers


@dataclass(frozen=True, eq=False)
class Offer:
    """One mitigation of one feature's lean.

    `does` is a sentence. `effective_n` is Kish's, over the weights of the training that is offered. `after`
    and `training` are None where nothing changes until a person has judged or a vendor has written; then
    `table` is what they are asked. `missing` says why it cannot be offered, empty where it can.
    """

    name: Name
    feature: str
    does: str
    touched: Touched
    comparisons: int
    effective_n: float
    before: Audited
    after: Audited | None = None
    training: Training | None = None
    table: pl.DataFrame | None = None
    missing: str = ""


def touched(frame: pl.DataFrame, rows: pl.Series) -> Touched:
    """Counts of the comparisons of `frame` where `rows` (booleans) holds."""
    inside = frame.filter(rows)
    people = inside["annotator_id"].drop_nulls().n_unique() if inside.height else 0
    return Touched(inside.height, inside["prompt_key"].n_unique() if inside.height else 0, people)
