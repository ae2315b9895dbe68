r"""Where do preferences differ from the batch's: by annotator, domain, week, language, source model?

**Model.** Around the joint fit, with each feature's own part $\tilde x$ (`one_step`), slice $s$ deviates by

$$\hat\delta_s = \frac{\sum_{i \in s} \tilde x_i r_i}{D_s}, \qquad D_s = \sum_{i \in s} W_i \tilde x_i^2,$$

one Newton step from the batch's coefficient. Its variance $V_s$ is the two-way cluster-robust one
(`clusters`) of the contrast $\sum_i \tilde x_i r_i (1[i \in s] / D_s - 1 / D)$: who works in several slices
brings the same taste to each, and it cancels. Deviations are drawn towards none by empirical Bayes,
$\hat\delta_s\, \tau^2 / (\tau^2 + V_s)$, with the spread $\tau$ of the dimension by Paule & Mandel (1982,
doi:10.6028/jres.087.022).

**What is tested.** With under `POPULATION` slices (domains, weeks), whether a slice deviates at all. With
more (annotators), these are a sample of people who of course differ; the question is whether one lies outside
of their ordinary spread, $\hat\delta_s / \sqrt{V_s + \tau^2}$, and $\tau$ is then the one for which the
median is in place, so that a few odd ones do not widen it.

**What it does not say.** Why: a domain may call for longer answers. Slices with fewer than `LEAST_VOTES`
votes that differ in the feature, or with fewer beside them, are left out.
"""

from collections.abc import Callable

import numpy as np
import polars as pl
from scipy import optimize, sparse, special, stats

from quality.audits.joint.clusters import Clusters, membership
from quality.audits.joint.design import Numbers
from quality.audits.joint.fit import JointResult
from quality.audits.joint.linearise import Linearised
from quality.audits.joint.slicing import ANNOTATOR, Slicing
from quality.intervals.clustered_share import Codes

LEAST_VOTES = 20
POPULATION = 20
SCHEMA = {
    "dimension": pl.String,
    "slice": pl.String,
    "feature": pl.String,
    "n": pl.Int64,
    "deviation": pl.Float64,
    "se": pl.Float64,
    "spread": pl.Float64,
    "win_rate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "p": pl.Float64,
}


def slices(result: JointResult, dimensions: tuple[Slicing, ...], widened: float = 1.0) -> pl.DataFrame:
    """Every slice's deviation from the batch in every feature that is judged; errors `widened` by placebos.

    Returns:
        A row a dimension, slice and feature: `n` votes that differ in the feature, `deviation` and `se` in
        logits a typical difference, the dimension's `spread`; the shrunken `win_rate` of the slice with its
        95 % interval, and `p`.
    """
    if result.linearised is None:
        return pl.DataFrame(schema=SCHEMA)
    judged = [effect.feature for effect in result.effects if effect.status in ("pass", "warn", "fail")]
    terms = [result.linearised.fit.design.names.index(name) for name in judged]
    found = [_dimension(result.linearised, each, terms, widened) for each in dimensions] if terms else []
    return pl.concat(found) if found else pl.DataFrame(schema=SCHEMA)


def _dimension(found: Linearised, by: Slicing, terms: list[int], widened: float) -> pl.DataFrame:
    n = found.clusters.rows
    parts = found.parts[:n, terms]
    scores = parts * found.fit.residual[:n, None]
    shares = parts**2 * found.fit.information[:n, None]
    belongs = sparse.csr_array((np.ones(len(by.row)), (by.code, by.row)), shape=(len(by.names), n))
    differ = (found.fit.design.dense[:n, terms] != 0).astype(np.float64)
    votes = belongs @ differ
    rest = differ.sum(axis=0) - votes
    size = belongs @ shares
    # Of a slice that is the batch itself there is no rest to differ from.
    enough = (np.minimum(votes, rest) >= LEAST_VOTES) & (size > 0)
    size = np.where(enough, np.asarray(size), 1.0)
    deviation = belongs @ scores / size
    variance, degrees = _variance(
        found.clusters, by, scores=scores, shares=shares, size=size, deviation=deviation
    )
    names = [found.fit.design.names[term] for term in terms]
    base = found.fit.coefficients[terms], widened * found.steps.se[terms]
    tables = [
        _table(
            by,
            name,
            enough=enough[:, j],
            votes=votes[:, j],
            deviation=deviation[:, j],
            variance=widened**2 * variance[:, j],
            degrees=degrees[:, j],
            beta=beta,
            se=se,
        )
        for j, (name, beta, se) in enumerate(zip(names, *base, strict=True))
    ]
    return pl.concat(tables)


def _variance(
    clusters: Clusters, by: Slicing, *, scores: Numbers, shares: Numbers, size: Numbers, deviation: Numbers
) -> tuple[Numbers, Numbers]:
    """Two-way cluster-robust variance of each slice less the batch (slices, j), and its degrees of freedom.

    An annotator's votes are all of one cluster of that way, which cannot scatter: there the other way counts.
    """
    ways = {
        name: code
        for name, code in clusters.codes.items()
        if not (by.dimension == ANNOTATOR and name == "annotator")
    } or {"vote": np.arange(clusters.rows)}
    given = {"scores": scores, "shares": shares, "size": size, "deviation": deviation}
    found = [_contrast(by, code, **given) for code in ways.values()]
    singles = [variance for variance, _ in found]
    both = singles[0]
    if len(ways) == 2:
        both = sum(singles) - _contrast(by, clusters.cells, **given)[0]
    positive = np.where(both > 0, both, np.maximum.reduce(singles))
    return np.maximum(positive, np.finfo(float).tiny), np.minimum.reduce([freedom for _, freedom in found])


def _contrast(
    by: Slicing, code: Codes, *, scores: Numbers, shares: Numbers, size: Numbers, deviation: Numbers
) -> tuple[Numbers, Numbers]:
    """The same by one way of clustering."""
    member, count = membership(code), int(code.max()) + 1
    cell, entry = np.unique(by.code * count + code[by.row], return_inverse=True)
    within, cluster = np.divmod(cell, count)
    gather = sparse.csr_array((np.ones(len(entry)), (entry, by.row)), shape=(len(cell), len(scores)))
    spread = sparse.csr_array(
        (np.ones(len(cell)), (within, np.arange(len(cell)))), shape=(len(size), len(cell))
    )
    held = gather @ shares
    each = gather @ scores - held * deviation[within]
    whole = (member @ scores) / shares.sum(axis=0)
    squares = spread @ each**2 / size**2 - 2 * (spread @ (each * whole[cluster])) / size
    freedom = (spread @ held) ** 2 / np.maximum(spread @ held**2, np.finfo(float).tiny)
    variance = (squares + (whole**2).sum(axis=0)) * count / (count - 1)
    return np.asarray(variance), np.asarray(np.maximum(freedom - 1, 1.0))


def _table(
    by: Slicing,
    feature: str,
    *,
    enough: np.ndarray[tuple[int], np.dtype[np.bool_]],
    votes: Numbers,
    deviation: Numbers,
    variance: Numbers,
    degrees: Numbers,
    beta: float,
    se: float,
) -> pl.DataFrame:
    """One feature's rows; `beta` and `se` are the batch's."""
    deviation, variance, degrees = deviation[enough], variance[enough], degrees[enough]
    many = len(deviation) >= POPULATION
    spread2 = _spread2(deviation, variance, many)
    drawn = spread2 / (spread2 + variance)
    half = stats.norm.ppf(0.975) * np.sqrt(drawn * variance + se**2)
    error = np.sqrt(variance + (spread2 if many else 0.0))
    kept = np.flatnonzero(enough)
    columns = {
        "dimension": [by.dimension] * len(kept),
        "slice": [by.names[i] for i in kept],
        "feature": [feature] * len(kept),
        "n": votes[kept].astype(np.int64),
        "deviation": deviation,
        "se": np.sqrt(variance),
        "spread": np.full(len(kept), np.sqrt(spread2)),
        "win_rate": special.expit(beta + drawn * deviation),
        "low": special.expit(beta + drawn * deviation - half),
        "high": special.expit(beta + drawn * deviation + half),
        "p": 2 * stats.t.sf(np.abs(deviation) / error, degrees),
    }
    return pl.DataFrame(columns, schema=SCHEMA)


def _spread2(deviation: Numbers, variance: Numbers, many: bool) -> float:
    """The dimension's tau²: 0 where sampling alone explains how slices differ."""
    if len(deviation) < 2:
        return 0.0
    median = float(stats.chi2.ppf(0.5, 1))

    def left(spread2: float) -> float:
        z2 = deviation**2 / (variance + spread2)
        return float(np.median(z2) / median - 1 if many else z2.sum() / (len(z2) - 1) - 1)

    return _root(left, float((deviation**2).max()) / median + 1e-9)


def _root(left: Callable[[float], float], most: float) -> float:
    if left(0.0) <= 0:
        return 0.0
    return float(optimize.brentq(left, 0.0, max(most, 1e-6)))
