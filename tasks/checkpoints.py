"""A programme's policy against what its champion was trained on."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rampart.ledger.errors import LedgerError
from rampart.ledger.models import champion
from rampart.ledger.policies import PolicyCheckpoint, checkpoints
from rampart.ledger.rights.lineage import models_named
from rampart.retrain.policy import Distance, claimed_by, distance, serving
from tasks.workspace import Workspace


@dataclass(frozen=True)
class BatchDistance:
    """One batch of the dataset, and how far its responses are from the policy."""

    contract_id: str
    week: int
    revision: int
    distance: Distance


@dataclass(frozen=True)
class PolicyReport:
    """The champion's dataset against the policy served at one moment; `manifest_key` has the rows behind."""

    served: PolicyCheckpoint | None
    model: str
    manifest_key: str
    whole: Distance
    batches: tuple[BatchDistance, ...]


def policy_report(place: Workspace, program: str, at: datetime) -> PolicyReport:
    """How the champion of `program` stands to the policy served at `at`.

    Raises:
        LedgerError: no checkpoint is registered, or there is no champion.
        MissingObjectError: the manifest of its dataset is gone.
    """
    known = checkpoints(place.books, program)
    if not known:
        raise LedgerError(
            f"no checkpoint of programme {program!r} is on the books; register one with "
            "`rampart policy register`"
        )
    run_id = champion(place.books, program)
    if run_id is None:
        raise LedgerError(f"programme {program!r} has no champion yet; train one with `rampart retrain`")
    (model,) = models_named(place.books, program=program, model=run_id)
    key = f"datasets/{model.data_digest}.json"
    drawn: list[dict[str, Any]] = json.loads(place.store.get(key))["batches"]
    return PolicyReport(
        serving(known, at),
        f"{program} v{model.version}",
        key,
        distance(claimed_by(drawn), known, at),
        tuple(
            BatchDistance(
                one["contract_id"], one["week"], one["revision"], distance(claimed_by([one]), known, at)
            )
            for one in drawn
        ),
    )
