r"""Does the response with more of some feature win? The question behind format, opening, wording and tone.

**Model.** Over strict comparisons whose sides differ in the feature, the share that the side with more of
it won, with the two-way cluster-robust interval of `quality.intervals.clustered_share` (Cameron, Gelbach &
Miller 2011, doi:10.1198/jbes.2010.07136). With presence for a feature the rows are the *discordant pairs*
of McNemar's test (McNemar 1947, doi:10.1007/BF02295996): pairs in which both or neither have it say
nothing, and the share is 1/2 where it does not matter. McNemar's own p-value takes rows as independent; the
cluster-robust one decides.

Each feature is asked about twice: over all pairs (an association), and over pairs whose lengths are within
15 % (matched on length). Where the checkpoints are known and the feature is a source model's house style,
the answer is `not_testable` (`quality.audits.identifiable`).
"""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from contracts.model import AuditLimit
from quality.audits.features.feature import Feature
from quality.audits.features.measuring import Measured
from quality.audits.fields import COMPARED, lacking
from quality.audits.finding import Basis, Finding, untested
from quality.audits.identifiable import LEAST_SHARE, identifiable_share
from quality.audits.lean import lean_spec, lean_verdict
from quality.audits.matched import length_matched
from quality.verdict import GateSpec, Verdict

By = Literal["presence", "more"]


def leans(
    frame: pl.DataFrame,
    found: Measured,
    features: Sequence[Feature],
    limit: AuditLimit,
    *,
    clause: str,
    evidence: str | None,
    by: By = "more",
) -> tuple[Finding, ...]:
    """Both findings of each feature: over all pairs, and over pairs of nearly equal length.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        found: `features` and perhaps others, measured on `frame`.
        features: what to ask about.
        limit: how far a win rate may lean.
        clause: its address in the contract.
        evidence: address of the rows.
        by: compare whether the sides have the feature at all, or how much of it.

    Returns:
        Findings with metrics ``<feature>_wins`` and ``<feature>_wins_matched``.
    """
    pairs = frame.with_columns(
        delta.alias(f"more:{feature.name}")
        for feature, delta in ((feature, _difference(found, feature, by)) for feature in features)
    ).with_columns(matched=length_matched(), row=pl.int_range(pl.len()))
    decided = pairs.filter(pl.col("outcome").is_in([0.0, 1.0]))
    missing = lacking(frame, *COMPARED)
    halves: tuple[tuple[Basis, str, pl.DataFrame], ...] = (
        ("association", "", decided),
        ("matched", "_matched", decided.filter("matched")),
    )
    return tuple(
        _lean(
            rows,
            feature,
            basis,
            lean_spec(clause, f"{feature.name}_wins{suffix}", limit),
            limit=limit,
            evidence=evidence,
            missing=missing,
        )
        for feature in features
        for basis, suffix, rows in halves
    )


def _difference(found: Measured, feature: Feature, by: By) -> pl.Series:
    if by == "more":
        return found.delta[feature.name]
    first, second = ((side[feature.name] > 0).cast(pl.Float64) for side in (found.first, found.second))
    return first - second


def _lean(
    rows: pl.DataFrame,
    feature: Feature,
    basis: Basis,
    spec: GateSpec,
    *,
    limit: AuditLimit,
    evidence: str | None,
    missing: str | None,
) -> Finding:
    more = pl.col(f"more:{feature.name}")
    uneven = rows.filter(more != 0)  # drops nulls too
    if missing or uneven.is_empty():
        reason = missing or _nothing(rows, feature, basis)
        verdict = Verdict(spec, "not_testable", None, None, None, 0, reason, evidence)
        return untested(verdict, feature.name, basis)
    own = identifiable_share(uneven[f"more:{feature.name}"], uneven)
    if own is not None and own < LEAST_SHARE:
        reason = (
            f"Not identifiable: {1 - own:.0%} of how the sides differ in {feature.name} goes with which model"
            " wrote them, so its part cannot be told from the models' own strength."
        )
        verdict = Verdict(spec, "not_testable", None, None, None, uneven.height, reason, evidence)
        return untested(verdict, feature.name, basis)
    won = uneven.with_columns(wins=(more > 0) == (pl.col("outcome") == 1.0))
    near = " of two that are nearly as long as each other" if basis == "matched" else ""
    subject = f"The response {feature.says}{near}"
    return lean_verdict(spec, subject, won, limit, evidence, feature=feature.name, basis=basis)


def _nothing(rows: pl.DataFrame, feature: Feature, basis: Basis) -> str:
    near = " of nearly equal lengths" if basis == "matched" else ""
    unknown = not rows.is_empty() and rows[f"more:{feature.name}"].null_count() == rows.height
    why = " that could be read: its word list speaks another language" if unknown and feature.language else ""
    return f"No strict comparison{near} has responses that differ in {feature.name}{why}."
