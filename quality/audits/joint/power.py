r"""How much of a bias would this batch have shown?

**Model.** For a placebo feature (`pairs`) a share of the votes, drawn at random, is replaced by what the
feature says: the side that has more of it wins. Each such batch is tested in one step; the share of them with
p < 0.05 is the power at that share. The *minimum detectable bias* is the share of votes decided by a feature
that has p < 0.05 four times in five, between the planted ones by linear interpolation of the probits. A
report calls found what has q <= 0.05; both are told as well for the smaller p that a lone feature needs for
that (`multiplicity.level_alone`).

Replacing votes moves the other terms of the model only in the second order, so nothing is fitted again.

**What it does not say.** People agree about a planted feature. Where they differ about a real one its error
is larger; `minimum_detectable` of its own row allows for that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from quality.audits.joint.design import Numbers
from quality.audits.joint.effects import widened
from quality.audits.joint.linearise import Linearised
from quality.audits.joint.one_step import one_step, unexplained
from quality.audits.joint.pairs import pairs
from quality.audits.joint.placebos import NOMINAL

SHARES = (0.02, 0.05, 0.08, 0.12)
PLANTS = 100
WANTED = 0.8


@dataclass(frozen=True)
class Power:
    """Of `plants` batches with each of `shares` of the votes decided by a feature, `found` (0..1) showed it.

    By p < 0.05; `found_alone` by p <= `level`. The minimum detectable share is None where even the largest
    is found less than four times in five.
    """

    plants: int
    shares: tuple[float, ...]
    found: tuple[float, ...]
    minimum_detectable: float | None
    level: float
    found_alone: tuple[float, ...]
    minimum_detectable_alone: float | None

    @property
    def reason(self) -> str:
        """What was found, in a sentence."""
        return (
            f"Of planted features that decide a share of the votes this batch would show, at p < {NOMINAL} "
            f"({self._curve(self.found)}); the share shown four times in five is "
            f"{self._least(self.minimum_detectable)}. To be found as the only one of the report one needs "
            f"p <= {self.level:.2g} ({self._curve(self.found_alone)}); the share found four times in five is "
            f"{self._least(self.minimum_detectable_alone)}."
        )

    def _curve(self, found: tuple[float, ...]) -> str:
        return ", ".join(f"{s:.0%}: {f:.0%}" for s, f in zip(self.shares, found, strict=True))

    def _least(self, share: float | None) -> str:
        return f"more than {self.shares[-1]:.0%}" if share is None else f"{share:.1%}"


def power(
    frame: pl.DataFrame,
    found: Linearised,
    *,
    shares: Sequence[float] = SHARES,
    plants: int = PLANTS,
    level: float = NOMINAL,
    spread: float = 1.0,
    seed: int = 0,
) -> Power:
    """The power curve of a batch.

    Args:
        frame: the comparisons that were fitted.
        found: the fit.
        shares: planted shares of votes, ascending.
        plants: batches planted a share.
        level: p that a lone feature needs to be found in the report.
        spread: by which the placebos calibrate p (`placebos`).
        seed: of the draws.
    """
    told, rng = pairs(frame), np.random.default_rng([seed, 2])
    p = np.concatenate(
        [_planted(found, told.draw(rng, size), shares, rng) for size in found.blocks(plants)], axis=1
    )
    rates = tuple((p < _needed(NOMINAL, spread)).mean(axis=1).tolist())
    alone = tuple((p <= _needed(level, spread)).mean(axis=1).tolist())
    least = _least(shares, rates, NOMINAL), _least(shares, alone, level)
    return Power(plants, tuple(shares), rates, least[0], level, alone, least[1])


def _needed(level: float, spread: float) -> float:
    """The p before calibration that is `level` after."""
    return level if spread == 1 else widened(level, 1 / spread)


def _planted(
    found: Linearised, columns: Numbers, shares: Sequence[float], rng: np.random.Generator
) -> Numbers:
    """(shares, j) p-values of columns that decide a share of the votes."""
    fit, terms = found.fit, found.fit.design
    parts, lot = unexplained(fit, columns), rng.random(columns.shape, dtype=np.float32)
    change = terms.weight[:, None] * ((columns > 0) - terms.outcome[:, None])
    p = []
    for share in shares:
        residual = np.repeat(fit.residual[:, None], columns.shape[1], axis=1)
        residual[: len(change)] += np.where(lot < share, change, 0.0)
        p.append(one_step(fit, found.clusters, parts, residual, found.draws).p)
    return np.array(p)


def _least(shares: Sequence[float], rates: Sequence[float], level: float) -> float | None:
    probits = stats.norm.ppf(np.clip([level, *rates], min(level, 1e-3), 1 - 1e-3))
    # A curve of draws may dip; more planted never shows less.
    rising = np.maximum.accumulate(probits)
    wanted = float(stats.norm.ppf(WANTED))
    if rising[-1] < wanted:
        return None
    after = int(np.argmax(rising >= wanted))
    before, ends = after - 1, [0.0, *shares]
    part = (wanted - rising[before]) / (rising[after] - rising[before])
    return float(ends[before] + part * (ends[after] - ends[before]))
