"""Worlds with known truth, and the questions that audits ask of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from quality.audits.joint.fit import JointResult, fit
from quality.audits.joint.linearise import Linearised
from quality.audits.joint.placebos import NOMINAL, placebo_p_values
from quality.audits.joint.slices import slices
from quality.audits.joint.slicing import slicings
from simulator.votes import Votes, votes

PLACEBOS_A_WORLD = 40
# Clean worlds take these turns: few and many people, prompts that repeat, features that belong to the source
# model in part, ties.
SHAPES: tuple[dict[str, Any], ...] = (
    {"count": 2500, "annotators": 40},
    {"count": 2000, "annotators": 12},
    {"count": 5000, "annotators": 200},
    {"count": 2500, "annotators": 40, "pairs_a_prompt": 40, "judgements_a_pair": 2},
    {"count": 3000, "annotators": 40, "of_source": 0.5, "sources": 20},
    {"count": 3000, "annotators": 60, "tie_share": 0.2, "judgements_a_pair": 3},
)
PLANTED: dict[str, Any] = {"count": 5000, "annotators": 60}


@dataclass(frozen=True)
class World:
    """A clean batch: nothing sways its votes on the whole, and people differ (slopes of sd 0.3)."""

    number: int

    @cached_property
    def batch(self) -> Votes:
        """The votes."""
        shape = SHAPES[self.number % len(SHAPES)]
        return votes(np.random.default_rng([1, self.number]), **shape, slope_sd=0.3)

    @cached_property
    def joint(self) -> JointResult:
        """The joint model on all features."""
        return fit(self.batch.frame, self.batch.deltas, self.batch.quality)

    @property
    def linearised(self) -> Linearised:
        """The same, to test around."""
        if self.joint.linearised is None:
            raise AssertionError(f"world {self.number} could not be fitted, which no shape should cause")
        return self.joint.linearised


def _features(world: World) -> list[float]:
    return [e.p for e in world.joint.effects if e.feature != "position" and e.p is not None]


def _slices(dimension: str) -> Callable[[World], list[float]]:
    def asked(world: World) -> list[float]:
        by = tuple(each for each in slicings(world.batch.frame)[0] if each.dimension == dimension)
        # Position sways these worlds, but everywhere alike: its slices are as null as the others.
        return [float(p) for p in slices(world.joint, by)["p"]]

    return asked


def _placebos(kind: str) -> Callable[[World], list[float]]:
    def asked(world: World) -> list[float]:
        rng = np.random.default_rng([2, world.number])
        found = placebo_p_values(world.batch.frame, world.linearised, kind, PLACEBOS_A_WORLD, rng)
        return [float(p) for p in found]

    return asked


# What each audit asks of a clean world, as p-values; an audit that raises flags gives 0 for a flag, 1 for
# none. A further audit joins here.
QUESTIONS: dict[str, Callable[[World], Iterable[float]]] = {
    "joint model, features": _features,
    "slices by annotator": _slices("annotator"),
    "slices by domain": _slices("domain"),
    "slices by source model": _slices("source model"),
    "placebos by pair": _placebos("pair"),
    "placebos by source model": _placebos("source"),
}


def asked(number: int) -> dict[str, tuple[int, int]]:
    """Alarms and questions of each audit in one clean world."""
    world = World(number)
    p = {name: np.fromiter(question(world), dtype=np.float64) for name, question in QUESTIONS.items()}
    return {name: (int((each < NOMINAL).sum()), len(each)) for name, each in p.items()}


def found(number: int, planted: float, slope_sd: float) -> bool:
    """Is a feature found that decides a share of the votes of 5,000 pairs?"""
    rng = np.random.default_rng([3, number])
    batch = votes(rng, **PLANTED, planted=planted, slope_sd=slope_sd)
    p = fit(batch.frame, batch.deltas, batch.quality).effects[1].p
    return p is not None and p < NOMINAL
