"""What the kept judgements lean on, and how the batch stands against its clauses."""

import json
from dataclasses import asdict

from prefect import get_run_logger, task

from contracts.model import Contract
from quality.annotators.pace import pace
from quality.audits.suite import run_audits
from quality.gates.batch.flags import flagged
from quality.gates.batch.history import BATCHES, COLUMNS, History, Tally, tally
from quality.gates.batch.judging import judge_kept
from quality.gates.batch.on_policy import on_policy_share, on_policy_share_one
from quality.gates.batch.volume import unreadable_share, volume
from quality.gates.declared import declared_quality
from quality.gates.expectations import BatchMetrics, SuiteResult, run_suite
from quality.ramp.discard import discard_verdict
from quality.verdict import Verdict
from rampart.delivery.tables import batch_prefix, publish_bytes
from rampart.ledger.batch_rows import BatchRow, judged_batches_before
from rampart.ledger.deletion.said import still_held
from rampart.ledger.states import ACCEPTED
from tasks.policy import STAGE
from tasks.records import Gates, Inputs
from tasks.workspace import Workspace


@task(**STAGE)
def earlier_batches(place: Workspace, contract: Contract, week: int) -> History:
    """What the contract's accepted batches of earlier weeks looked like, the newest few of them."""
    before = judged_batches_before(place.books, contract.program, (week, contract.contract_id))
    own = [batch for batch in before if batch.contract_id == contract.contract_id and batch.state in ACCEPTED]
    held = [batch for batch in still_held(place.books, own) if "tally" in batch.artefacts]
    return History(tuple(_tally_of(place, batch) for batch in held[-BATCHES:]))


def _tally_of(place: Workspace, batch: BatchRow) -> Tally:
    """What was counted when the batch was judged."""
    return Tally(**json.loads(place.store.get(batch.artefacts["tally"])))


@task(**STAGE)
def keep_tally(place: Workspace, contract: Contract, week: int, gates: Gates) -> dict[str, str]:
    """Publish what later weeks are compared with, so that none reads all records again; gives name → key."""
    counted = json.dumps(asdict(tally(gates.rows.accepted(COLUMNS))), sort_keys=True).encode()
    prefix = batch_prefix(contract.contract_id, week)
    return {"tally": publish_bytes(place.store, prefix, "tally", "json", counted)}


@task(**STAGE)
def judge_batch(
    contract: Contract, week: int, inputs: Inputs, gates: Gates, history: History
) -> tuple[Verdict, ...]:
    """Clause verdicts on the delivery as a whole: discards, volume, and what the kept records say."""
    phase, counts, evidence = contract.phase(week), gates.counts, gates.artefacts["fates"]
    files, readable = inputs.delivery.read.files, inputs.delivery.records
    discards = discard_verdict(
        counts.lost,
        readable,
        phase.discard_ceiling,
        confidence=contract.confidence(week),
        consequence=phase.on_breach,
        clause=contract.ceiling_clause(week),
        evidence=evidence,
    )
    unreadable = sum(file.quarantined for file in files if file.role == "rows")
    return (
        discards,
        volume(readable, contract, week),
        unreadable_share(unreadable, readable + unreadable, contract, gates.artefacts["quarantined"]),
        on_policy_share(counts.masks, contract, week, evidence),
        *flagged(counts.flags, contract, evidence),
        *(declared_quality(gates.rows.readable(), contract, evidence) if contract.quality else ()),
        *_one_sided(contract, week, gates),
        *judge_kept(gates.accepted, counts.masks, contract, history, evidence),
    )


def _one_sided(contract: Contract, week: int, gates: Gates) -> tuple[Verdict, ...]:
    if not contract.on_policy.min_share_one:
        return ()
    claims = gates.rows.readable(["responses.list.element.checkpoint_id"])
    return (on_policy_share_one(claims, contract, week, gates.artefacts["fates"]),)


@task(**STAGE)
def audit_batch(contract: Contract, gates: Gates) -> tuple[Verdict, ...]:
    """What the kept preferences lean on, and how fast the annotators were."""
    kept, evidence = gates.accepted, gates.artefacts["fates"]
    verdicts = (*run_audits(kept, contract, evidence), pace(kept, contract.audits.pace, evidence))
    for verdict in verdicts:
        if verdict.status in ("warn", "fail"):
            get_run_logger().warning("%s: %s", verdict.spec.metric, verdict.reason)
    return verdicts


@task(**STAGE)
def second_opinion(
    place: Workspace, contract: Contract, week: int, gates: Gates, *, verdicts: tuple[Verdict, ...]
) -> dict[str, str]:
    """Run the Great Expectations suite and store its result; gives name → key."""
    result = run_suite(_metrics(gates, verdicts), gates.accepted, contract, week)
    prefix = batch_prefix(contract.contract_id, week)
    return {"expectations": publish_bytes(place.store, prefix, "expectations", "json", _as_json(result))}


def _metrics(gates: Gates, verdicts: tuple[Verdict, ...]) -> BatchMetrics:
    observed = {verdict.spec.metric: verdict.observed for verdict in verdicts}
    return BatchMetrics(
        delivered=int(observed["volume"] or 0),
        discarded=gates.counts.lost,
        discard_rate=observed["discard_rate"],
        on_policy_share=observed["on_policy_share"],
        domain_mix_distance=observed.get("domain_mix_distance"),
        language_mix_distance=observed.get("language_mix_distance"),
        difficulty_mix_distance=observed.get("difficulty_mix_distance"),
        gold_share=observed.get("gold_share"),
        gold_accuracy=observed.get("gold_accuracy"),
    )


def _as_json(result: SuiteResult) -> bytes:
    body = {"success": result.success, "failed": result.failed, "result": result.result}
    return json.dumps(body, sort_keys=True, indent=1, default=str).encode()
