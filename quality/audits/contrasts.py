r"""Does a share differ between two groups of comparisons?

**Model.** $\hat\mu_{inside} - \hat\mu_{outside}$, two weighted shares, with the cluster-robust interval of
`quality.intervals.clustered_estimate`: rows of both groups that share an annotator or a prompt may depend
on each other. *Fail* when the interval lies wholly beyond ± `max_difference`, *warn* when only the estimate
does, otherwise *pass*; a group with fewer rows than `min_cell` is not reported at all.
"""

import polars as pl

from contracts.model import ContrastLimit
from quality.audits.dependence import dependence
from quality.audits.features.measuring import Measured
from quality.audits.finding import Basis, Finding, untested
from quality.audits.lean import ROUNDING, strict
from quality.intervals.clustered_estimate import Estimate, clustered_difference
from quality.verdict import GateSpec, Status, Verdict, consequence_of

CLAUSE = "audits.groups"
# What groups are compared on: one feature of each kind, so that a report is not drowned in cells.
COMPARED_ON = ("length", "lists", "flattery", "assertiveness")


def contrast_spec(metric: str, limit: ContrastLimit) -> GateSpec:
    """What a contrast asks: threshold is `max_difference`."""
    return GateSpec(CLAUSE, metric, limit.max_difference, consequence_of(limit.severity))


def contrast(
    rows: pl.DataFrame,
    spec: GateSpec,
    limit: ContrastLimit,
    said: str,
    evidence: str | None,
    *,
    feature: str = "",
    basis: Basis = "association",
) -> Finding:
    """How much more often something holds inside a group than outside.

    Args:
        rows: comparisons with boolean columns `holds` and `inside`, no nulls.
        spec: from `contrast_spec`.
        limit: the contract's `audits.groups`.
        said: what the shares are of, with ``{inside}`` and ``{outside}`` where they stand.
        evidence: address of the rows.
        feature: what is compared.
        basis: what kind of pairs the rows are.
    """
    inside = rows["inside"].to_numpy()
    fewest = int(min(inside.sum(), (~inside).sum()))
    if fewest < limit.min_cell:
        reason = f"A group has fewer than {limit.min_cell:,} comparisons; no figure is given about it."
        verdict = Verdict(spec, "not_testable", None, None, None, 0, reason, evidence)
        return untested(verdict, feature, basis)
    weight = rows["weight"].to_numpy()
    found = clustered_difference(rows["holds"].to_numpy(), weight, inside, dependence(rows).ways)
    shares = {
        name: float((rows["holds"].to_numpy() * weight)[arm].sum() / weight[arm].sum())
        for name, arm in (("inside", inside), ("outside", ~inside))
    }
    told = said.format(**{name: f"{share:.1%}" for name, share in shares.items()})
    if found is None:
        reason = f"{told}, but a group has a single annotator or prompt: there is no interval."
        between = shares["inside"] - shares["outside"]
        verdict = Verdict(spec, "not_testable", between, None, None, rows.height, reason, evidence)
        return untested(verdict, feature, basis)
    status = _status(found, limit.max_difference)
    reason = (
        f"{told}: a difference of {100 * found.value:+.1f} points (95 % interval {100 * found.low:+.1f} to "
        f"{100 * found.high:+.1f}, {found.clusters:,} clusters in the smaller group, n {found.n:,}); "
        f"{_BECAUSE[status]} the tolerated {100 * limit.max_difference:.0f} points."
    )
    return Finding(
        *(spec, status, found.value, found.low, found.high, found.n, reason, evidence),
        *(feature, basis, 0.0, found.p()),
    )


def feature_wins(frame: pl.DataFrame, found: Measured, feature: str) -> pl.DataFrame:
    """Strict comparisons whose sides differ in `feature`, with `holds`: did the side with more of it win?"""
    uneven = strict(frame.with_columns(more=found.delta[feature])).filter(pl.col("more") != 0)
    return uneven.with_columns(holds=(pl.col("more") > 0) == (pl.col("outcome") == 1.0))


_BECAUSE = {
    "fail": "the interval lies wholly beyond",
    "warn": "the difference is beyond, the interval reaches into,",
    "pass": "the difference is within",
}


def _status(found: Estimate, tolerated: float) -> Status:
    if found.low > tolerated + ROUNDING or found.high < -tolerated - ROUNDING:
        return "fail"
    return "warn" if abs(found.value) > tolerated + ROUNDING else "pass"


def not_comparable(metric: str, limit: ContrastLimit, reason: str, evidence: str | None) -> Finding:
    """The finding that says why there are no two groups to compare."""
    spec = contrast_spec(metric, limit)
    return untested(Verdict(spec, "not_testable", None, None, None, 0, reason, evidence))
