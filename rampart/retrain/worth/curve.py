r"""How held-out accuracy grows with data, and what another week would bring.

**Model.** Models are trained on nested random parts of the judgements, a sixteenth and each time twice as
many, over several draws. Their accuracies follow $a - b\,n^{-c}$ of $n$ pairs, $b \ge 0$, $a \le 1$ (a power
law: Hestness et al. 2017, arXiv:1712.00409), fitted by least squares with $c$ on a grid. The intervals repeat
the fit with whole prompts of the holdout and the draws resampled together.

**What it does not say.** That another week is like those before: the curve is of a random order of what is
here. Where labels of several kinds are mixed, or policy and prompts move on, it is a guide and no forecast.
"""

from dataclasses import dataclass

import numpy as np

from rampart.retrain.promotion import FEWEST_PROMPTS
from rampart.retrain.worth.clustered import Floats
from rampart.retrain.worth.refit import Refit
from rampart.retrain.worth.table import Judged

SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
DRAWS = 2
EXPONENTS = np.linspace(0.05, 1.0, 20)
RESAMPLES = 500
FEWEST_PAIRS = 400  # on the training side: a sixteenth must still teach something


@dataclass(frozen=True)
class Point:
    """Held-out accuracy after so many training pairs, a mean over draws."""

    n_pairs: int
    accuracy: float


@dataclass(frozen=True)
class Curve:
    """The points, the fitted $a$, $b$, $c$, and what `another` pairs would add to accuracy (0..1)."""

    points: tuple[Point, ...]
    asymptote: float
    scale: float
    exponent: float
    another: int
    gain: float
    gain_low: float
    gain_high: float

    @property
    def distinguishable(self) -> bool:
        """Does the interval of the gain lie above what a hundredth of a point is?"""
        return self.gain_low > 1e-4

    @property
    def sentence(self) -> str:
        """The next week in words."""
        low, gain, high = (100 * one for one in (self.gain_low, self.gain, self.gain_high))
        return f"another {self.another:,} pairs would add {gain:+.1f} points ({low:+.1f} to {high:+.1f})"


def learning_curve(
    pairs: Judged, refit: Refit, another: int, draws: int = DRAWS, seed: int = 0
) -> Curve | None:
    """Fit the curve; None where there is too little to fit it to.

    Args:
        pairs: m pairs.
        refit: trains on some pairs.
        another: pairs of a further week.
        draws: random orders of the judgements.
        seed: of the draws and of the resampling.
    """
    prompts, cluster = np.unique(pairs.prompt[pairs.holdout], return_inverse=True)
    if int(pairs.train.sum()) < FEWEST_PAIRS or len(prompts) < FEWEST_PROMPTS:
        return None
    random = np.random.default_rng(seed)
    sizes, right = _walked(pairs, refit, draws, random)
    weight = pairs.weight[pairs.holdout]
    n = np.log(np.mean(sizes, axis=0))
    # (draws, shares, prompts): summed first, so that resampling prompts is one product.
    sums = np.array([[np.bincount(cluster, weight * one) for one in draw] for draw in right])
    whole = np.bincount(cluster, weight)
    points = sums.sum(axis=(0, 2)) / (draws * whole.sum())
    fitted = power_law(n, points[None])[0]
    times = np.stack(
        [random.multinomial(len(prompts), np.full(len(prompts), 1 / len(prompts))) for _ in range(RESAMPLES)]
    )
    which = random.integers(0, draws, (RESAMPLES, draws))
    each = np.einsum("rp,dsp->rds", times, sums) / (times @ whole)[:, None, None]
    resampled = power_law(n, np.take_along_axis(each, which[:, :, None], axis=1).mean(axis=1))
    gains = _gain(resampled, float(np.exp(n[-1])), another)
    low, high = np.quantile(gains, [0.025, 0.975])
    gain = float(_gain(fitted[None], float(np.exp(n[-1])), another)[0])
    told = tuple(Point(round(float(np.exp(size))), float(one)) for size, one in zip(n, points, strict=True))
    a, b, c = map(float, fitted)
    return Curve(told, a, b, c, another, gain, float(low), float(high))


def power_law(log_n: Floats, accuracies: Floats) -> Floats:
    """Least squares of a - b n^-c: rows of accuracies (r, s) at sizes exp(log_n) (s,) give a, b, c (r, 3)."""
    best = np.full(len(accuracies), np.inf)
    found = np.empty((len(accuracies), 3))
    mean = accuracies.mean(axis=1)
    for c in EXPONENTS:
        x = -np.exp(-c * (log_n - log_n[-1]))  # relative to all pairs, for the numbers' sake
        spread = x - x.mean()
        b = np.maximum(0.0, (accuracies - mean[:, None]) @ spread / (spread @ spread))
        a = mean - b * x.mean()
        over = a > 1  # nothing is more accurate than always
        b[over], a[over] = (accuracies[over] - 1) @ x / (x @ x), 1.0
        off = ((accuracies - a[:, None] - b[:, None] * x) ** 2).sum(axis=1)
        better = off < best
        best[better] = off[better]
        scaled = b * np.exp(c * log_n[-1])
        found[better] = np.column_stack([a, scaled, np.full(len(a), c)])[better]
    return found


def _walked(
    pairs: Judged, refit: Refit, draws: int, random: np.random.Generator
) -> tuple[Floats, list[list[Floats]]]:
    """Pairs trained on (draws, shares), and how right each model is about the held-out pairs."""
    groups, place = np.unique(pairs.group[pairs.train], return_inverse=True)
    everything = pairs.right(refit(pairs.train))[pairs.holdout]
    sizes, right = [], []
    for _ in range(draws):
        rank = random.permutation(len(groups))[place]
        sizes.append([int((rank < share * len(groups)).sum()) for share in SHARES])
        row = []
        for share in SHARES[:-1]:
            chosen = pairs.train.copy()
            chosen[pairs.train] = rank < share * len(groups)
            row.append(pairs.right(refit(chosen))[pairs.holdout])
        right.append([*row, everything])
    return np.array(sizes, dtype=np.float64), right


def _gain(fitted: Floats, n: float, another: int) -> Floats:
    b, c = fitted[:, 1], fitted[:, 2]
    return np.asarray(b * (n**-c - (n + another) ** -c))
