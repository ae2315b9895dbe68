"""The batch as a Great Expectations suite, for those who read GX: built in code from the contract.

It looks at a one-row metrics frame and a sample of at most 20,000 kept records, never at every row: measured,
a suite over all rows costs five to seven times the parsing itself. A fresh ephemeral context each time:
contexts shared between threads hand out other threads' results without an exception. The record and batch
gates decide; this is their second opinion, stored as GX's own result.
"""

import importlib
import logging
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from contracts.model import Contract
from contracts.terms.annotation import NEEDED, NEEDS
from quality.gates.batch.volume import tolerated_units

SAMPLE_ROWS = 20_000
_SAMPLED = ("record_id", "source_file", "raw_label", "annotator_id", "duration_s", "domain", "scheme")


@dataclass(frozen=True)
class BatchMetrics:
    """The figures a batch is judged on; None where one could not be had.

    `delivered` counts judgements as the volume does, unreadable ones included.
    """

    delivered: int
    discarded: int
    discard_rate: float | None
    on_policy_share: float | None


@dataclass(frozen=True)
class SuiteResult:
    """Did the suite succeed, which expectations did not, and GX's result as plain JSON values."""

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
    frames = {
        "metrics": (pd.DataFrame([vars(metrics)]), _metric_expectations(contract, week)),
        "sample": (_sample(kept).to_pandas(), _sample_expectations(contract)),
    }
    source = context.data_sources.add_pandas("batch")
    results = {}
    for name, (frame, expectations) in frames.items():
        suite = gx.ExpectationSuite(name=name, expectations=expectations)
        whole = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe(name)
        found = whole.get_batch({"dataframe": frame}).validate(suite, result_format="SUMMARY")
        results[name] = found.to_json_dict()
    return _summary(results)


def _sample(kept: pa.Table) -> pa.Table:
    # Every n-th row: spread over the delivery, and the same rows each time.
    step = -(-kept.num_rows // SAMPLE_ROWS) or 1
    return kept.select(_SAMPLED).take(pa.array(range(0, kept.num_rows, step), pa.int64()))


def _expectation_types() -> Any:
    # By name, because the package's stubs do not export what its documentation tells to import.
    return importlib.import_module("great_expectations.expectations")


def _metric_expectations(contract: Contract, week: int) -> list[Any]:
    gxe = _expectation_types()
    least, most = map(float, tolerated_units(contract, week))
    wanted = [
        gxe.ExpectColumnValuesToBeBetween(
            column="discard_rate",
            max_value=contract.phase(week).discard_ceiling,
            meta={"clause": contract.ceiling_clause(week)},
        ),
        gxe.ExpectColumnValuesToBeBetween(
            column="delivered",
            min_value=least,
            max_value=most,
            meta={"clause": f"ramp.weeks.{week}.units"},
        ),
    ]
    if contract.on_policy.allowed(week):
        share = contract.on_policy.min_share
        meta = {"clause": "on_policy.min_share"}
        between = gxe.ExpectColumnValuesToBeBetween
        wanted.append(between(column="on_policy_share", min_value=share, meta=meta))
    return wanted


def _sample_expectations(contract: Contract) -> list[Any]:
    gxe = _expectation_types()
    labelled = "label" in NEEDS.get(contract.annotation.scheme.kind, NEEDED)
    wanted = [gxe.ExpectColumnValuesToNotBeNull(column="raw_label")] if labelled else []
    if contract.delivery.record.record_id:
        wanted.append(gxe.ExpectColumnValuesToBeUnique(column="record_id"))
    for name in contract.required:
        if name in _SAMPLED:
            meta = {"clause": "gates.required"}
            wanted.append(gxe.ExpectColumnValuesToNotBeNull(column=name, meta=meta))
    return wanted


def _summary(results: dict[str, dict[str, Any]]) -> SuiteResult:
    failed = tuple(
        f"{name}: {_named(found)}"
        for name, result in results.items()
        for found in result["results"]
        if not found["success"]
    )
    plain = {
        name: [
            {
                "expectation": found["expectation_config"]["type"],
                "kwargs": {k: v for k, v in found["expectation_config"]["kwargs"].items() if k != "batch_id"},
                "meta": found["expectation_config"].get("meta") or {},
                "success": found["success"],
                "result": found["result"],
            }
            for found in result["results"]
        ]
        for name, result in results.items()
    }
    return SuiteResult(not failed, failed, plain)


def _named(found: dict[str, Any]) -> str:
    config = found["expectation_config"]
    return f"{config['type']} on {config['kwargs'].get('column')}"
