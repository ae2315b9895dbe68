"""A gate is asked (`GateSpec`) and answered (`Verdict`); the two words every judgement is made of.

The spec is engine-neutral: a metric, a threshold, a clause. The verdict is stored once and shown unchanged;
nothing downstream recomputes a rate.
"""

from dataclasses import dataclass
from typing import Literal

Status = Literal["pass", "warn", "fail", "not_testable"]
Consequence = Literal["none", "partial", "hold", "reject"]

# From mildest to gravest; a batch suffers the gravest consequence of its failed clauses.
CONSEQUENCES: tuple[Consequence, ...] = ("none", "partial", "hold", "reject")


def consequence_of(severity: Literal["blocking", "advisory"]) -> Consequence:
    """What a failure does under a clause's severity: a blocking one has a person decide."""
    return "hold" if severity == "blocking" else "none"


@dataclass(frozen=True)
class GateSpec:
    """What a clause asks.

    `threshold` is in the metric's own unit. `consequence` is what a failure does to the batch: ``none`` makes
    the gate advisory.
    """

    clause: str
    metric: str
    threshold: float
    consequence: Consequence


@dataclass(frozen=True)
class Verdict:
    """What was found, against what was asked.

    `observed`, `low` and `high` are in the metric's unit, `low`..`high` the 95 % interval; each is None
    where it could not be had. `n` counts the rows the figure rests on; `evidence` is their address.
    """

    spec: GateSpec
    status: Status
    observed: float | None
    low: float | None
    high: float | None
    n: int
    reason: str
    evidence: str | None = None

    @property
    def consequence(self) -> Consequence:
        """What this verdict does to the batch: the spec's consequence when failed, otherwise nothing."""
        return self.spec.consequence if self.status == "fail" else "none"


def gravest(verdicts: tuple[Verdict, ...]) -> Consequence:
    """The gravest consequence among `verdicts`."""
    return max((verdict.consequence for verdict in verdicts), key=CONSEQUENCES.index, default="none")
