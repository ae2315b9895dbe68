"""The words of a scorecard: a figure of one vendor, and the difference between two.

**Multiplicity.** A card of three vendors and nine figures asks 27 questions, and one of twenty null questions
answers itself at a 95 % interval. So the intervals of *differences* are widened until all of them on the card
hold together with 95 % probability (Bonferroni: each at $1 - 0.05 / m$ with $m$ differences that can be
told). What the interval says and what the verdict says is then one thing: two vendors differ where it leaves
out zero. Figures of one vendor keep their own 95 % interval: they describe and judge nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from scipy import stats

from quality.intervals.wilson import wilson

Unit = Literal["share", "money", "logit", "points"]
Standing = Literal["higher", "lower", "not distinguishable", "not_testable"]
At = Callable[[float], tuple[float, float]]  # two-sided error → lower and upper end
ALPHA = 0.05


@dataclass(frozen=True)
class Figure:
    """One figure of one contract; `value` is None where it cannot be told, and `lacks` names what is missing.

    `low`..`high` is the 95 % interval, None where there is none; `n` counts what the figure rests on, in the
    words of `reason`. `evidence` holds addresses of rows (`rampart.records.evidence`). `currency` is that of
    amounts.
    """

    name: str
    contract_id: str
    unit: Unit
    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str
    evidence: tuple[str, ...] = ()
    lacks: str | None = None
    currency: str = ""


@dataclass(frozen=True)
class Contrast:
    """A difference, not knowing yet how many stand beside it: `at` gives its interval for an error."""

    value: float
    at: At
    n: int
    reason: str


@dataclass(frozen=True)
class Difference:
    """Figure `name` of contract `one` less that of `other`; its interval holds for the whole card."""

    name: str
    one: str
    other: str
    unit: Unit
    standing: Standing
    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str
    lacks: str | None = None


@dataclass(frozen=True)
class Lacking:
    """Why a figure or a difference cannot be told: the field or the rows that are missing, and a sentence."""

    lacks: str
    reason: str


def untold(name: str, contract_id: str, unit: Unit, why: Lacking, n: int = 0) -> Figure:
    """A figure that cannot be told."""
    return Figure(name, contract_id, unit, None, None, None, n, why.reason, lacks=why.lacks)


def student(value: float, error: float, freedom: float) -> At:
    """The interval of an estimate with this standard error, by Student's law."""

    def at(alpha: float) -> tuple[float, float]:
        half = float(stats.t.ppf(1 - alpha / 2, freedom)) * error
        return value - half, value + half

    return at


def normal(value: float, error: float) -> At:
    """The interval of an estimate whose law is near enough to the normal one."""
    return student(value, error, float("inf"))


def bounded(at: At) -> At:
    """The interval of a difference of shares, which is never beyond -1 and 1."""

    def inside(alpha: float) -> tuple[float, float]:
        low, high = at(alpha)
        return max(-1.0, low), min(1.0, high)

    return inside


def shares_apart(one: tuple[int, int], other: tuple[int, int]) -> Contrast:
    """Difference of two independent shares, each (part, whole).

    The interval joins Wilson's of both (Newcombe 1998, "Interval estimation for the difference between
    independent proportions", method 10, Statistics in Medicine 17(8), 873-890):
    it holds for a handful of weeks, at shares of 0 and 1.
    """
    first, second = one[0] / one[1], other[0] / other[1]

    def at(alpha: float) -> tuple[float, float]:
        z = float(stats.norm.ppf(1 - alpha / 2))
        (low, high), (other_low, other_high) = wilson(first, one[1], z), wilson(second, other[1], z)
        below = sqrt((first - low) ** 2 + (other_high - second) ** 2)
        above = sqrt((high - first) ** 2 + (second - other_low) ** 2)
        return first - second - below, first - second + above

    said = f"{one[0]:,} of {one[1]:,} against {other[0]:,} of {other[1]:,}"
    return Contrast(first - second, at, one[1] + other[1], said)
