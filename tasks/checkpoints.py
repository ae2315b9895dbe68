"""A programme's policy against what one of its reward models was trained on."""

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
    """A model's dataset against the policy served at one moment; `manifest_key` has the rows behind."""

    served: PolicyCheckpoint | None
    model: str
    manifest_key: str
    whole: Distance
    batches: tuple[BatchDistance, ...]


def policy_report(place: Workspace, program: str, at: datetime, model: str | None = None) -> PolicyReport:
    """How a reward model of `program` stands to the policy served at `at`.

    Args:
        place: the workspace.
        program: the programme.
        at: the moment.
        model: its version or run; default: the champion, or the newest where there is none.

    Raises:
        LedgerError: no checkpoint is registered, or there is no such model.
        MissingObjectError: the manifest of its dataset is gone.
    """
    known = checkpoints(place.books, program)
    if not known:
        raise LedgerError(
            f"no checkpoint of programme {program!r} is on the books; register one with "
            "`rampart policy register`"
        )
    named = model or champion(place.books, program)
    found = models_named(place.books, program=program, model=named)
    if not found:
        asked = "no reward model yet" if model is None else f"no reward model {model!r}"
        raise LedgerError(f"programme {program!r} has {asked}; `rampart retrain` trains what was accepted")
    key = f"datasets/{found[-1].data_digest}.json"
    drawn: list[dict[str, Any]] = json.loads(place.store.get(key))["batches"]
    return PolicyReport(
        serving(known, at),
        f"{program} v{found[-1].version}",
        key,
        distance(claimed_by(drawn), known, at),
        tuple(
            BatchDistance(
                one["contract_id"], one["week"], one["revision"], distance(claimed_by([one]), known, at)
            )
            for one in drawn
        ),
    )
