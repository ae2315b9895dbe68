r"""p-values where few people or few prompts were sampled: the wild score cluster bootstrap.

**Model.** Under the hypothesis that a feature does nothing, the sum of its scores over a cluster is as likely
to have come out with the other sign. With scores $u_i$ at $\beta = 0$ and a sign $v_c$ drawn for each cluster
of the smaller way, $\beta^* = \sum v_{c(i)} u_i / D$ and its own two-way standard error give $t^*$; p is the
share of draws with $|t^*| \ge |t|$ (Kline & Santos 2012, "A Score Based Approach to Wild Bootstrap
Inference", Journal of Econometric Methods 1(1), doi:10.1515/2156-6674.1006; by the smaller way for two-way
errors: MacKinnon, Nielsen & Webb 2021, doi:10.1080/07350015.2019.1677473). Signs are Rademacher's; below
twelve clusters, where these have too few patterns, Webb's six points (Webb 2023, doi:10.1111/caje.12661).

Source models' part of the error (`one_step`) has a normal draw and a chi-squared one for its own estimate.
Nothing is refitted: all a draw needs are sums by cluster, and the spread along the other way is a quadratic
form in the signs. Signs are drawn for a way with few clusters only (`Clusters.smaller`): thousands would cost
their square in memory for each feature, and do not need them.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from quality.audits.joint.clusters import TINY, Clusters
from quality.audits.joint.design import Numbers
from quality.intervals.clustered_share import Codes

WEBB = np.sqrt([0.5, 1.0, 1.5])
FEWER_THAN_SIGNS_NEED = 12


@dataclass(frozen=True)
class Prior:
    """What source models add to the middle of the sandwich, and on how many degrees of freedom; (j,) each."""

    middle: Numbers
    degrees: Numbers


@dataclass(frozen=True)
class Draws:
    """Drawn once for all features: `signs` (draws, clusters of the smaller way), and for source models a
    standard normal `shift` (draws,) and `spread` (draws, m), in column d chi-squared over d + 1 degrees.
    """

    signs: Numbers
    shift: Numbers
    spread: Numbers


def draw(clusters: Clusters, sources: int, number: int, rng: np.random.Generator) -> Draws:
    """`number` draws."""
    signs = _signs(rng, (number, clusters.counts[clusters.smaller]))
    square = rng.normal(size=(number, max(sources, 1))) ** 2
    spread = square.cumsum(axis=1) / np.arange(1, square.shape[1] + 1)
    return Draws(signs, rng.normal(size=number), spread)


def wild(
    clusters: Clusters,
    scores: Numbers,
    shares: Numbers,
    draws: Draws,
    *,
    prior: Prior,
    size: Numbers,
    statistic: Numbers,
) -> tuple[Numbers, Numbers]:
    """p and the 95 % critical value of |t| for each column.

    Args:
        clusters: of the votes.
        scores: (n, j) with the coefficient at 0.
        shares: (n, j), what each vote adds to the information.
        draws: from `draw`.
        prior: the source models' part.
        size: (j,) the information.
        statistic: (j,) the |t| found.
    """
    ways = _ways(clusters, scores, shares)
    star = np.array(
        [
            _star([way.of(j) for way in ways], prior.middle[j], prior.degrees[j], size[j], draws)
            for j in range(scores.shape[1])
        ]
    )
    p = (1 + (star >= statistic[:, None] * (1 - 1e-12)).sum(axis=1)) / (1 + star.shape[1])
    return p, np.quantile(star, 0.95, axis=1)


@dataclass(frozen=True)
class _Way:
    """A way of clustering: each cell has its `scores`, lies in a `cluster` and takes the sign `sign`."""

    factor: float
    scores: Numbers
    cluster: Codes
    sign: Codes
    shares: Numbers

    def of(self, j: int) -> "_Way":
        """The same for one feature."""
        return replace(self, scores=self.scores[:, j], shares=self.shares[:, j])

    def spread(self, signs: Numbers, beta: Numbers) -> Numbers:
        """The sum over clusters of (signed scores - beta x share)², in each draw."""
        shape = (len(self.shares), signs.shape[1])
        table = sparse.csr_array((self.scores, (self.cluster, self.sign)), shape=shape)
        square = np.einsum("dc,dc->d", signs @ (table.T @ table).toarray(), signs)
        cross, size = signs @ (table.T @ self.shares), self.shares @ self.shares
        return np.asarray(self.factor * (square - 2 * beta * cross + beta**2 * size))


def _ways(clusters: Clusters, scores: Numbers, shares: Numbers) -> list[_Way]:
    """The smaller way; and, of two, the other one and both together, which is subtracted."""
    crossing, lies_in = clusters.crossing
    sign, cells = lies_in[clusters.smaller], crossing @ scores
    ways = [
        _Way(clusters.factor(clusters.counts[name]), cells, lies_in[name], sign, member @ shares)
        for name, member in clusters.members.items()
    ]
    if len(ways) == 2:
        count = len(cells)
        ways.append(_Way(-clusters.factor(count), cells, np.arange(count), sign, crossing @ shares))
    return ways


def _star(ways: list[_Way], prior: float, degrees: float, size: float, draws: Draws) -> Numbers:
    """|t*| of one feature in each draw."""
    cells = np.bincount(ways[0].sign, ways[0].scores, draws.signs.shape[1])
    beta = (draws.signs @ cells + draws.shift * np.sqrt(prior)) / size
    spreads = [way.spread(draws.signs, beta) for way in ways]
    singles = spreads[: max(1, len(spreads) - 1)]
    column = min(max(round(degrees), 1), draws.spread.shape[1]) - 1
    middle = np.maximum.reduce([np.sum(spreads, axis=0), *singles]) + prior * draws.spread[:, column]
    return np.asarray(np.abs(beta) * size / np.sqrt(np.maximum(middle, TINY)))


def _signs(rng: np.random.Generator, shape: tuple[int, int]) -> Numbers:
    points = WEBB if shape[1] < FEWER_THAN_SIGNS_NEED else np.ones(1)
    return rng.choice(np.concatenate([points, -points]), shape)
