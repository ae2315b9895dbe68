r"""Weights under which the side with more of a feature is chosen as often as the other.

**Model.** Of comparison $i$, with $r_i \in (0, 1]$ the rank of its difference $|\Delta f_i|$ among all,

$$e_i = \Pr(\text{the side with more of } f \text{ is chosen}) = \Lambda(a + b\, r_i + c\, r_i^2),$$

fitted on other prompts than its own (five folds, cross-fitted), and $w_i = \tfrac12 / \Pr(\text{what was
chosen})$: $\tfrac12 / e_i$ where the side with more was chosen, $\tfrac12 / (1 - e_i)$ where the other was
(inverse-propensity weights: Horvitz & Thompson 1952, doi:10.1080/01621459.1952.10483446; stabilised: Robins,
Hernan & Brumback 2000, doi:10.1097/00001648-200009000-00011). Ties, and comparisons whose sides do not
differ, keep weight 1.

**Fields needed.** `responses`, `ranking`.

**Why these defaults.** No weight can fall below 1/2, where $e_i = 1$; the upper clip, 2, is reached where a
choice had a chance under 1/4, and keeps a few unlikely votes from ruling the batch (Cole & Hernan 2008,
doi:10.1093/aje/kwn164). Beyond it the lean is lessened and not removed. The chance depends on the size of
the difference alone: given quality as well, the weights would take that out of the labels too.

**What it does not say.** That the labels were wrong. Where the fuller answers are the better ones, weights
that make length worthless also take some of what is right.
"""

import numpy as np
import polars as pl
from scipy import stats
from sklearn.linear_model import LogisticRegression

from quality.audits.dependence import dependence
from quality.intervals.clustered_share import Codes, Numbers
from quality.mitigation.audited import decided

LEAST, MOST = 0.5, 2.0
FOLDS = 5
SEED = 0  # of which prompt goes into which fold


def propensities(frame: pl.DataFrame, delta: pl.Series) -> Numbers:
    """(n,) the chance that the side with more is chosen; NaN where no side won or none has more.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        delta: the feature's difference, first less second, rows as in `frame`.
    """
    inside = decided(frame, delta)
    found = np.full(frame.height, np.nan)
    if not inside.any():
        return found
    rows = frame.filter(pl.Series(inside))
    between = delta.to_numpy()[inside]
    chosen = (between > 0) == (rows["outcome"].to_numpy() == 1.0)
    rank = stats.rankdata(np.abs(between)) / len(between)
    terms = np.column_stack([rank, rank**2])
    found[inside] = _cross_fitted(terms, chosen, rows["weight"].to_numpy(), _folds(rows))
    return found


def weights(frame: pl.DataFrame, delta: pl.Series, propensity: Numbers) -> Numbers:
    """(n,) inverse-propensity weights, clipped; 1 where `propensity` is NaN."""
    chosen = (delta.fill_null(0.0).to_numpy() > 0) == (frame["outcome"].to_numpy() == 1.0)
    chance = np.where(chosen, propensity, 1 - propensity)
    inverse = 0.5 / np.maximum(chance, np.finfo(float).tiny)
    return np.where(np.isnan(propensity), 1.0, np.clip(inverse, LEAST, MOST))


def _folds(rows: pl.DataFrame) -> Codes:
    """Which fold each row's prompt (item, where all have one prompt) is in."""
    ways = dependence(rows).ways
    if not ways:
        return np.zeros(rows.height, dtype=np.intp)
    unit = next(iter(ways.values()))
    clusters = int(unit.max()) + 1
    return np.asarray(np.random.default_rng(SEED).permutation(clusters)[unit] % min(FOLDS, clusters))


def _cross_fitted(terms: Numbers, chosen: np.ndarray, weight: Numbers, fold: Codes) -> Numbers:
    found = np.empty(len(chosen))
    for part in np.unique(fold):
        inside = fold == part
        apart = ~inside if (~inside).any() else inside  # one item only: there is nothing to hold back
        found[inside] = _chance(terms[apart], chosen[apart], weight[apart], terms[inside])
    return found


def _chance(terms: Numbers, chosen: np.ndarray, weight: Numbers, at: Numbers) -> Numbers:
    if chosen.all() or not chosen.any():  # no slope to fit, nor a chance of exactly 0 or 1 to believe
        return np.full(len(at), (chosen.sum() + 0.5) / (len(chosen) + 1))
    # The ridge, one vote's worth, only matters where differences tell every choice.
    model = LogisticRegression(C=1.0, solver="newton-cholesky").fit(terms, chosen, sample_weight=weight)
    return np.asarray(model.predict_proba(at)[:, 1])
