r"""How far do a batch's annotators agree, by each of the usual coefficients?

**Model.** `quality.gates.batch.coefficients`: raw agreement, Gwet's AC1, Fleiss' kappa, and Krippendorff's
alpha for nominal, ordinal and interval values, each with a bootstrap interval over items. In a comparison the
value is the response that won (-1, 0 for a tie, 1), whichever side it stood on; both bad has no place on a
scale and is left out of ordinal and interval alpha.

**Fields needed.** `item_id`, `annotator_id`, a label, items that two annotators judged.

**Why several.** Alpha and Fleiss' kappa fall where one value prevails, AC1 does not, raw agreement counts
chance: beside each other they tell a hard task from a lopsided one. The contract's own coefficient and limit
are judged by `quality.gates.batch.agreement`; these only describe.

**What they do not say.** That those who agree are right.
"""

import math

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.gates.batch.agreement import LEAST_ITEMS, LEVELS, units_of
from quality.gates.batch.coefficients import Coefficient, Level, agreement, agreement_interval
from quality.gates.batch.said import BOTH_BAD, COLUMNS, said_of
from quality.verdict import GateSpec, Verdict

CLAUSE = "annotators.agreement"
FIGURES: dict[str, tuple[str, Coefficient, Level]] = {
    "raw_agreement": ("Raw agreement", "raw", "nominal"),
    "gwet_ac1": ("Gwet's AC1", "gwet_ac1", "nominal"),
    "fleiss_kappa": ("Fleiss' kappa", "fleiss_kappa", "nominal"),
    "alpha_nominal": ("Krippendorff's alpha, nominal", "krippendorff_alpha", "nominal"),
    "alpha_ordinal": ("Krippendorff's alpha, ordinal", "krippendorff_alpha", "ordinal"),
    "alpha_interval": ("Krippendorff's alpha, interval", "krippendorff_alpha", "interval"),
}
UNORDERED = ("category",)


def reliability(records: pa.Table, contract: Contract, evidence: str | None = None) -> tuple[Verdict, ...]:
    """Every coefficient of `FIGURES`; they pass at any value, because they describe.

    Args:
        records: canonical records that passed the record gates.
        contract: the scheme.
        evidence: address of the rows.
    """
    kind = contract.annotation.scheme.kind
    if kind not in LEVELS:
        reason = f"The scheme {kind} gives no label that annotators could agree on."
        return tuple(_untestable(metric, records.num_rows, reason, evidence) for metric in FIGURES)
    if records["annotator_id"].null_count == records.num_rows:
        reason = "No judgement names its annotator (annotator_id)."
        return tuple(_untestable(metric, records.num_rows, reason, evidence) for metric in FIGURES)
    said = said_of(pl.DataFrame(pl.from_arrow(records.select(COLUMNS))), kind)
    return tuple(_figure(metric, said, kind, evidence) for metric in FIGURES)


def _figure(metric: str, said: pl.DataFrame, kind: str, evidence: str | None) -> Verdict:
    name, coefficient, level = FIGURES[metric]
    shared = said.filter(pl.col("annotators") >= 2)
    if level != "nominal":
        if kind in UNORDERED:
            return _untestable(metric, 0, f"The values of a {kind} have no order, as {name} needs.", evidence)
        if kind == "arena":
            shared = shared.filter(pl.col("value") != BOTH_BAD)
            shared = shared.filter(pl.len().over("unit") >= 2)
    n = shared["item_id"].n_unique()
    if n < LEAST_ITEMS:
        reason = f"{n:,} items (item_id) were judged by two annotators or more; {LEAST_ITEMS} are needed."
        return _untestable(metric, n, reason, evidence)
    units = units_of(shared, level)
    found = agreement(units, coefficient, level)
    if math.isnan(found):
        return _untestable(
            metric, n, f"Every judgement of {n:,} items is the same: chance explains it.", evidence
        )
    low, high = agreement_interval(units, coefficient, level)
    reason = (
        f"{name}, over {n:,} items judged by two annotators or more, is {found:.3f} (bootstrap 95 % interval "
        f"by item {low:.3f} to {high:.3f})."
    )
    return Verdict(_spec(metric), "pass", found, low, high, n, reason, evidence)


def _untestable(metric: str, n: int, reason: str, evidence: str | None) -> Verdict:
    return Verdict(_spec(metric), "not_testable", None, None, None, n, reason, evidence)


def _spec(metric: str) -> GateSpec:
    return GateSpec(CLAUSE, metric, -1.0, "none")
