r"""Does the side with some feature win more, or less, than half of the comparisons?

The *lean* is $|\hat\mu - 1/2|$ for the share $\hat\mu$ of strict comparisons won by that side. It is an
association: better responses may be longer. Only matched or counterfactual evidence could say more.

Decided on the cluster-robust interval: *fail* when it lies wholly beyond 1/2 ± max_lean, *warn* when only
the point estimate does, otherwise *pass*; *not_testable* below the contract's least effective n.
"""

import polars as pl

from contracts.model import AuditLimit
from quality.audits.dependence import dependence
from quality.audits.finding import Basis, Finding, untested
from quality.intervals.clustered_share import ClusteredShare, clustered_share
from quality.intervals.wilson import weighted_wilson
from quality.verdict import GateSpec, Status, Verdict

ROUNDING = 1e-12  # 0.8 - 0.5 is above 0.3 in floating point; a lean on the limit is not beyond it


def strict(frame: pl.DataFrame) -> pl.DataFrame:
    """The comparisons that one side won."""
    return frame.filter(pl.col("outcome").is_in([0.0, 1.0]))


def lean_spec(clause: str, metric: str, limit: AuditLimit) -> GateSpec:
    """What an audit asks: threshold is `max_lean`; a blocking audit that fails has a person decide."""
    return GateSpec(clause, metric, limit.max_lean, "hold" if limit.severity == "blocking" else "none")


def lean_verdict(
    spec: GateSpec,
    subject: str,
    won: pl.DataFrame,
    limit: AuditLimit,
    evidence: str | None,
    *,
    feature: str = "",
    basis: Basis = "association",
) -> Finding:
    """Judge how often `subject` won.

    Args:
        spec: from `lean_spec`.
        subject: the side with the feature, to open the reason, as in ``The longer response``.
        won: strict comparisons (`rampart.records.comparisons`) that have the feature on one side only, with a
            boolean column `wins`: did that side win? At least one row.
        limit: the contract's limit.
        evidence: address of the rows.
        feature: what the side has.
        basis: what kind of pairs `won` are.

    Returns:
        A finding with the win rate and its cluster-robust 95 % interval (None where no two items differ).
    """
    wins, weights, n = won["wins"].to_numpy(), won["weight"].to_numpy(), won.height
    share, low, high = weighted_wilson(wins, weights)
    # A K-wise judgement gives many comparisons that weigh one together: a plain count gives another rate.
    counted = "" if won["weight"].n_unique() == 1 else ", each judgement weighing one"
    found = f"{subject} won {share:.1%} of {n:,} strict comparisons{counted}"
    depends = dependence(won)
    if not depends.ways:
        reason = f"{found}, all of one item: there is nothing to generalise from."
        verdict = Verdict(spec, "not_testable", share, None, None, n, reason, evidence)
        return untested(verdict, feature, basis)
    result = clustered_share(wins, weights, depends.ways)
    status = _status(result, limit)
    reason = (
        f"{found} ({_uncertainty(result, depends.note)}; were all independent, Wilson's interval would be "
        f"{low:.1%} to {high:.1%}); {_because(status, limit)}."
    )
    return Finding(
        *(spec, status, result.share, result.low, result.high, n, reason, evidence),
        *(feature, basis, 0.5, result.p(0.5), result.effective_n),
    )


def _status(result: ClusteredShare, limit: AuditLimit) -> Status:
    if result.effective_n < limit.min_effective_n:
        return "not_testable"
    beyond = limit.max_lean + ROUNDING
    if result.low - 0.5 > beyond or 0.5 - result.high > beyond:
        return "fail"
    return "warn" if abs(result.share - 0.5) > beyond else "pass"


def _uncertainty(result: ClusteredShare, note: str) -> str:
    ways = " and ".join(f"{count:,} {name}s" for name, count in result.clusters.items())
    return (
        f"95 % interval {result.low:.1%} to {result.high:.1%}, clustered by {ways}"
        f"{f', {note}' if note else ''}; effective n {result.effective_n:,.0f}"
    )


def _because(status: Status, limit: AuditLimit) -> str:
    bounds = f"{0.5 - limit.max_lean:.1%} to {0.5 + limit.max_lean:.1%}"
    return {
        "fail": f"the interval lies wholly beyond the tolerated {bounds}",
        "warn": f"the rate is beyond the tolerated {bounds}, the interval reaches into it",
        "pass": f"the rate is within the tolerated {bounds}",
        "not_testable": f"the contract asks for an effective n of at least {limit.min_effective_n:,}",
    }[status]
