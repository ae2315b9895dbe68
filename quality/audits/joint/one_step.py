r"""What a further feature would find, without fitting the model again.

**Model.** Around the fit, with information $W$ and weighted residuals $r$ (`likelihood`), a feature $x$ has
the part $\tilde x = x - X (X^\top W X + \Lambda)^{-1} X^\top W x$ that the other terms do not explain
(Frisch & Waugh 1933; Lovell 1963, doi:10.1080/01621459.1963.10480682). One Newton step from 0 gives

$$\hat\beta = \frac{\tilde x^\top r}{\tilde x^\top W \tilde x}, \qquad
  u_i = \tilde x_i (r_i - W_i \tilde x_i \hat\beta), \qquad
  \hat V = \frac{\hat M(u)}{(\tilde x^\top W \tilde x)^2}$$

and differs from the refit by $O(\hat\beta^2)$. For a term that *is* in the model the same formulas give the
sandwich exactly, with its coefficient taken back into $r$.

The prior rows of the source models add $\hat\tau^2 \sum_m \tilde x_m^2$ to $\hat M$, where $\hat\tau^2$ is
their sum of squares over $m$ less what the fit took of it: by the prior they are alike, and often too few to
tell otherwise. The degrees of freedom of both parts join as Satterthwaite's do.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from quality.audits.joint.clusters import TINY, Clusters, squares
from quality.audits.joint.design import Numbers
from quality.audits.joint.likelihood import Fit
from quality.audits.joint.wild import Draws, Prior, wild

# Where the fit follows every source model these say nothing; the error is then as good as infinite.
LEAST_FREEDOM = 1e-3


@dataclass(frozen=True)
class Steps:
    """One figure a feature: the estimate, its standard error, p, and the 95 % critical value of |t|.

    `design_effect` is the variance over that of independent rows.
    """

    beta: Numbers
    se: Numbers
    p: Numbers
    critical: Numbers
    design_effect: Numbers


def unexplained(fit: Fit, columns: Numbers) -> Numbers:
    """(n + m, j): the parts of further `columns` (n, j) that the model's terms do not explain."""
    terms, split = fit.design, len(fit.design.names)
    weighted = columns * fit.information[: len(columns), None]
    loadings = fit.inverse @ np.concatenate([terms.dense.T @ weighted, terms.sources.T @ weighted])
    rest = columns - terms.dense @ loadings[:split] - terms.sources @ loadings[split:]
    return np.concatenate([rest, -loadings[split:]])


def own(fit: Fit) -> Numbers:
    """(n + m, k): the part of each of the model's own terms that the others do not explain."""
    terms, split = fit.design, len(fit.design.names)
    loadings = fit.inverse[:, :split] / np.diag(fit.inverse)[:split]
    rest = terms.dense @ loadings[:split] + terms.sources @ loadings[split:]
    return np.concatenate([rest, loadings[split:]])


def one_step(
    fit: Fit,
    clusters: Clusters,
    parts: Numbers,
    residual: Numbers,
    draws: Draws | None = None,
    *,
    among: bool = False,
) -> Steps:
    """Estimate and test each column of `parts`.

    Args:
        fit: around which to linearise.
        clusters: of its rows.
        parts: (n + m, j) from `unexplained` or `own`.
        residual: (n + m, 1) or (n + m, j), with the coefficient at 0.
        draws: for the wild bootstrap; None takes Student's t.
        among: do the parts belong to terms that are in the model?
    """
    n = clusters.rows
    scores, shares = parts * residual, fit.information[:, None] * parts**2
    size = np.maximum(shares.sum(axis=0), TINY)
    beta = scores.sum(axis=0) / size
    updated = (scores - shares * beta)[:n]
    votes, prior = clusters.middle(updated), _prior(fit, parts, residual, beta, among)
    middle = votes + prior.middle
    se = np.sqrt(middle) / size
    statistic = np.abs(beta) / np.maximum(se, TINY)
    if draws is None:
        parted = votes**2 / clusters.degrees(shares[:n]) + prior.middle**2 / prior.degrees
        degrees = middle**2 / np.maximum(parted, TINY)
        p, critical = 2 * stats.t.sf(statistic, degrees), stats.t.ppf(0.975, degrees)
    else:
        p, critical = wild(
            clusters, scores[:n], shares[:n], draws, prior=prior, size=size, statistic=statistic
        )
    independent = squares(updated) + prior.middle
    return Steps(beta, se, np.asarray(p), np.asarray(critical), middle / np.maximum(independent, TINY))


def _prior(fit: Fit, parts: Numbers, residual: Numbers, beta: Numbers, among: bool) -> Prior:
    """What the prior rows of the source models add, from their pooled variance."""
    n, k = len(fit.design.outcome), len(fit.design.names)
    information, part = fit.information[n:, None], parts[n:]
    rest = residual[n:] - information * part * beta
    # How far each row draws its own fitted value; a feature of the model is in `held` already.
    held = (fit.information[n:] * np.diag(fit.inverse)[k:])[:, None]
    size = np.maximum((fit.information[:, None] * parts**2).sum(axis=0), TINY)
    leverage = np.broadcast_to(held, part.shape) if among else held + information * part**2 / size
    degrees = np.maximum((1 - leverage).sum(axis=0), LEAST_FREEDOM)
    return Prior(squares(rest) / degrees * squares(part), degrees)
