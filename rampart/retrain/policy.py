"""How far a dataset is from the policy that is served: on-policy share, staleness, lineage.

A reward model is asked about what the policy of today says. The further its data are from that policy, the
less its accuracy on them tells; where its base model is of another lineage than the policy, more is lost than
a better accuracy on a benchmark gains (Malik et al. 2025, RewardBench 2, arXiv:2506.01937).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rampart.ledger.policies import PolicyCheckpoint

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Distance:
    """How the responses of a batch, or of a dataset, stand to the policy at one moment.

    `sides` counts responses, two a pair; of them `on_policy` come from the checkpoint that is served,
    `same_lineage` from any of its lineage, `unknown` from none that is registered. `behind` is the mean
    number of checkpoints of that lineage served since theirs was begun, and `days` the mean of the days since
    theirs was last served, both over `same_lineage`; None where there are none.
    """

    sides: int
    on_policy: int
    same_lineage: int
    unknown: int
    behind: float | None
    days: float | None

    @property
    def on_policy_share(self) -> float | None:
        """Of all responses; None without any."""
        return self.on_policy / self.sides if self.sides else None


def serving(checkpoints: Sequence[PolicyCheckpoint], at: datetime) -> PolicyCheckpoint | None:
    """The checkpoint that is served at `at`: the last that began; None where none did, or it has ended."""
    begun = [one for one in checkpoints if one.served_from <= at]
    newest = max(begun, key=lambda one: (one.served_from, one.checkpoint_id), default=None)
    return newest if newest is not None and (newest.served_to is None or newest.served_to > at) else None


def distance(
    claimed: Mapping[str | None, int], checkpoints: Sequence[PolicyCheckpoint], at: datetime
) -> Distance:
    """How far responses are from the policy served at `at`.

    Args:
        claimed: checkpoint id (None: none is claimed) → responses.
        checkpoints: the programme's, registered.
        at: the moment; what began later is not looked at.
    """
    begun = [one for one in checkpoints if one.served_from <= at]
    known, served = {one.checkpoint_id for one in begun}, serving(checkpoints, at)
    total = sum(claimed.values())
    unknown = sum(sides for name, sides in claimed.items() if name not in known)
    if served is None:
        return Distance(total, 0, 0, unknown, None, None)
    line = [one for one in begun if one.lineage == served.lineage]
    kin = [(one, claimed.get(one.checkpoint_id, 0)) for one in line]
    same = sum(sides for _, sides in kin)
    on_policy = claimed.get(served.checkpoint_id, 0)
    behind = sum(_later(one, line) * sides for one, sides in kin)
    days = sum(_days_since(one, line, at) * sides for one, sides in kin)
    return Distance(
        total, on_policy, same, unknown, behind / same if same else None, days / same if same else None
    )


def claimed_by(batches: Sequence[Mapping[str, Any]]) -> dict[str | None, int]:
    """Checkpoint → responses, of batches as a snapshot's manifest has them."""
    found: dict[str | None, int] = {}
    for batch in batches:
        for one in batch.get("checkpoints", ()):  # manifests from before checkpoints were counted have none
            found[one["checkpoint"]] = found.get(one["checkpoint"], 0) + one["sides"]
    return found


def lineage_warning(rm_lineage: str | None, served: PolicyCheckpoint | None) -> str | None:
    """A sentence where the reward model is of another base model than the policy it judges; else None."""
    if rm_lineage is None or served is None or rm_lineage == served.lineage:
        return None
    return (
        f"The reward model's base is of lineage {rm_lineage}, the policy {served.checkpoint_id} of "
        f"{served.lineage}: RewardBench 2 found that such a mismatch costs more in training the policy than "
        "a more accurate reward model gains (Malik et al. 2025, arXiv:2506.01937). Train it on the policy's "
        "base."
    )


def _later(one: PolicyCheckpoint, line: Sequence[PolicyCheckpoint]) -> int:
    """Checkpoints of the line that began to be served after it."""
    return sum(other.served_from > one.served_from for other in line)


def _days_since(one: PolicyCheckpoint, line: Sequence[PolicyCheckpoint], at: datetime) -> float:
    """Days from when it was last served, by its own end or the next one's begin; 0 while it is served."""
    ends = [other.served_from for other in line if other.served_from > one.served_from]
    ended = min([*ends, *([] if one.served_to is None else [one.served_to]), at])
    return (at - ended).total_seconds() / SECONDS_A_DAY
