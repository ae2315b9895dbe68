"""Forest plots: each figure with its interval on an axis that all share, one row under the other.

A row is a small drawing in a table, so that names and figures stay text: they wrap on a narrow screen, are
read out, and can be copied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rampart.showing.scale import Scale, nice_ticks

WIDTH, MARGIN = 240, 10
Row = Mapping[str, Any]  # of a report's `findings`, `effects` or `reliability`


@dataclass(frozen=True)
class Mark:
    """One row's place on the axis, in pixels; `cut_low` and `cut_high`: the interval goes on beyond."""

    row: Row
    x: float
    low: float
    high: float
    cut_low: bool
    cut_high: bool


@dataclass(frozen=True)
class Forest:
    """Rows on one axis. `ticks` are (label, x); `tolerated` is the band that a limit allows, in pixels."""

    title: str
    says: str
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[str, float], ...]
    null: float | None
    tolerated: tuple[float, float] | None
    width: int = WIDTH


def forest(
    title: str, says: str, rows: Sequence[Row], null: float | None, ends: tuple[float, float]
) -> Forest:
    """The rows, on an axis that reaches at least over `ends` and no further than needed.

    Args:
        title: heading.
        says: what the axis is.
        rows: with `observed`, `low`, `high` and `threshold`, all with the same null.
        null: where nothing is found; None where there is no such value.
        ends: what the axis shows at least.
    """
    ticks = nice_ticks(*_reach(rows, ends), about=4)
    scale = Scale(ticks[0], ticks[-1], MARGIN, WIDTH - MARGIN)
    marks = tuple(
        Mark(
            row,
            scale(row["observed"]),
            scale(row["low"]),
            scale(row["high"]),
            row["low"] < ticks[0],
            row["high"] > ticks[-1],
        )
        for row in rows
    )
    limits = {row["threshold"] for row in rows}
    band = None
    if null is not None and len(limits) == 1:
        (limit,) = limits
        band = (scale(null - limit), scale(null + limit))
    labels = tuple((_label(tick, null), scale(tick)) for tick in ticks)
    return Forest(title, says, marks, labels, None if null is None else scale(null), band)


def _reach(rows: Sequence[Row], ends: tuple[float, float]) -> tuple[float, float]:
    """Far enough for every estimate; an interval may be cut, a point may not."""
    points = [row["observed"] for row in rows]
    return min([ends[0], *points]), max([ends[1], *points])


def _label(tick: float, null: float | None) -> str:
    if null is None:  # a coefficient, not a rate
        return f"{tick:g}"
    return f"{tick * 100:.0f}%".replace("-", "\N{MINUS SIGN}")
