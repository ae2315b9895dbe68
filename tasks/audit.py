"""What the kept judgements lean on, and how the batch stands against its clauses."""

import json

from prefect import get_run_logger, task

from contracts.model import Contract
from quality.annotators.pace import pace
from quality.audits.suite import run_audits
from quality.gates.batch import on_policy_share, on_policy_share_one, unreadable_share, volume
from quality.gates.declared import declared_quality
from quality.gates.expectations import BatchMetrics, SuiteResult, run_suite
from quality.ramp.discard import discard_verdict
from quality.verdict import Verdict
from rampart.delivery.tables import batch_prefix, publish_bytes
from tasks.policy import STAGE
from tasks.records import Gates, Inputs
from tasks.workspace import Workspace


@task(**STAGE)
def judge_batch(contract: Contract, week: int, inputs: Inputs, gates: Gates) -> tuple[Verdict, ...]:
    """Clause verdicts on the delivery as a whole: discards, volume, on-policy share."""
    phase, read = contract.phase(week), inputs.read
    discards = discard_verdict(
        gates.fates.discarded.num_rows,
        read.records.num_rows,
        phase.discard_ceiling,
        confidence=contract.confidence(week),
        consequence=phase.on_breach,
        clause=contract.ceiling_clause(week),
        evidence=gates.artefacts["discarded"],
    )
    readable, unreadable = read.records.num_rows, sum(f.quarantined for f in read.files if f.role == "rows")
    one_sided = on_policy_share_one(read.records, contract, week, gates.artefacts["discarded"])
    return (
        discards,
        volume(readable, contract, week),
        unreadable_share(unreadable, readable + unreadable, contract, gates.artefacts["quarantined"]),
        on_policy_share(list(gates.masks), contract, week, gates.artefacts["discarded"]),
        *declared_quality(read.records, contract, gates.artefacts["accepted"]),
        *([one_sided] if contract.on_policy.min_share_one else []),
    )


@task(**STAGE)
def audit_batch(contract: Contract, gates: Gates) -> tuple[Verdict, ...]:
    """What the kept preferences lean on, and how fast the annotators were."""
    evidence = gates.artefacts["accepted"]
    verdicts = (
        *run_audits(gates.fates.accepted, contract, evidence),
        pace(gates.fates.accepted, contract.audits.pace, evidence),
    )
    for verdict in verdicts:
        if verdict.status in ("warn", "fail"):
            get_run_logger().warning("%s: %s", verdict.spec.metric, verdict.reason)
    return verdicts


@task(**STAGE)
def second_opinion(
    place: Workspace, contract: Contract, week: int, gates: Gates, *, verdicts: tuple[Verdict, ...]
) -> dict[str, str]:
    """Run the Great Expectations suite and store its result; gives name → key."""
    result = run_suite(_metrics(gates, verdicts), gates.fates.accepted, contract, week)
    prefix = batch_prefix(contract.contract_id, week)
    return {"expectations": publish_bytes(place.store, prefix, "expectations", "json", _as_json(result))}


def _metrics(gates: Gates, verdicts: tuple[Verdict, ...]) -> BatchMetrics:
    observed = {verdict.spec.metric: verdict.observed for verdict in verdicts}
    return BatchMetrics(
        delivered=int(observed["volume"] or 0),
        discarded=gates.fates.discarded.num_rows,
        discard_rate=observed["discard_rate"],
        on_policy_share=observed["on_policy_share"],
    )


def _as_json(result: SuiteResult) -> bytes:
    body = {"success": result.success, "failed": result.failed, "result": result.result}
    return json.dumps(body, sort_keys=True, indent=1, default=str).encode()
