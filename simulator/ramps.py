"""Contracts as counts alone: what vendors deliver and what of it is discarded, week by week, with the truth.

Fast enough for hundreds of contracts. Their learning comes in six kinds, none of them drawn from a model
that forecasts it: a power law, a fall to a floor, improvement in steps when feedback has been read, a
power law with a new crew thrown in, learning that accelerates before it ends, and the discards of this
simulator's own vendors, the cheat among them.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import special

from simulator.truth import truth
from simulator.world import VENDORS, WEEKS, World

Kind = Literal["power", "floor", "steps", "new crew", "accelerating", "vendors"]
KINDS: tuple[Kind, ...] = ("power", "floor", "steps", "new crew", "accelerating", "vendors")

# Judgements planned in the standard six-week contract (contracts/specs/standard).
STANDARD_WEEKS = (2000, 5000, 10000, 20000, 30000, 30000)
# Comparisons in each weekly batch of Meta's preference data (Touvron et al. 2023, "Llama 2: Open Foundation
# and Fine-Tuned Chat Models", arXiv:2307.09288, Table 26); 1,418,091 in all.
LLAMA2_WEEKS = (
    5_561,
    17_072,
    30_146,
    36_206,
    49_375,
    57_746,
    84_388,
    95_235,
    127_235,
    136_729,
    136_868,
    181_293,
    210_881,
    249_356,
)


@dataclass(frozen=True)
class SimulatedContract:
    """A programme's vendors over its term.

    `counts` has one row a vendor and week (`vendor`, `week`, `planned`, `readable`, `discarded`, `accepted`);
    `rates` (vendors, weeks) are the true discard rates behind them.
    """

    kind: Kind
    planned: tuple[int, ...]
    counts: pl.DataFrame
    rates: npt.NDArray[np.float64]


def simulated_contract(
    rng: np.random.Generator, kind: Kind, planned: tuple[int, ...] = STANDARD_WEEKS, vendors: int = 3
) -> SimulatedContract:
    """`vendors` vendors that deliver about what is planned and learn in the way of `kind`."""
    weeks = np.arange(1, len(planned) + 1)
    start, rates = rng.normal(-0.7, 0.4), np.empty((vendors, len(planned)))
    who = rng.permutation(len(VENDORS))
    for at in range(vendors):
        own = start + rng.normal(0, 0.35)
        if kind == "vendors":
            logits = _vendor(rng, VENDORS[who[at % len(who)]], weeks) + rng.normal(0, 0.12, len(weeks))
        else:
            logits = _LOGITS[kind](rng, own, weeks) + rng.normal(0, 0.12, len(weeks))
        rates[at] = special.expit(logits)
    delivered = np.rint(np.array(planned) * rng.normal(0.98, 0.03, rates.shape).clip(0.8, 1.1)).astype(int)
    discarded = rng.binomial(delivered, rates)
    counts = pl.DataFrame(
        {
            "vendor": np.repeat([f"vendor-{at + 1}" for at in range(vendors)], len(weeks)),
            "week": np.tile(weeks, vendors),
            "planned": np.tile(planned, vendors),
            "readable": delivered.ravel(),
            "discarded": discarded.ravel(),
            "accepted": (delivered - discarded).ravel(),
        }
    )
    return SimulatedContract(kind, planned, counts, rates)


Logits = npt.NDArray[np.float64]
Weeks = npt.NDArray[np.intp]


def _power(rng: np.random.Generator, start: float, weeks: Weeks) -> Logits:
    return np.asarray(start + rng.normal(-0.75, 0.25) * np.log(weeks))


def _floor(rng: np.random.Generator, start: float, weeks: Weeks) -> Logits:
    first = special.expit(start)
    floor = first * rng.uniform(0.1, 0.6)
    return np.asarray(special.logit(floor + (first - floor) * np.exp(-(weeks - 1) / rng.uniform(0.8, 3.0))))


def _steps(rng: np.random.Generator, start: float, weeks: Weeks) -> Logits:
    read = rng.random(len(weeks)) < 0.45  # feedback is read in some weeks and not in others
    read[0] = False
    return np.asarray(start - np.cumsum(read * rng.uniform(0.2, 0.8, len(weeks)) / np.sqrt(weeks / 2)))


def _new_crew(rng: np.random.Generator, start: float, weeks: Weeks) -> Logits:
    joins, shock = rng.integers(2, max(weeks) + 1), rng.uniform(0.2, 0.8)
    after = np.maximum(weeks - joins, 0)
    return np.asarray(_power(rng, start, weeks) + (weeks >= joins) * shock * np.exp(-after / 1.5))


def _accelerating(rng: np.random.Generator, start: float, weeks: Weeks) -> Logits:
    middle, pace, depth = rng.uniform(2, 5), rng.uniform(0.4, 1.0), rng.uniform(0.8, 2.2)
    fall = special.expit((weeks - middle) / pace) - special.expit((1 - middle) / pace)
    return np.asarray(start - depth * fall)


def _vendor(rng: np.random.Generator, vendor: str, weeks: Weeks) -> Logits:
    """The vendor's own discards, at another level a contract; after its last week it stays as it is."""
    rates = np.array(_discarded(vendor))[np.minimum(weeks, WEEKS) - 1]
    return np.asarray(special.logit(rates) + rng.normal(0, 0.2))


@lru_cache
def _discarded(vendor: str) -> tuple[float, ...]:
    return tuple(truth(World(0), week).fault_share(vendor) for week in range(1, WEEKS + 1))


_LOGITS = {
    "power": _power,
    "floor": _floor,
    "steps": _steps,
    "new crew": _new_crew,
    "accelerating": _accelerating,
}
