r"""Which cohort of annotators began to discard more than its colleagues, and from which week on?

**Model.** In week $w$, $n$ of $N$ readable records are the cohort's and $K$ of the $N$ were discarded, $k$
of them the cohort's. Given these totals, $k$ is Fisher's noncentral hypergeometric with the odds ratio
$\psi$ between the cohort and everybody else. A rate that falls for all, hard items or a new guideline leave
$\psi$ alone. The weekly score is the log likelihood ratio of a feared odds ratio $\psi_1$ against the
tolerated $\psi_0$,

$$\ell_w = k \log\frac{\psi_1}{\psi_0} - \log \frac{E_1[\psi_1^k]}{E_1[\psi_0^k]}, \qquad
  S_w = \max(0, S_{w - 1} + \ell_w)$$

with $E_1$ over the central hypergeometric (CUSUM: Page 1954, doi:10.1093/biomet/41.1-2.100; with odds
ratios: Steiner, Cook, Farewell & Treasure 2000, doi:10.1093/biostatistics/1.4.441). The alarm is at $S_w \ge
h = \log(\text{weeks} \times \text{cohorts} / \alpha)$: summed from any week on, $\exp \sum \ell$ is a
supermartingale while $\psi \le \psi_0$, so by Ville's inequality, over all first weeks and all cohorts, the
probability of any false alarm in the whole contract is at most $\alpha$ (Lorden 1971,
doi:10.1214/aoms/1177693055, for the idea).

**Fields needed.** `week`, `cohort`, `readable`, `discarded`. A cohort is whatever shares a start: onboarding
week, site, or a single annotator.

**Why these defaults.** Honest annotators differ: 1.5 (18 % where the others have 13 %) is tolerated, 3
feared (31 %). `alpha` 0.05 over the contract and not a week: an alarm has a person called.

**What it does not say.** Why, nor anything where everybody becomes worse at once: colleagues are the
yardstick (`quality.ramp.change` looks at the whole). Records are independent given the rates; one bad file
of a cohort can be its alarm.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special, stats


@dataclass(frozen=True)
class CohortWeek:
    """A cohort's week: its rate, everybody else's, and the CUSUM after it."""

    week: int
    readable: int
    discarded: int
    share: float
    others_share: float
    score: float


@dataclass(frozen=True)
class CohortPath:
    """A cohort's CUSUM. `alarm` is the first week at or above `threshold`, `since` the week its climb began.

    Without weeks that have colleagues to compare with, `weeks` is empty: not testable.
    """

    cohort: str
    weeks: tuple[CohortWeek, ...]
    threshold: float
    alarm: int | None
    since: int | None


def cohort_paths(
    counts: pl.DataFrame,
    *,
    weeks: int,
    tolerated: float = 1.5,
    feared: float = 3.0,
    alpha: float = 0.05,
) -> tuple[CohortPath, ...]:
    """The CUSUM of every cohort, by name.

    Args:
        counts: one row a week and cohort: `week`, `cohort`, `readable`, `discarded`.
        weeks: of the contract, all of them: the alarm level allows for every look.
        tolerated: odds ratio to the others up to which nothing is said.
        feared: odds ratio that is looked for; above `tolerated`.
        alpha: probability of a false alarm in the whole contract, at most.

    Raises:
        ValueError: `feared` is not above `tolerated`, or a row has more discarded than readable.
    """
    if not 0 < tolerated < feared:
        raise ValueError(f"tolerated {tolerated:g} and feared {feared:g}: expected 0 < tolerated < feared")
    if counts.filter(pl.col("discarded") > pl.col("readable")).height:
        raise ValueError("a cohort has more records discarded than readable; expected at most all of them")
    rows = counts.with_columns(
        everyone=pl.col("readable").sum().over("week"), lost=pl.col("discarded").sum().over("week")
    ).sort("week")
    names = sorted(counts["cohort"].unique().to_list())
    threshold = float(np.log(weeks * max(len(names), 1) / alpha))
    return tuple(_path(name, rows.filter(cohort=name), tolerated, feared, threshold) for name in names)


def _path(name: str, rows: pl.DataFrame, tolerated: float, feared: float, threshold: float) -> CohortPath:
    found: list[CohortWeek] = []
    score, began, alarm, since = 0.0, 0, None, None
    compared = rows.filter((pl.col("readable") > 0) & (pl.col("everyone") > pl.col("readable")))
    columns = ("week", "readable", "discarded", "everyone", "lost")
    for week, n, k, everyone, lost in compared.select(columns).iter_rows():
        began = week if score == 0 else began
        score = max(0.0, score + log_ratio(k, n, lost, everyone, tolerated=tolerated, feared=feared))
        found.append(CohortWeek(week, n, k, k / n, (lost - k) / (everyone - n), score))
        if alarm is None and score >= threshold:
            alarm, since = week, began
    return CohortPath(name, tuple(found), threshold, alarm, since)


def log_ratio(k: int, n: int, lost: int, everyone: int, *, tolerated: float, feared: float) -> float:
    """Log likelihood ratio of the odds ratio `feared` against `tolerated`.

    `k` of the cohort's `n` records were discarded, and `lost` of `everyone`'s.
    """
    possible = np.arange(max(0, n + lost - everyone), min(n, lost) + 1)
    central = stats.hypergeom.logpmf(possible, everyone, lost, n)
    worse, same = (special.logsumexp(central + possible * np.log(ratio)) for ratio in (feared, tolerated))
    return float(k * np.log(feared / tolerated) - worse + same)
