r"""Is somebody's accuracy below what was promised, asked after every answer and still right about it?

**Model.** With $s$ right and $f$ wrong answers so far, against every accuracy $\theta \ge p_0$,

$$E = \int_0^{p_0} \frac{\theta^s (1 - \theta)^f}{p_0^s (1 - p_0)^f} \, d\pi(\theta)
    = \frac{B(s + \frac12, f + \frac12)\; I_{p_0}(s + \frac12, f + \frac12)}
           {B(\frac12, \frac12)\; I_{p_0}(\frac12, \frac12)\; p_0^s (1 - p_0)^f}$$

with $\pi$ Jeffreys' prior cut at $p_0$ and $I$ the incomplete beta function. Each answer multiplies it by
something whose mean is at most 1 while $\theta \ge p_0$, so it is a test supermartingale, and the chance that
it ever reaches $1 / \alpha$ is at most $\alpha$ (Ville 1939; Robbins 1970, doi:10.1214/aoms/1177696786;
Ramdas, Grunwald, Vovk & Shafer 2023, doi:10.1214/23-STS894). One over its highest value so far is a p-value
at *every* moment: looking after each answer costs nothing.

**Fields needed.** Right or wrong, in the order of the answers.

**What it does not say.** That the questions are of one difficulty, or that later answers are like earlier
ones: once the promise was broken with certainty, later good answers do not mend it.
"""

import numpy as np
import numpy.typing as npt
from scipy import special

Numbers = npt.NDArray[np.float64]


def log_evidence(right: Numbers, wrong: Numbers, promised: float) -> Numbers:
    """Logarithm of the evidence against an accuracy of `promised` (0..1, exclusive) or more, by counts."""
    against = special.betaln(right + 0.5, wrong + 0.5) + _log_cut(right, wrong, promised)
    prior = special.betaln(0.5, 0.5) + np.log(special.betainc(0.5, 0.5, promised))
    return np.asarray(against - prior - right * np.log(promised) - wrong * np.log1p(-promised))


def anytime_p(right: npt.NDArray[np.bool_], annotators: npt.NDArray[np.intp], promised: float) -> Numbers:
    """The p-value of each annotator (a,) after the last of their answers, given in order of time."""
    order = np.argsort(annotators, kind="stable")
    who, hit = annotators[order], right[order].astype(np.float64)
    starts = np.flatnonzero(np.append(True, who[1:] != who[:-1]))
    seen = np.cumsum(hit) - np.repeat((np.cumsum(hit) - hit)[starts], np.diff(np.append(starts, len(who))))
    count = np.arange(1, len(who) + 1) - np.repeat(starts, np.diff(np.append(starts, len(who))))
    highest = np.maximum.reduceat(log_evidence(seen, count - seen, promised), starts)
    p = np.ones(annotators.max() + 1)
    p[who[starts]] = np.minimum(1.0, np.exp(-highest))
    return p


def _log_cut(right: Numbers, wrong: Numbers, promised: float) -> Numbers:
    """log I, which rounds to 0 where somebody is far better than promised: there is no evidence then."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(special.betainc(right + 0.5, wrong + 0.5, promised)))
