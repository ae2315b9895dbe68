"""What the kept judgements lean on, and how the batch stands against its clauses."""

import json
from collections import Counter
from dataclasses import asdict

from prefect import get_run_logger, task

from contracts.model import Contract
from quality.annotators.pace import pace
from quality.audits.suite import run_audits
from quality.gates.batch.history import BATCHES, COLUMNS, History, Tally, tally
from quality.gates.batch.judging import judge_kept
from quality.gates.batch.on_policy import on_policy_share, on_policy_share_one
from quality.gates.batch.volume import unreadable_share, volume
from quality.gates.expectations import BatchMetrics, SuiteResult, run_suite
from quality.ramp.discard import discard_verdict
from quality.verdict import Verdict
from rampart.delivery.tables import batch_prefix, fetch_table, publish_bytes
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
    held = [batch for batch in still_held(place.books, own) if "accepted" in batch.artefacts]
    return History(tuple(_tally_of(place, batch) for batch in held[-BATCHES:]))


def _tally_of(place: Workspace, batch: BatchRow) -> Tally:
    """What was counted when the batch was judged, or is counted now for one of before there were tallies."""
    if key := batch.artefacts.get("tally"):
        return Tally(**json.loads(place.store.get(key)))
    return tally(fetch_table(place.store, batch.artefacts["accepted"], COLUMNS))


@task(**STAGE)
def keep_tally(place: Workspace, contract: Contract, week: int, gates: Gates) -> dict[str, str]:
    """Publish what later weeks are compared with, so that none reads all records again; gives name → key."""
    counted = json.dumps(asdict(tally(gates.fates.accepted)), sort_keys=True).encode()
    prefix = batch_prefix(contract.contract_id, week)
    return {"tally": publish_bytes(place.store, prefix, "tally", "json", counted)}


@task(**STAGE)
def judge_batch(
    contract: Contract, week: int, inputs: Inputs, gates: Gates, history: History
) -> tuple[Verdict, ...]:
    """Clause verdicts on the delivery as a whole: discards, volume, and what the kept records say."""
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
    masks = Counter(gates.masks)
    readable, unreadable = read.records.num_rows, sum(f.quarantined for f in read.files if f.role == "rows")
    one_sided = on_policy_share_one(read.records, contract, week, gates.artefacts["discarded"])
    return (
        discards,
        volume(readable, contract, week),
        unreadable_share(unreadable, readable + unreadable, contract, gates.artefacts["quarantined"]),
        on_policy_share(masks, contract, week, gates.artefacts["discarded"]),
        *([one_sided] if contract.on_policy.min_share_one else []),
        *judge_kept(gates.fates.accepted, masks, contract, history, gates.artefacts["accepted"]),
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
        domain_mix_distance=observed.get("domain_mix_distance"),
        language_mix_distance=observed.get("language_mix_distance"),
        difficulty_mix_distance=observed.get("difficulty_mix_distance"),
        gold_share=observed.get("gold_share"),
        gold_accuracy=observed.get("gold_accuracy"),
    )


def _as_json(result: SuiteResult) -> bytes:
    body = {"success": result.success, "failed": result.failed, "result": result.result}
    return json.dumps(body, sort_keys=True, indent=1, default=str).encode()
