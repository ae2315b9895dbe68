r"""What may be said each week, though one looks every week?

A 95 % interval is right in 95 % of single looks. Looked at in 14 weeks it is wrong at least once far more
often. A confidence sequence is right in *all* weeks at once with probability $1 - \alpha$, however long one
goes on and whenever one stops.

**Model.** Record $i$ is discarded with probability $p_i$, given all that came before; the $p_i$ may change
as they like, as they do while annotators learn. With $S_t$ discards among $t$ records and running mean $\bar
p_t = \frac1t \sum p_i$, for each tilt $\lambda$

$$M_t(\lambda) = \exp\Big(\lambda S_t - \sum_i \log(1 - p_i + p_i e^\lambda)\Big) \ \ge\
  \exp\big(\lambda S_t - t \log(1 - \bar p_t + \bar p_t e^\lambda)\big)$$

as $p \mapsto \log(1 - p + p e^\lambda)$ is concave. $M_t$ is a martingale that starts at 1, and so is its
mixture over a fixed set of tilts; by Ville's inequality the mixture of the right-hand sides passes
$1/\alpha$ at any time with probability at most $\alpha$. The sequence is the set of $\bar p$ at which it has
not: the sub-Bernoulli mixture of Howard, Ramdas, McAuliffe & Sekhon 2021, "Time-uniform, nonparametric,
nonasymptotic confidence sequences", Annals of Statistics 49(2), doi:10.1214/20-AOS1991.

Against the stepped ceiling $c_w$ the same with $\lambda > 0$ and $c_w$ for $p_i$ is an *e-process*: if every
week's rate is at or below its own ceiling, it ever passes $1/\alpha$ with probability at most $\alpha$
(Ramdas, Grünwald, Vovk & Shafer 2023, "Game-theoretic statistics and safe anytime-valid inference",
Statistical Science 38(4), doi:10.1214/23-STS894).

**Fields needed.** Readable and discarded records of each week, in order; for the ceiling also `ceiling`.

**Why these defaults.** Tilts are 40 log odds ratios a side, evenly spread in the logarithm from 0.003 (best
near a million records) to 3 (best near ten), each of the same weight: a mixture need not know the volume
beforehand, and costs little width for it. `alpha` 0.05 as in every interval here.

**What it does not say.** It is about the *average* rate so far, not this week's: after a bad start a good
week is seen late. Weeks are looked at as wholes and records taken as independent given their rate; discards
that come in bursts make it too sure (give `design_effect`). It is wider than a single week's interval: the
price of looking every week.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.optimize import elementwise

Numbers = npt.NDArray[np.float64]

_UP: Numbers = np.geomspace(0.003, 3.0, 40)
_BOTH: Numbers = np.concatenate([-_UP[::-1], _UP])


@dataclass(frozen=True)
class Look:
    """What is known after one more week: the average rate so far, in an interval that holds at every look.

    `e_value` is the evidence that some week's rate was above its ceiling, None without ceilings; `p_value` is
    the anytime-valid one that goes with it, min(1, 1 / largest e-value so far).
    """

    week: int
    readable: int
    discarded: int
    share: float
    low: float
    high: float
    e_value: float | None = None
    p_value: float | None = None


@dataclass(frozen=True)
class Looks:
    """Every look so far, and the week in which the e-process passed 1 / `alpha`, if it did."""

    looks: tuple[Look, ...]
    alpha: float
    breached_in: int | None


def confidence_sequence(
    weeks: Sequence[int],
    readable: Sequence[int],
    discarded: Sequence[int],
    ceilings: Sequence[float] | None = None,
    *,
    alpha: float = 0.05,
    design_effect: float = 1.0,
) -> Looks:
    """The average discard rate so far after each week, in intervals that all hold at once.

    Args:
        weeks: contract weeks, in order; weeks without readable records are left out of the looks.
        readable: records that could be read, by week.
        discarded: of those, records not accepted.
        ceilings: each week's own ceiling, 0..1; None leaves `e_value` and `p_value` out.
        alpha: probability that any interval at any time is wrong, at most.
        design_effect: by how much the variance is larger than independent records' (1 or more): counts are
            divided by it.

    Raises:
        ValueError: lengths differ, counts are impossible, or the design effect is below 1.
    """
    n, k = np.asarray(readable, dtype=np.float64), np.asarray(discarded, dtype=np.float64)
    lengths = {len(weeks), len(n), len(k), len(n) if ceilings is None else len(ceilings)}
    if len(lengths) > 1 or (k > n).any() or (k < 0).any() or design_effect < 1:
        raise ValueError(
            f"weeks {list(weeks)}, readable {list(readable)}, discarded {list(discarded)}, design effect "
            f"{design_effect:g} do not go together; expected one of each a week, 0 <= discarded <= readable "
            "and a design effect of 1 or more"
        )
    seen = np.flatnonzero(n > 0)
    n_so_far, k_so_far = np.cumsum(n)[seen], np.cumsum(k)[seen]
    lows, highs = intervals(k_so_far / design_effect, n_so_far / design_effect, alpha)
    e_values = None if ceilings is None else _e_values(k / design_effect, n / design_effect, ceilings)[seen]
    looks = tuple(
        Look(
            weeks[int(week)],
            int(n_so_far[at]),
            int(k_so_far[at]),
            float(k_so_far[at] / n_so_far[at]),
            float(lows[at]),
            float(highs[at]),
            *((None, None) if e_values is None else _evidence(e_values[: at + 1])),
        )
        for at, week in enumerate(seen)
    )
    breached = [look.week for look in looks if look.e_value is not None and look.e_value >= 1 / alpha]
    return Looks(looks, alpha, min(breached, default=None))


def _evidence(e_values: Numbers) -> tuple[float, float]:
    """The latest e-value, and the p-value by the largest so far."""
    return float(e_values[-1]), 1 / max(1.0, float(e_values.max()))


def _e_values(k: Numbers, n: Numbers, ceilings: Sequence[float]) -> Numbers:
    """The e-process after each week: tilts above 0 alone, as only rates above the ceiling break it."""
    ceiling = np.asarray(ceilings, dtype=np.float64)[:, None]
    steps = _UP * k[:, None] - n[:, None] * np.log1p(ceiling * np.expm1(_UP))
    logs = special.logsumexp(np.cumsum(steps, axis=0), axis=1) - np.log(len(_UP))
    return np.asarray(np.exp(np.minimum(logs, 700.0)))  # beyond e^700 a float ends


def intervals(discarded: Numbers, readable: Numbers, alpha: float) -> tuple[Numbers, Numbers]:
    """Lower and upper ends of the sequence after (t,) counts so far, all above 0 readable."""
    share = discarded / readable
    low, high = np.zeros_like(share), np.ones_like(share)
    # The excess is convex in the rate and below 0 at the share; at an end below 0 too, that end stands.
    for end in (low, high):
        inside = _excess(end, discarded, readable, alpha) > 0
        found = elementwise.find_root(
            _excess, (end[inside], share[inside]), args=(discarded[inside], readable[inside], alpha)
        )
        end[inside] = found.x
    return low, high


def _excess(rate: Numbers, discarded: Numbers, readable: Numbers, alpha: float) -> Numbers:
    """Logarithm of the mixture over 1 / `alpha`: above 0 where the rate is out of the sequence."""
    tilted = _BOTH * discarded[..., None] - readable[..., None] * np.log1p(rate[..., None] * np.expm1(_BOTH))
    return np.asarray(special.logsumexp(tilted, axis=-1) - np.log(len(_BOTH)) + np.log(alpha))
