"""The batch as a Great Expectations suite, for those who read GX: built in code from the contract.

It looks at a one-row metrics frame and a stratified sample of at most 20,000 kept records, never at every
row: measured, a suite over all rows costs five to seven times the parsing itself. A fresh ephemeral context
each time: contexts shared between threads hand out other threads' results without an exception. The record
and batch gates decide, on what a batch can prove; this is their second opinion, on the figures as they stand.
Its result is stored as GX's own and shown in the dashboard.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from contracts.model import Contract
from contracts.terms.annotation import NEEDED, NEEDS
from contracts.terms.mix import Shares
from quality.gates.batch.mix import FIELDS
from quality.gates.batch.volume import tolerated_units
from quality.gates.strata import stratified

SAMPLE_ROWS = 20_000
_SAMPLED = (
    "record_id",
    "source_file",
    "raw_label",
    "annotator_id",
    "duration_s",
    "domain",
    "language",
    "difficulty",
    "scheme",
)


@dataclass(frozen=True)
class BatchMetrics:
    """The figures a batch is judged on; None where one could not be had.

    `delivered` counts judgements as the volume does, unreadable ones included. The distances are the largest
    of a share from its plan.
    """

    delivered: int
    discarded: int
    discard_rate: float | None
    on_policy_share: float | None
    domain_mix_distance: float | None = None
    language_mix_distance: float | None = None
    difficulty_mix_distance: float | None = None
    gold_share: float | None = None
    gold_accuracy: float | None = None


@dataclass(frozen=True)
class SuiteResult:
    """Did the suite succeed, which expectations did not, and GX's result as plain JSON values.

    `result` maps the frame looked at (`metrics`, `sample`) to its expectations, each with `expectation`,
    `kwargs`, `meta`, `success`, GX's `result` and, of a metric, the figure `observed`.
    """

    success: bool
    failed: tuple[str, ...]
    result: dict[str, Any]


def run_suite(metrics: BatchMetrics, kept: pa.Table, contract: Contract, week: int) -> SuiteResult:
    """Validate one batch. `kept` are its accepted canonical records."""
    import great_expectations as gx  # noqa: PLC0415  # 3.7 s and 259 MB, paid only here
    import pandas as pd  # noqa: PLC0415

    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.ERROR)
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    sample = stratified(kept.select(_SAMPLED), SAMPLE_ROWS)
    frames = {
        "metrics": (pd.DataFrame([vars(metrics)]), [*_metric_expectations(contract, week)]),
        "sample": (sample.to_pandas(), [*_sample_expectations(contract)]),
    }
    source = context.data_sources.add_pandas("batch")
    results = {}
    for name, (frame, expectations) in frames.items():
        suite = gx.ExpectationSuite(name=name, expectations=expectations)
        whole = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe(name)
        found = whole.get_batch({"dataframe": frame}).validate(suite, result_format="SUMMARY")
        results[name] = found.to_json_dict()
    return _summary(results, metrics)


def _metric_expectations(contract: Contract, week: int) -> Iterator[Any]:
    from quality.gates import expectation_types as ours  # noqa: PLC0415  # imports GX

    ceiling, clause = contract.phase(week).discard_ceiling, contract.ceiling_clause(week)
    yield ours.ExpectDiscardRateToBeWithinCeiling(
        column="discard_rate", max_value=ceiling, meta={"clause": clause}
    )
    least, most = map(float, tolerated_units(contract, week))
    between = ours.gxe.ExpectColumnValuesToBeBetween
    units = {"clause": f"ramp.weeks.{week}.units"}
    yield between(column="delivered", min_value=least, max_value=most, meta=units)
    if contract.on_policy.allowed(week):
        share = contract.on_policy.min_share
        yield between(column="on_policy_share", min_value=share, meta={"clause": "on_policy.min_share"})
    for field, plan in _plans(contract):
        meta = {"clause": f"mix.{field}.shares"}
        yield ours.ExpectMixToKeepItsPlan(column=f"{field}_mix_distance", max_value=plan.tolerance, meta=meta)
    if gold := contract.annotators.gold:
        meta = {"clause": "annotators.gold.share"}
        yield ours.ExpectGoldShareToReach(column="gold_share", min_value=gold.share, meta=meta)
        meta = {"clause": "annotators.gold.min_accuracy"}
        yield ours.ExpectGoldAccuracyToReach(column="gold_accuracy", min_value=gold.min_accuracy, meta=meta)


def _sample_expectations(contract: Contract) -> Iterator[Any]:
    from quality.gates.expectation_types import gxe  # noqa: PLC0415  # imports GX

    if "label" in NEEDS.get(contract.annotation.scheme.kind, NEEDED):
        yield gxe.ExpectColumnValuesToNotBeNull(column="raw_label", meta={"clause": "annotation.scheme"})
    if contract.delivery.record.record_id:
        meta = {"clause": "delivery.record.record_id"}
        yield gxe.ExpectColumnValuesToBeUnique(column="record_id", meta=meta)
    for name in contract.required:
        if name in _SAMPLED:
            yield gxe.ExpectColumnValuesToNotBeNull(column=name, meta={"clause": "gates.required"})
    for field, plan in _plans(contract):
        if plan.unlisted == "forbid":
            meta = {"clause": f"mix.{field}.unlisted"}
            yield gxe.ExpectColumnValuesToBeInSet(column=field, value_set=list(plan.shares), meta=meta)


def _plans(contract: Contract) -> Iterator[tuple[str, Shares]]:
    plans = ((field, getattr(contract.mix, field)) for field in FIELDS)
    return ((field, plan) for field, plan in plans if plan is not None)


def _summary(results: dict[str, dict[str, Any]], metrics: BatchMetrics) -> SuiteResult:
    failed = tuple(
        f"{name}: {_named(found)}"
        for name, result in results.items()
        for found in result["results"]
        if not found["success"]
    )
    plain = {
        name: [_entry(found, vars(metrics) if name == "metrics" else {}) for found in result["results"]]
        for name, result in results.items()
    }
    return SuiteResult(not failed, failed, plain)


def _entry(found: dict[str, Any], figures: dict[str, float | None]) -> dict[str, Any]:
    config = found["expectation_config"]
    kwargs = {name: value for name, value in config["kwargs"].items() if name != "batch_id"}
    seen = {"observed": figures[kwargs["column"]]} if kwargs.get("column") in figures else {}
    return {
        "expectation": config["type"],
        "kwargs": kwargs,
        "meta": config.get("meta") or {},
        "success": found["success"],
        "result": found["result"],
        **seen,
    }


def _named(found: dict[str, Any]) -> str:
    config = found["expectation_config"]
    return f"{config['type']} on {config['kwargs'].get('column')}"
