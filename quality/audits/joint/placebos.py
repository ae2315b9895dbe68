r"""How often does this batch cry wolf?

**Model.** Features that nobody can have preferred are tested by the joint model in turn: for each pair of
responses a normal draw (`pair`), and for each source model one, of which a pair has the difference
(`source`), as a model's house style would be. The share of them with p < 0.05 is the batch's own false-alarm
rate. Above `TOLERATED` all p-values are calibrated on it: with $z = \Phi^{-1}(1 - p / 2)$ and $\sigma$ the
placebos' 95 % quantile of $z$ over 1.96, $p$ becomes $2 (1 - \Phi(z / \sigma))$ and intervals widen by
$\sigma$ (an empirical null: Efron 2004, doi:10.1198/016214504000000089). Calibration never sharpens.

**Why this default.** With 200 draws a rate of 5 % is seen as above 7 % in one batch in thirteen for one kind,
and for either of both kinds in about 15 % of batches; then the report is a little too careful. Deliberately
so: where kinds differ the widest spread is taken, because nobody knows which of them a real feature is like.
Draws are tested in one step (`one_step`), which is why 200 cost little.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from quality.audits.joint.design import Numbers
from quality.audits.joint.linearise import Linearised
from quality.audits.joint.pairs import pairs

NUMBER = 200
NOMINAL = 0.05
TOLERATED = 0.07


@dataclass(frozen=True)
class Placebos:
    """False-alarm rates of `number` placebos of each kind; `spread` is 1 unless p is calibrated."""

    number: int
    rates: dict[str, float]
    spread: float

    @property
    def calibrates(self) -> bool:
        """Are p-values calibrated on the placebos?"""
        return self.spread > 1

    @property
    def reason(self) -> str:
        """What was found, in a sentence."""
        said = " and ".join(f"{rate:.1%} of {self.number:,} by {kind}" for kind, rate in self.rates.items())
        then = (
            f"above {TOLERATED:.0%}: p-values and intervals are calibrated on the placebos (widened by "
            f"{self.spread:.2f})"
            if self.calibrates
            else f"p-values stand as they are (calibrated above {TOLERATED:.0%})"
        )
        return (
            f"Features that mean nothing raised a false alarm at a nominal {NOMINAL:.0%} in {said}; {then}."
        )


def placebos(frame: pl.DataFrame, found: Linearised, *, number: int = NUMBER, seed: int = 0) -> Placebos:
    """Test `number` placebos of each kind; those by source only where source models are known.

    Args:
        frame: the comparisons that were fitted.
        found: the fit.
        number: how many of each kind.
        seed: of the draws.
    """
    p = {
        kind: placebo_p_values(frame, found, kind, number, np.random.default_rng([seed, stream]))
        for stream, kind in enumerate(("pair", "source"))
        if kind == "pair" or found.fit.design.source_names
    }
    rates = {kind: float((each < NOMINAL).mean()) for kind, each in p.items()}
    spreads = [_spread(p[kind]) for kind, rate in rates.items() if rate > TOLERATED]
    return Placebos(number, rates, max([1.0, *spreads]))


def placebo_p_values(
    frame: pl.DataFrame, found: Linearised, kind: str, number: int, rng: np.random.Generator
) -> Numbers:
    """(number,) p-values of placebos of one kind."""
    if kind == "source":
        sources = found.fit.design.sources
        blocks = [sources @ rng.normal(size=(sources.shape[1], size)) for size in found.blocks(number)]
        return np.concatenate([found.further(block).p for block in blocks])
    told = pairs(frame)
    return np.concatenate([found.further(told.draw(rng, size)).p for size in found.blocks(number)])


def _spread(p: Numbers) -> float:
    z = stats.norm.isf(p / 2)
    return float(np.quantile(z, 1 - NOMINAL) / stats.norm.ppf(1 - NOMINAL / 2))
