"""The Bradley-Terry loss of a linear pointwise score, with weights and soft labels, and its minimum.

A text x scores s(x) = θ·x. For pair k of texts (i, j) with weight w, and t = P(i is better) as labelled,

    L(θ) = ( Σ_k w_k [ t_k softplus(-d_k) + (1 - t_k) softplus(d_k) ] + l2/2 · |θ|² ) / Σ_k w_k,
    d_k  = s(i_k) - s(j_k)

(Bradley and Terry 1952, doi:10.2307/2334029; the soft label is the cross-entropy against t). With one
row a text instead of one a pair, a text that takes part in many pairs is multiplied once:

    ∂L/∂θ = ( Xᵀ r + l2 θ ) / Σ w,   r = Σ_k w_k (logistic(d_k) - t_k) (e_{i_k} - e_{j_k})
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Comparisons:
    """m labelled pairs of rows of a feature matrix; every array has shape (m,)."""

    first: Indices  # row of the first text
    second: Indices
    target: Floats  # P(first is better), 0..1
    weight: Floats  # > 0


@dataclass(frozen=True, eq=False)
class Fit:
    """Where the search ended: weights (columns,), the mean loss there in nats, and how it got there."""

    theta: Floats
    loss: float
    iterations: int
    converged: bool


def bradley_terry(
    counts: sp.csr_array, style: Floats, pairs: Comparisons, l2: float
) -> Callable[[Floats], tuple[float, Floats]]:
    """The loss above as a function of θ, giving (loss, gradient).

    Args:
        counts: (n, c) sparse text features, float64.
        style: (n, s) dense features; θ has c + s entries, those of `counts` first.
        pairs: labelled pairs of the n rows.
        l2: the penalty.
    """
    n, c = counts.shape
    total = float(pairs.weight.sum())
    across: sp.csc_array = counts.T

    def loss_and_gradient(theta: Floats) -> tuple[float, Floats]:
        scores = counts @ theta[:c] + style @ theta[c:]
        d = scores[pairs.first] - scores[pairs.second]
        likelihood = pairs.target * np.logaddexp(0, -d) + (1 - pairs.target) * np.logaddexp(0, d)
        loss = (pairs.weight @ likelihood + l2 / 2 * (theta @ theta)) / total
        pull = pairs.weight * (expit(d) - pairs.target)
        r = np.bincount(pairs.first, pull, n) - np.bincount(pairs.second, pull, n)
        gradient = np.concatenate([across @ r, style.T @ r])
        return float(loss), (gradient + l2 * theta) / total

    return loss_and_gradient


def fit(counts: sp.csr_array, style: Floats, pairs: Comparisons, l2: float, max_iterations: int) -> Fit:
    """Minimise the loss from θ = 0 with L-BFGS (Liu and Nocedal 1989, doi:10.1007/BF01589116).

    Arguments as in `bradley_terry`. The loss is strictly convex, so stopping at `max_iterations` only means
    a slightly shorter θ. Repeatable bit for bit when BLAS runs on one thread; the caller sees to that.
    """
    found = minimize(
        bradley_terry(counts, style, pairs, l2),
        np.zeros(counts.shape[1] + style.shape[1]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iterations},
    )
    return Fit(np.asarray(found.x), float(found.fun), int(found.nit), bool(found.success))
