"""Evidence of one statistic, an annotator a row: what was seen, what is usual, and what to believe."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from quality.annotators.crowd import LEAST_CROWD, Crowd, Tail, crowd_of, shares_of

Numbers = npt.NDArray[np.float64]
EVIDENCE = pl.Schema(
    {
        "annotator_id": pl.String,
        "statistic": pl.String,
        "n": pl.Int64,  # judgements the figure rests on
        "observed": pl.Float64,
        "usual": pl.Float64,  # the crowd's mean
        "spread": pl.Float64,  # standard deviation of true figures between annotators
        "shrunken": pl.Float64,  # what to believe of this annotator, with its 95 % interval
        "low": pl.Float64,
        "high": pl.Float64,
        "p": pl.Float64,  # how often a member of the crowd would look so
        "sanction_p": pl.Float64,  # the same beyond a margin; null: carries no consequence
    }
)
# Tolerated honest differences: five points of a share, and what moves an even choice as far.
SHARE_MARGIN = 0.05
LOGIT_MARGIN = 0.2
_Z = 1.959964


@dataclass(frozen=True)
class Missing:
    """A statistic that could not be computed: the field that is lacking, and a sentence."""

    statistic: str
    field: str
    reason: str


def of_shares(
    statistic: str,
    annotators: Sequence[str],
    hits: Numbers,
    tries: Numbers,
    *,
    tail: Tail,
    margin: float | None = SHARE_MARGIN,
) -> pl.DataFrame | Missing:
    """Evidence of shares, `hits` of `tries` (above 0) an annotator.

    Args:
        statistic: its name.
        annotators: who.
        hits: how often it happened.
        tries: of how many.
        tail: which side is evidence.
        margin: granted in the second tier; None where the statistic may carry no consequence.
    """
    if len(annotators) < LEAST_CROWD:
        return too_few(statistic, len(annotators))
    crowd = shares_of(hits, tries)
    shrunken, low, high = crowd.shrunken(hits, tries)
    beyond = None if margin is None else crowd.p(hits, tries, tail, margin)
    return _rows(
        statistic,
        annotators,
        tries,
        hits / tries,
        usual=(crowd.mean, crowd.spread),
        believed=(shrunken, low, high),
        p=(crowd.p(hits, tries, tail), beyond),
    )


def of_estimates(
    statistic: str,
    annotators: Sequence[str],
    n: Numbers,
    *,
    estimates: Numbers,
    variances: Numbers,
    tail: Tail,
    margin: float | None,
    crowd: Crowd | None = None,
) -> pl.DataFrame | Missing:
    """Evidence of `estimates` with sampling `variances` (above 0), each of `n` judgements."""
    if len(annotators) < LEAST_CROWD:
        return too_few(statistic, len(annotators))
    usual = crowd or crowd_of(estimates, variances)
    shrunken, sd = usual.shrunken(estimates, variances)
    beyond = None if margin is None else usual.p(estimates, variances, tail, margin)
    return _rows(
        statistic,
        annotators,
        n,
        estimates,
        usual=(usual.mean, usual.spread),
        believed=(shrunken, shrunken - _Z * sd, shrunken + _Z * sd),
        p=(usual.p(estimates, variances, tail), beyond),
    )


def too_few(statistic: str, annotators: int) -> Missing:
    """Nobody can be told from what is usual."""
    reason = (
        f"{annotators:,} annotators made enough such judgements; with under {LEAST_CROWD} there is no "
        "telling what is usual."
    )
    return Missing(statistic, "annotator_id", reason)


def _rows(
    statistic: str,
    annotators: Sequence[str],
    n: Numbers,
    observed: Numbers,
    *,
    usual: tuple[float, float],
    believed: tuple[Numbers, Numbers, Numbers],
    p: tuple[Numbers, Numbers | None],
) -> pl.DataFrame:
    count = len(annotators)
    columns = [
        list(annotators),
        [statistic] * count,
        np.asarray(n, dtype=np.int64),
        observed,
        *(np.full(count, each) for each in usual),
        *believed,
        p[0],
        [None] * count if p[1] is None else p[1],
    ]
    return pl.DataFrame(dict(zip(EVIDENCE, columns, strict=True)), schema=EVIDENCE)
