"""The audit report of a batch: made, published as JSON and HTML, and its findings for the books."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from prefect import get_run_logger, task

from contracts.model import Contract
from quality.audits.every import Beside
from quality.gates.batch.history import BATCHES
from quality.report.booked import booked
from quality.report.build import Quality, audit_report
from quality.report.canonical import as_json
from quality.report.earlier import HISTORY, coefficients_of
from quality.verdict import Verdict
from rampart.delivery.errors import MissingObjectError
from rampart.delivery.tables import batch_prefix, publish_bytes
from rampart.ledger.batch_rows import judged_batches_before
from rampart.ledger.deletion.said import still_held
from rampart.ledger.read import RmRow, rm_rows
from rampart.ledger.states import ACCEPTED
from rampart.retrain.backend import out_of
from rampart.retrain.registry import backend_named
from rampart.retrain.snapshot import rendered
from rampart.showing.audit_page import audit_html
from tasks.policy import STAGE
from tasks.records import Gates
from tasks.workspace import Workspace

ARTEFACT = "audit"
PAGE = "audit-page"


@dataclass(frozen=True)
class Reported:
    """What the books take of a report: verdicts beside those of the clauses, and where the report lies."""

    verdicts: tuple[Verdict, ...]
    artefacts: Mapping[str, str]


@task(**STAGE)
def report_batch(place: Workspace, contract: Contract, week: int, gates: Gates) -> Reported:
    """Ask everything that is asked of a batch, and publish the answers."""
    evidence = gates.artefacts["fates"]
    report = audit_report(
        gates.accepted,
        contract,
        week,
        beside=Beside(history=_history(place, contract, week)),
        quality=_quality(place, contract, week),
        evidence=evidence,
    )
    data, prefix = as_json(report), batch_prefix(contract.contract_id, week)
    page = audit_html(json.loads(data))
    keys = {
        ARTEFACT: publish_bytes(place.store, prefix, ARTEFACT, "json", data),
        PAGE: publish_bytes(place.store, prefix, ARTEFACT, "html", page),
    }
    found = booked(report, evidence)
    for verdict in found:
        if verdict.status in ("warn", "fail"):
            get_run_logger().warning("%s: %s", verdict.spec.metric, verdict.reason)
    return Reported(found, keys)


def _history(place: Workspace, contract: Contract, week: int) -> pl.DataFrame:
    """The joint model's coefficients in the contract's accepted batches of earlier weeks."""
    before = judged_batches_before(place.books, contract.program, (week, contract.contract_id))
    own = [batch for batch in before if batch.contract_id == contract.contract_id and batch.state in ACCEPTED]
    held = [batch for batch in still_held(place.books, own) if ARTEFACT in batch.artefacts]
    tables = [
        coefficients_of(json.loads(place.store.get(batch.artefacts[ARTEFACT])), batch.week)
        for batch in held[-BATCHES:]
    ]
    return pl.concat([HISTORY.to_frame(), *tables])


def _quality(place: Workspace, contract: Contract, week: int) -> Quality | None:
    """The latest reward model of the programme that never saw this batch, where one is at hand."""
    for model in reversed(rm_rows(place.books, contract.program)):
        try:
            if not _knows_nothing_of(place, model, contract.contract_id, week):
                continue
            scorer = backend_named(model.backend, place.store).scorer(out_of(model.run_id))
        except MissingObjectError:  # deleted, with data it was trained on
            continue
        said = (
            f"Quality is held still by reward model version {model.version} of {contract.program} (run "
            f"{model.run_id}), which was trained on nothing of this contract but earlier weeks."
        )
        return Quality(_differences(scorer.score), said)
    return None


def _knows_nothing_of(place: Workspace, model: RmRow, contract_id: str, week: int) -> bool:
    """Was the model trained without this contract's week `week` and those after?

    Contracts count their weeks from their own start, so only those of the same contract can be compared.
    """
    manifests = [
        key for key in model.artefacts.values() if key.startswith("datasets/") and key.endswith(".json")
    ]
    used = [batch for key in manifests for batch in json.loads(place.store.get(key))["batches"]]
    return bool(used) and all(batch["contract_id"] != contract_id or batch["week"] < week for batch in used)


def _differences(score: Callable[[Any, Any], np.ndarray]) -> Callable[[pl.DataFrame], np.ndarray]:
    def differences(frame: pl.DataFrame) -> np.ndarray:
        """Scores of both sides, each text once; NaN where a text is missing."""
        prompts = frame.select(rendered(pl.col("prompt"))).to_series()
        sides = [pl.DataFrame({"prompt": prompts, "text": frame[side]}) for side in ("first", "second")]
        once = pl.concat(sides).unique(maintain_order=True).drop_nulls()
        given = pl.Series("score", score(once["prompt"].to_list(), once["text"].to_list()), dtype=pl.Float64)
        known = once.with_columns(given)
        first, second = (
            side.join(known, on=["prompt", "text"], how="left", maintain_order="left")["score"]
            for side in sides
        )
        return (first - second).fill_null(float("nan")).to_numpy()

    return differences
