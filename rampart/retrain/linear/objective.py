"""The loss of a linear pointwise score on labelled pairs, and its minimum.

A text x scores s(x) = θ·x. Pair k of texts (i, j) has a weight w and d = s(i) - s(j). With a margin m, and
h, the logarithm of Rao and Kupper's θ (0 without it),

    f_k = a softplus(h + m - d) + b softplus(h + m + d) - c ln(e^{2h} - 1)
    F   = ( Σ_k w_k f_k + l2/2 · |θ|² ) / Σ_k w_k

**Bradley-Terry** (1952, doi:10.2307/2334029): h = 0, a = t, b = 1 - t, c = 0 for a target t = P(i is better);
f is the cross-entropy against t. With m > 0 it is equation 2 of Touvron et al. 2023 (arXiv:2307.09288).

**Rao-Kupper** (1967, doi:10.2307/2282923), where ties are an outcome of their own: with π = e^s,

    P(i) = π_i / (π_i + θ π_j) = logistic(d - h),    P(j) = logistic(-d - h),
    P(tie) = (θ² - 1) π_i π_j / ((π_i + θ π_j)(θ π_i + π_j)) = (e^{2h} - 1) P(i) P(j),

so a tie has a = b = c = 1 and m = 0. θ > 1 is given or learnt; as a function of h, and of the weights, the
loss is convex, so there is one minimum. h carries no penalty.

With one row a text instead of one a pair, a text that takes part in many pairs is multiplied once (L is the
logistic function):

    ∂F/∂θ = ( Xᵀ r + l2 θ ) / Σ w,   r = Σ_k w_k (b L(h+m+d) - a L(h+m-d)) (e_i - e_j)
    ∂F/∂h = Σ_k w_k ( a L(h+m-d) + b L(h+m+d) - 2c / (1 - e^{-2h}) ) / Σ w
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

LEAST_TIE = 1e-6  # of h, when it is learnt: the logarithm of P(tie), at most half of it, stays finite


@dataclass(frozen=True, eq=False)
class Comparisons:
    """m labelled pairs of rows of a feature matrix; every array has shape (m,)."""

    first: Indices  # row of the first text
    second: Indices
    target: Floats  # P(first is better), 0..1
    weight: Floats  # >= 0, not all 0
    margin: Floats  # log-odds by which the better one is to lead
    tied: NDArray[np.bool_]  # a tie as an outcome of its own, whatever its target


@dataclass(frozen=True, eq=False)
class Fit:
    """Where the search ended: weights (columns,), the mean loss there in nats, and how it got there."""

    theta: Floats
    tie_theta: float  # Rao and Kupper's θ; 1 where ties are no outcome of their own
    loss: float
    iterations: int
    converged: bool


Objective = Callable[[Floats], tuple[float, Floats]]


def loss_of(
    counts: sp.csr_array, style: Floats, pairs: Comparisons, l2: float, tie_theta: float | None = 1.0
) -> Objective:
    """The loss above as a function of the parameters, giving (loss, gradient).

    Args:
        counts: (n, c) sparse text features, float64.
        style: (n, s) dense features; θ has c + s entries, those of `counts` first.
        pairs: labelled pairs of the n rows.
        l2: the penalty.
        tie_theta: Rao and Kupper's θ, above 1 where a pair is tied; None makes h the last parameter, after θ.
    """
    n, c = counts.shape
    total = float(pairs.weight.sum())
    across: sp.csc_array = counts.T
    columns = c + style.shape[1]
    for_first = np.where(pairs.tied, 1.0, pairs.target)
    for_second = np.where(pairs.tied, 1.0, 1 - pairs.target)
    ties = float(pairs.weight @ pairs.tied)

    def loss_and_gradient(parameters: Floats) -> tuple[float, Floats]:
        theta = parameters[:columns]
        h = float(parameters[columns]) if tie_theta is None else np.log(tie_theta)
        scores = counts @ theta[:c] + style @ theta[c:]
        d = scores[pairs.first] - scores[pairs.second]
        short_first, short_second = h + pairs.margin - d, h + pairs.margin + d
        nats = for_first * np.logaddexp(0, short_first) + for_second * np.logaddexp(0, short_second)
        loss = pairs.weight @ nats + l2 / 2 * (theta @ theta)
        up = pairs.weight * for_first * expit(short_first)
        down = pairs.weight * for_second * expit(short_second)
        r = np.bincount(pairs.first, down - up, n) - np.bincount(pairs.second, down - up, n)
        gradient = np.concatenate([across @ r, style.T @ r]) + l2 * theta
        if ties:
            loss -= ties * np.log(np.expm1(2 * h))
        if tie_theta is None:
            slope = up.sum() + down.sum() + ties * 2 / np.expm1(-2 * h)
            gradient = np.append(gradient, slope)
        return float(loss / total), gradient / total

    return loss_and_gradient


def fit(
    counts: sp.csr_array,
    style: Floats,
    pairs: Comparisons,
    *,
    l2: float,
    max_iterations: int,
    tie_theta: float | None = None,
    tolerance: float | None = None,
) -> Fit:
    """Minimise the loss from θ = 0 with L-BFGS (Liu and Nocedal 1989, doi:10.1007/BF01589116).

    Arguments as in `loss_of`; `tie_theta` counts only where a pair is tied, and None has it learnt there. The
    loss is convex, in θ strictly, so stopping at `max_iterations` only means a slightly shorter θ. With a
    `tolerance` the search goes on until no entry of the gradient is larger; None leaves that to scipy.
    Repeatable bit for bit when BLAS runs on one thread; the caller sees to that.
    """
    if not pairs.tied.any():
        tie_theta = 1.0
    learnt = tie_theta is None
    start = np.zeros(counts.shape[1] + style.shape[1])
    found = minimize(
        loss_of(counts, style, pairs, l2, tie_theta),
        np.append(start, _tie_start(pairs)) if learnt else start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None)] * len(start) + [(LEAST_TIE, None)] if learnt else None,
        options={"maxiter": max_iterations}
        if tolerance is None
        else {"maxiter": max_iterations, "gtol": tolerance, "ftol": 0.0},
    )
    theta = np.asarray(found.x[: len(start)])
    tie_theta = float(np.exp(found.x[-1])) if tie_theta is None else tie_theta
    return Fit(theta, tie_theta, float(found.fun), int(found.nit), bool(found.success))


def _tie_start(pairs: Comparisons) -> float:
    """h that explains the share of ties when all scores are equal: P(tie) = tanh(h/2)."""
    share = float(pairs.weight @ pairs.tied / pairs.weight.sum())
    return float(2 * np.arctanh(np.clip(share, LEAST_TIE, 1 - LEAST_TIE)))
