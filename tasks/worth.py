"""What a training's batches were worth: stored beside the model, booked with it, said where it matters."""

import json
from dataclasses import asdict, replace
from datetime import datetime

import numpy as np
import pyarrow as pa
from prefect import get_run_logger, task

from rampart.delivery.errors import MissingObjectError
from rampart.delivery.judged_rows import stored_rows
from rampart.delivery.tables import batch_prefix, publish_bytes
from rampart.ledger.batch_rows import EVERYTHING, BatchRow, accepted_batches
from rampart.ledger.deletion.said import still_held
from rampart.ledger.hashed import hashed
from rampart.ledger.outbox import OutboxRow
from rampart.ledger.read.reward_models import rm_rows
from rampart.ledger.read.worth import worth_key
from rampart.ledger.valued import Valued, valued, write_valued
from rampart.retrain.backend import out_of
from rampart.retrain.digests import canonical_json, sha256
from rampart.retrain.run import NothingToTrain, run_margins, strict_holdout
from rampart.retrain.snapshot import pairs_from_parquet
from rampart.retrain.worth.clustered import Names
from rampart.retrain.worth.since import Since, since
from rampart.retrain.worth.table import BatchId
from rampart.retrain.worth.value import InBatch, Worth, worth
from tasks.policy import STAGE
from tasks.retrain import Trained
from tasks.workspace import Workspace, terms_of

Scope = dict[BatchId, BatchRow]


@task(**STAGE)
def value(
    place: Workspace, request: OutboxRow, trained: Trained | NothingToTrain, as_of: datetime
) -> Trained | NothingToTrain:
    """Refit without each batch, store what that says beside the model, and give it to be booked with it.

    Batches that disagree are said to people; nothing is discarded for it. Where data went meanwhile, the
    training comes back as it was: it is not booked either.
    """
    if isinstance(trained, NothingToTrain):
        return trained
    outcome = trained.outcome
    try:
        pairs = pairs_from_parquet(place.store.get(f"datasets/{outcome.data_digest}.parquet"))
        scope = _scope(place, request, trained)
        names = _annotators(place, pairs, scope)
    except MissingObjectError:
        return trained
    known = _since(place, request, trained, pairs)
    found, people = worth(pairs, trained.linear, names, known)
    if found.skipped:
        get_run_logger().info("%s: %s", outcome.run_id[:12], found.skipped)
    _say(place, request, trained, found, people, scope, as_of)
    key = _keep(place, outcome.run_id, found)
    name = key.rsplit("/", 1)[-1]
    files = {**trained.file_digests, name: hashed(place.store, key, 0).sha256}
    return replace(trained, outcome=replace(outcome, artefacts=(*outcome.artefacts, key)), file_digests=files)


def _scope(place: Workspace, request: OutboxRow, trained: Trained) -> Scope:
    """The batches of the training set, at the revisions it holds."""
    manifest = json.loads(place.store.get(f"datasets/{trained.outcome.data_digest}.json"))
    held = {(one["contract_id"], one["week"], one["revision"]) for one in manifest["batches"]}
    rows = still_held(place.books, accepted_batches(place.books, request.program, EVERYTHING))
    found = {(row.contract_id, row.week): row for row in rows}
    return {name: row for name, row in found.items() if (*name, row.revision) in held}


def _annotators(place: Workspace, pairs: pa.Table, scope: Scope) -> Names:
    """(m,) who judged each pair; empty where judgements of several people were joined."""
    who: dict[tuple[str, int, str], str] = {}
    for (contract_id, week), row in scope.items():
        if terms_of(row.contract_digest, place).annotation.aggregation != "judgement":
            continue
        records = stored_rows(place.store, row.artefacts).accepted(["record_id", "annotator_id"])
        ids, people = (records[name].to_pylist() for name in ("record_id", "annotator_id"))
        who |= {(contract_id, week, one): name or "" for one, name in zip(ids, people, strict=True)}
    named = zip(*(pairs[name].to_pylist() for name in ("contract_id", "week", "group")), strict=True)
    return np.asarray([who.get(name, "") for name in named], dtype=np.str_)


def _since(place: Workspace, request: OutboxRow, trained: Trained, pairs: pa.Table) -> Since | None:
    """What the model gained over the one before the contract, on what is held out now.

    None where that model cannot be read any more: it is long out of force, and no training waits for it.
    """
    holdout = strict_holdout(pairs)
    if not holdout.num_rows:
        return None
    before = _before(place, request, trained)
    try:
        old = None if before is None else run_margins(before, holdout, place.store)
    except (ValueError, MissingObjectError) as error:
        get_run_logger().warning("What was gained since the contract began is not known: %s", error)
        return None
    new = run_margins(trained.outcome.run_id, holdout, place.store)
    return since(holdout, (request.contract_id, request.week), before, new, old)


def _before(place: Workspace, request: OutboxRow, trained: Trained) -> str | None:
    """The run that was champion before the contract's first model."""
    models = rm_rows(place.books, request.program)
    first = next((model for model in models if model.trigger[0] == request.contract_id), None)
    return trained.compared_with if first is None else first.champion_before


def _say(  # noqa: PLR0917 (what was found, of what, and when)
    place: Workspace,
    request: OutboxRow,
    trained: Trained,
    found: Worth,
    people: dict[BatchId, InBatch],
    scope: Scope,
    as_of: datetime,
) -> None:
    """Book the agreement of the batch that asked, and of each that is flagged for the first time."""
    for one in found.agreements:
        name = (one.contract_id, one.week)
        row = scope.get(name)
        if row is None:
            continue
        known = valued(place.books, *name)
        said = any(other.flagged and other.revision == row.revision for other in known)
        if name != (request.contract_id, request.week) and (said or not one.flagged):
            continue
        data = canonical_json({"run_id": trained.outcome.run_id, **asdict(people[name])})
        share = one.share
        told = Valued(
            contract_id=one.contract_id,
            week=one.week,
            revision=row.revision,
            run_id=trained.outcome.run_id,
            share=share.value,
            low=share.low,
            high=share.high,
            n_pairs=share.n_pairs,
            expected=None if one.held is None else one.held.expected,
            flagged=one.flagged,
            object_key=publish_bytes(place.store, batch_prefix(*name), "doubted", "json", data),
        )
        write_valued(place.books, told, request.program, as_of)


def _keep(place: Workspace, run_id: str, found: Worth) -> str:
    data = canonical_json(found)
    key = worth_key(out_of(run_id), sha256(data)[:16])
    place.store.put_once(key, data)
    return key
