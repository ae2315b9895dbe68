r"""Which of some means lies below what the others say: few means, unequally sure, and not all alike.

**Model.** Means $a_b$ with standard errors $s_b$ around $\mu$, batches differing by $\tau$ besides. Each mean
is held against the prediction of the others, $t_b = (a_b - \hat\mu_{-b}) / \sqrt{s_b^2 + \hat\tau_{-b}^2 +
\operatorname{var}\hat\mu_{-b}}$ on $k - 2$ degrees of freedom (random effects, DerSimonian and Laird 1986,
doi:10.1016/0197-2456(86)90046-2; the prediction interval of Higgins et al. 2009,
doi:10.1111/j.1467-985X.2008.00552.x). So a spread that batches have anyway raises no alarm.

**Several at once.** The lowest of the $k$ left is taken out and the rest is looked at again, in $r$ steps, a
third as many as there are means; all taken out up to the last step with $k p \le \alpha_i$ are flagged, where
$\alpha_1 = 0.8 \alpha$ and the other steps share the rest,
so that two bad ones cannot hide each other (as in generalised extreme Studentised deviates, Rosner 1983,
doi:10.1080/00401706.1983.10487848, whose own levels are for many more means). $\alpha$ is for all together.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from rampart.retrain.worth.clustered import Floats

ALPHA = 0.05
FIRST = 0.8  # share of it for the lowest alone: one bad batch is what mostly happens
FEWEST = 4  # means; with three the prediction rests on two, and no gap is far enough


@dataclass(frozen=True)
class Held:
    """One mean against the others that are not flagged: what they predict, the chance of lying so low.

    `p` is one-sided and of this mean alone; `flagged` has counted how many were looked at.
    """

    expected: float
    p: float
    flagged: bool


def outlying(means: Floats, errors: Floats, alpha: float = ALPHA) -> tuple[Held, ...] | None:
    """Hold each of k means against the others; None with fewer than 4, which cannot be told apart.

    Args:
        means: shape (k,).
        errors: shape (k,), standard errors, positive.
        alpha: the chance that any is flagged where none is out of line.
    """
    if len(means) < FEWEST:
        return None
    low = _taken_out(means, errors, alpha)
    found = []
    for b in range(len(means)):
        among = [other for other in range(len(means)) if other == b or other not in low]
        found.append(Held(*against(means[among], errors[among], among.index(b)), b in low))
    return tuple(found)


def against(means: Floats, errors: Floats, b: int) -> tuple[float, float]:
    """What the others predict for mean `b`, and the one-sided p of lying as low."""
    others = np.arange(len(means)) != b
    mu, spread, variance = _pooled(means[others], errors[others] ** 2)
    t = (means[b] - mu) / np.sqrt(errors[b] ** 2 + spread + variance)
    return mu, float(student.cdf(t, len(means) - 2))


def _taken_out(means: Floats, errors: Floats, alpha: float) -> set[int]:
    left, order, last, steps = list(range(len(means))), list[int](), 0, len(means) // 3
    for step in range(1, steps + 1):
        if len(left) < FEWEST:
            break
        p = [against(means[left], errors[left], place)[1] for place in range(len(left))]
        lowest = int(np.argmin(p))
        if p[lowest] * len(left) <= alpha * (FIRST if step == 1 else (1 - FIRST) / (steps - 1)):
            last = step
        order.append(left.pop(lowest))
    return set(order[:last])


def _pooled(means: Floats, variances: Floats) -> tuple[float, float, float]:
    """Mean, between-variance and variance of the mean, by random effects."""
    fixed = 1 / variances
    common = float(fixed @ means) / fixed.sum()
    excess = float(fixed @ (means - common) ** 2) - (len(means) - 1)
    spread = max(0.0, excess / float(fixed.sum() - fixed @ fixed / fixed.sum()))
    weight = 1 / (variances + spread)
    return float(weight @ means / weight.sum()), spread, float(1 / weight.sum())
