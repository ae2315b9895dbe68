"""All that a report needs to say about what a batch's preferences go along with, in one call."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from contracts.model import AuditLimit
from quality.audits.joint.design import Numbers
from quality.audits.joint.effects import Evidence
from quality.audits.joint.fit import JointResult, fit
from quality.audits.joint.multiplicity import FAMILIES, adjusted, level_alone
from quality.audits.joint.placebos import Placebos, placebos
from quality.audits.joint.power import Power, power
from quality.audits.joint.slices import slices
from quality.audits.joint.slicing import slicings


@dataclass(frozen=True)
class JointReport:
    """The joint model with slices and its own error rates.

    `slices` is as in `quality.audits.joint.slices`, with `q`; `not_sliced` says why a dimension is missing.
    `placebos` and `power` are None where no feature could be judged. `others` are the q of the p-values
    given.
    """

    result: JointResult
    slices: pl.DataFrame
    not_sliced: Mapping[str, str]
    placebos: Placebos | None
    power: Power | None
    others: Mapping[str, list[float | None]]


def joint_report(
    frame: pl.DataFrame,
    deltas: pl.DataFrame,
    quality: Numbers | None = None,
    *,
    limit: AuditLimit | None = None,
    evidence: Mapping[str, Evidence] | Evidence = "association",
    others: Mapping[str, list[float | None]] | None = None,
    seed: int = 0,
) -> JointReport:
    """Fit, slice, and measure how often these votes raise a false alarm and what they would miss.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        deltas: one column a feature, first less second; null where unknown.
        quality: (n,) difference of the scores of a reward model fitted without this batch.
        limit: tolerated lean and least effective n; None takes the contract's defaults.
        evidence: what kind of evidence the rows are.
        others: p-values of other audits of the report by family, so that multiplicity is handled once.
        seed: of every draw; the same seed gives the same report.
    """
    result = fit(frame, deltas, quality, limit=limit, evidence=evidence, seed=seed)
    dimensions, missing = slicings(frame)
    own = power_curve = None
    widened = 1.0
    if result.linearised is not None and any(p is not None for p in result.p_values):
        level = level_alone(result.tested, max(len(FAMILIES), 2 + len(others or {})))
        own = placebos(frame, result.linearised, seed=seed)
        power_curve = power(frame, result.linearised, level=level, spread=own.spread, seed=seed)
        widened = own.spread
        result = result.calibrated(widened).alone(level, widened)
    sliced = slices(result, dimensions, widened)
    families = {"features": result.p_values, "slices": sliced["p"].to_list()}
    q = adjusted({**families, **(others or {})})
    return JointReport(
        result=result.with_q(q["features"]),
        slices=sliced.with_columns(q=pl.Series(q["slices"], dtype=pl.Float64)),
        not_sliced=missing,
        placebos=own,
        power=power_curve,
        others={name: q[name] for name in others or {}},
    )
