r"""p-values where few people or few prompts were sampled: the wild score cluster bootstrap.

**Model.** Under the hypothesis that a feature does nothing, the sum of its scores over a cluster is as likely
to have come out with the other sign. With scores $u_i$ at $\beta = 0$ and a sign $v_c$ drawn for each cluster
of the way with fewer clusters, $\beta^* = \sum v_{c(i)} u_i / D$ and its own two-way standard error give $t^*$;
p is the share of draws with $|t^*| \ge |t|$ (Kline & Santos 2012, "A Score Based Approach to Wild Bootstrap
Inference", Journal of Econometric Methods 1(1), doi:10.1515/2156-6674.1006; by the smaller way for two-way
errors: MacKinnon, Nielsen & Webb 2021, doi:10.1080/07350015.2019.1677473). Signs are Rademacher's; below
twelve clusters, where these have too few patterns, Webb's six points (Webb 2023, doi:10.1111/caje.12661).

Nothing is refitted: all a draw needs are sums by cluster, and the spread along the other way is a quadratic
form in the signs.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from quality.audits.joint.clusters import Clusters
from quality.audits.joint.design import Numbers

WEBB = np.sqrt([0.5, 1.0, 1.5])
FEWER_THAN_SIGNS_NEED = 12
# A source model that the fit follows this closely says nothing; the error is then as good as infinite.
LEAST_FREEDOM = 1e-3


@dataclass(frozen=True)
class Draws:
    """Signs drawn once for all features: (draws, clusters of the smaller way) and (draws, source models)."""

    votes: Numbers
    prior: Numbers


def draw(clusters: Clusters, number: int, rng: np.random.Generator) -> Draws:
    """`number` draws of signs."""
    count = clusters.counts[clusters.smaller]
    return Draws(_signs(rng, (number, count)), _signs(rng, (number, clusters.sources)))


def wild(
    clusters: Clusters, scores: Numbers, shares: Numbers, statistic: Numbers, draws: Draws
) -> tuple[Numbers, Numbers]:
    """p and the 95 % critical value of |t| for each column.

    Args:
        clusters: of the rows.
        scores: (n + m, j) with the coefficient at 0.
        shares: (n + m, j), what each row adds to the information.
        statistic: (j,) the |t| found.
        draws: from `draw`.
    """
    n, members = clusters.rows, clusters.members
    crossing, lies_in = clusters.crossing
    sums = {name: (member @ scores[:n], member @ shares[:n]) for name, member in members.items()}
    cells = crossing @ scores[:n], crossing @ shares[:n]
    found = [
        _star(
            clusters,
            draws,
            {name: (score[:, j], share[:, j]) for name, (score, share) in sums.items()},
            (cells[0][:, j], cells[1][:, j]),
            lies_in,
            (scores[n:, j], shares[n:, j]),
        )
        for j in range(scores.shape[1])
    ]
    star = np.array(found)
    p = (1 + (star >= statistic[:, None] * (1 - 1e-12)).sum(axis=1)) / (1 + star.shape[1])
    return p, np.quantile(star, 0.95, axis=1)


Sums = tuple[Numbers, Numbers]


def _star(
    clusters: Clusters,
    draws: Draws,
    sums: dict[str, Sums],
    cells: Sums,
    lies_in: dict[str, npt.NDArray[np.intp]],
    prior: Sums,
) -> Numbers:
    """|t*| of one feature in each draw."""
    smaller = clusters.smaller
    score, share = sums[smaller]
    size = share.sum() + prior[1].sum()
    beta = (draws.votes @ score + draws.prior @ prior[0]) / max(size, np.finfo(float).tiny)
    by_smaller = _spread(draws.votes, score, share, beta)
    singles, both = [clusters.factor(len(score)) * by_smaller], None
    for name in sums:
        if name != smaller:
            other = _along_other(draws.votes, cells[0], sums[name][1], lies_in[smaller], lies_in[name], beta)
            by_cell = _by_cell(draws.votes, cells, lies_in[smaller], beta)
            singles.append(clusters.factor(clusters.counts[name]) * other)
            both = sum(singles) - clusters.factor(len(cells[0])) * by_cell
    middle = np.maximum.reduce([*singles, *([] if both is None else [both])])
    # Drawn anew, a prior row bends only to the feature itself: the other terms are not fitted again.
    freedom = np.maximum(1 - prior[1] / max(size, np.finfo(float).tiny), LEAST_FREEDOM)
    middle = middle + _spread(draws.prior, prior[0] / np.sqrt(freedom), prior[1] / np.sqrt(freedom), beta)
    return np.asarray(np.abs(beta) * size / np.sqrt(np.maximum(middle, np.finfo(float).tiny)))


def _spread(signs: Numbers, score: Numbers, share: Numbers, beta: Numbers) -> Numbers:
    """The sum over clusters of (sign x score - beta x share)², in each draw."""
    return np.asarray(signs**2 @ score**2 - 2 * beta * (signs @ (score * share)) + beta**2 * (share @ share))


def _by_cell(signs: Numbers, cells: Sums, lies_in: npt.NDArray[np.intp], beta: Numbers) -> Numbers:
    count, (score, share) = signs.shape[1], cells
    square = np.bincount(lies_in, score**2, count)
    cross = np.bincount(lies_in, score * share, count)
    return np.asarray(signs**2 @ square - 2 * beta * (signs @ cross) + beta**2 * (share @ share))


def _along_other(
    signs: Numbers,
    score: Numbers,
    share: Numbers,
    smaller: npt.NDArray[np.intp],
    other: npt.NDArray[np.intp],
    beta: Numbers,
) -> Numbers:
    """The same along the way whose clusters take in cells of several signs."""
    table = sparse.csr_array((score, (other, smaller)), shape=(len(share), signs.shape[1]))
    form = (table.T @ table).toarray()
    quadratic = np.einsum("dc,dc->d", signs @ form, signs)
    return np.asarray(quadratic - 2 * beta * (signs @ (table.T @ share)) + beta**2 * (share @ share))


def _signs(rng: np.random.Generator, shape: tuple[int, int]) -> Numbers:
    points = WEBB if shape[1] < FEWER_THAN_SIGNS_NEED else np.ones(1)
    return rng.choice(np.concatenate([points, -points]), shape)
