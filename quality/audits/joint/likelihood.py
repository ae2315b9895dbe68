r"""The fit: a logit of the first response winning, with ridge.

**Model.** $\Pr(\text{first}_i \succ \text{second}_i) = \Lambda(x_i^\top \beta)$ over the terms of `design`;
with source models alone this is Bradley & Terry 1952 ("Rank Analysis of Incomplete Block Designs", Biometrika
39(3/4), doi:10.1093/biomet/39.3-4.324). The penalised log-likelihood

$$\sum_i w_i \big( y_i\, \eta_i - \log(1 + e^{\eta_i}) \big) - \tfrac12 \sum_j \lambda_j \beta_j^2$$

is concave with one maximum. **Ties** are half a win for each side, $y_i = 1/2$; the estimate is then of the
mean preference, a win rate in which a tie counts half.

The ridge is a prior observation of 0 for each coefficient, and written as such: residuals and information
below carry one row a source model after the n rows of votes. Source models are sampled as people are, and
these rows carry their part of the uncertainty. Without them, a feature that belongs to the source model
looks certain after ten thousand votes on five models.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize, special

from quality.audits.joint.design import Design, Numbers


@dataclass(frozen=True)
class Fit:
    """The maximum, and the linearisation around it that every later step works on.

    `coefficients` (k + m,) are in the order of `Design.names`, then `source_names`. `residual` and
    `information` (n + m,) are weighted: $w (y - p)$ and $w\\, p (1 - p)$ for votes, $-\\lambda \\theta$ and
    $\\lambda$ for source models. `inverse` is the inverse of the penalised information matrix.
    """

    design: Design
    coefficients: Numbers
    residual: Numbers
    information: Numbers
    inverse: Numbers
    matrix: Numbers


def maximise(terms: Design) -> Fit:
    """Fit the model.

    Raises:
        ArithmeticError: the optimiser found no maximum, or a term is not finite.
    """
    if not all(np.isfinite(each).all() for each in (terms.dense, terms.outcome, terms.weight)):
        raise ArithmeticError("a term of the joint model is not finite")
    penalty, size = terms.penalty, max(float(terms.weight.sum()), 1.0)
    split = len(terms.names)

    def linear(at: Numbers) -> Numbers:
        return np.asarray(terms.dense @ at[:split] + terms.sources @ at[split:])

    def loss(at: Numbers) -> float:
        eta = linear(at)
        likelihood = terms.weight @ (np.logaddexp(0.0, eta) - terms.outcome * eta)
        return float(likelihood + 0.5 * penalty @ at**2) / size

    def gradient(at: Numbers) -> Numbers:
        rest = terms.weight * (special.expit(linear(at)) - terms.outcome)
        return np.concatenate([terms.dense.T @ rest, terms.sources.T @ rest]) / size + penalty * at / size

    def hessian(at: Numbers) -> Numbers:
        chance = special.expit(linear(at))
        return _information(terms, terms.weight * chance * (1 - chance)) / size

    start = np.zeros(len(penalty))
    found = optimize.minimize(
        loss, start, method="trust-exact", jac=gradient, hess=hessian, options={"gtol": 1e-10, "maxiter": 200}
    )
    # At the rounding of the loss the trust region shrinks and says so; the gradient tells.
    if np.abs(found.jac).max(initial=0.0) > 1e-6:
        raise ArithmeticError(f"the joint model has no maximum that the optimiser finds: {found.message}")
    return _linearised(terms, np.asarray(found.x), linear(found.x))


def _linearised(terms: Design, at: Numbers, eta: Numbers) -> Fit:
    chance, prior = special.expit(eta), terms.penalty[len(terms.names) :]
    information = terms.weight * chance * (1 - chance)
    matrix = _information(terms, information)
    return Fit(
        design=terms,
        coefficients=at,
        residual=np.concatenate([terms.weight * (terms.outcome - chance), -prior * at[len(terms.names) :]]),
        information=np.concatenate([information, prior]),
        inverse=np.asarray(linalg.inv(matrix), dtype=np.float64),
        matrix=matrix,
    )


def _information(terms: Design, weights: Numbers) -> Numbers:
    """The penalised information matrix (k + m, k + m)."""
    weighted = terms.dense * weights[:, None]
    dense = terms.dense.T @ weighted
    cross = terms.sources.T @ weighted
    sources = (terms.sources.T @ terms.sources.multiply(weights[:, None])).toarray()
    return np.asarray(np.block([[dense, cross.T], [cross, sources]]) + np.diag(terms.penalty))
