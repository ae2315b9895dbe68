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

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from quality.audits.joint.clusters import TINY, Clusters, membership, squares
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
    star = _star(clusters, scores, shares, draws, prior=prior, size=size)
    p = (1 + (star >= statistic * (1 - 1e-12)).sum(axis=0)) / (1 + len(star))
    return p, np.quantile(star, 0.95, axis=0)


def _star(
    clusters: Clusters, scores: Numbers, shares: Numbers, draws: Draws, *, prior: Prior, size: Numbers
) -> Numbers:
    """(draws, j): |t*| of each feature in each draw."""
    crossing, lies_in = clusters.crossing
    sign = lies_in[clusters.smaller]
    cells, by_sign = crossing @ scores, membership(sign)
    beta = (draws.signs @ (by_sign @ cells) + draws.shift[:, None] * np.sqrt(prior.middle)) / size
    spreads = []
    for name, member in clusters.members.items():
        square = (
            draws.signs**2 @ (by_sign @ cells) ** 2
            if name == clusters.smaller
            else _crossed(lies_in[name], sign, cells, draws.signs)
        )
        share, factor = (member @ shares, lies_in[name]), clusters.factor(clusters.counts[name])
        spreads.append(factor * _spread(square, cells, share, by_sign=by_sign, signs=draws.signs, beta=beta))
    singles = list(spreads)
    if len(spreads) == 2:  # what both ways have in common is subtracted
        square, share = draws.signs**2 @ (by_sign @ cells**2), (crossing @ shares, np.arange(len(cells)))
        both = _spread(square, cells, share, by_sign=by_sign, signs=draws.signs, beta=beta)
        spreads.append(-clusters.factor(len(cells)) * both)
    columns = np.clip(np.rint(prior.degrees).astype(np.intp), 1, draws.spread.shape[1]) - 1
    middle = np.maximum.reduce([np.sum(spreads, axis=0), *singles]) + prior.middle * draws.spread[:, columns]
    return np.asarray(np.abs(beta) * size / np.sqrt(np.maximum(middle, TINY)))


def _spread(
    square: Numbers,
    cells: Numbers,
    shares: tuple[Numbers, Codes],
    *,
    by_sign: sparse.csr_array,
    signs: Numbers,
    beta: Numbers,
) -> Numbers:
    """(draws, j): the sum over clusters of (signed scores - beta x share)².

    Args:
        square: (draws, j), the same where beta is 0.
        cells: (cells, j) scores.
        shares: (clusters, j), and which cluster each cell lies in.
        by_sign: sums cells by the sign they take.
        signs: (draws, signs).
        beta: (draws, j).
    """
    share, lies_in = shares
    cross = signs @ (by_sign @ (cells * share[lies_in]))
    return np.asarray(square - 2 * beta * cross + beta**2 * squares(share))


def _crossed(cluster: Codes, sign: Codes, cells: Numbers, signs: Numbers) -> Numbers:
    """(draws, j): the sum over clusters of (signed scores)², where a cluster's cells take several signs.

    A quadratic form in the signs for each feature. Where the cells lie is the same for all of them: only the
    numbers are exchanged in the two tables that are multiplied.
    """
    place = np.arange(len(sign))
    there = sparse.csr_array((place, (sign, cluster)))
    back = sparse.csr_array((place, (cluster, sign)))
    first, second = there.astype(np.float64), back.astype(np.float64)
    found = np.empty((len(signs), cells.shape[1]))
    for j in range(cells.shape[1]):
        first.data, second.data = cells[there.data, j], cells[back.data, j]
        found[:, j] = np.einsum("dc,dc->d", signs @ (first @ second).toarray(), signs)
    return found


def _signs(rng: np.random.Generator, shape: tuple[int, int]) -> Numbers:
    points = WEBB if shape[1] < FEWER_THAN_SIGNS_NEED else np.ones(1)
    return rng.choice(np.concatenate([points, -points]), shape)
