"""The fit with all that tests around it need: clusters, signs, and each term's own part."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from quality.audits.joint.clusters import FEW_CLUSTERS, Clusters
from quality.audits.joint.design import Design, Numbers
from quality.audits.joint.likelihood import Fit, maximise
from quality.audits.joint.one_step import Steps, one_step, own, unexplained
from quality.audits.joint.wild import Draws, draw
from quality.intervals.clustered_share import Codes

BOOTSTRAP_DRAWS = 1999  # so that p can be as small as 1 in 2,000
AT_ONCE = 2_000_000  # numbers a block of further features holds, so that a million votes fit into memory


@dataclass(frozen=True)
class Linearised:
    """What tests work on; `parts` (n + m, k) and `steps` belong to `fit.design.names`.

    `draws` is None where Student's t is taken.
    """

    fit: Fit
    clusters: Clusters
    draws: Draws | None
    parts: Numbers
    steps: Steps

    def further(self, columns: Numbers, residual: Numbers | None = None) -> Steps:
        """One step for each of further `columns` (n, j); `residual` (n + m, j) where votes were changed."""
        left = self.fit.residual[:, None] if residual is None else residual
        return one_step(self.fit, self.clusters, unexplained(self.fit, columns), left, self.draws)

    def blocks(self, number: int) -> list[int]:
        """How many of `number` further columns to take at once."""
        size = max(1, min(number, AT_ONCE // max(len(self.fit.residual), 1)))
        return [min(size, number - start) for start in range(0, number, size)]

    def own_share(self) -> Numbers:
        """(k,): the share of each term's information that the other terms do not hold."""
        k = len(self.fit.design.names)
        ridge = 2 * self.fit.design.penalty[:k]
        rest = 1 / np.diag(self.fit.inverse)[:k] - ridge
        return np.asarray(np.maximum(rest, 0.0) / np.diag(self.fit.matrix)[:k])

    def identifiable_share(self) -> Numbers | None:
        """(k,): the share of each term's variance that source models do not explain; None without these."""
        terms, k = self.fit.design, len(self.fit.design.names)
        if not terms.source_names:
            return None
        sources = self.fit.matrix[k:, k:] - np.diag(terms.penalty[k:])
        cross = self.fit.matrix[k:, :k]
        explained = np.einsum("mk,mk->k", cross, np.linalg.pinv(sources, rcond=1e-9, hermitian=True) @ cross)
        total = np.diag(self.fit.matrix)[:k] - terms.penalty[:k]
        return np.asarray(np.clip(1 - explained / np.maximum(total, np.finfo(float).tiny), 0.0, 1.0))


def linearise(
    terms: Design, ways: Mapping[str, Codes], seed: int, draws: int = BOOTSTRAP_DRAWS
) -> Linearised:
    """Fit `terms` and test each of them; rows cluster by one or two `ways`, codes from 0 without gaps."""
    fit = maximise(terms)
    clusters = Clusters(ways, len(fit.coefficients))
    few = min(clusters.counts.values()) < FEW_CLUSTERS
    signs = draw(clusters, len(terms.source_names), draws, np.random.default_rng(seed)) if few else None
    parts = own(fit)
    taken = fit.information[:, None] * parts * fit.coefficients[: len(terms.names)]
    steps = one_step(fit, clusters, parts, fit.residual[:, None] + taken, signs, among=True)
    return Linearised(fit, clusters, signs, parts, steps)
