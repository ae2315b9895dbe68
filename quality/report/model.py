"""What a report holds: frozen facts, every figure once, in the order in which they are written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from quality.audits.finding import Basis
from quality.verdict import Consequence

VERSION = 1  # of the written form; a reader refuses one that it does not know
Status = Literal["fail", "warn", "pass", "not_identifiable", "not_testable"]
# What somebody should read first.
GRAVITY: tuple[Status, ...] = ("fail", "warn", "not_identifiable", "pass", "not_testable")


@dataclass(frozen=True)
class Example:
    """A judgement to look at: its record, where that was delivered, and which way it went.

    `shows` says in words what the pair is an example of. The text itself stays in the delivery.
    """

    record_id: str
    file: str
    line: int
    shows: str


@dataclass(frozen=True)
class Row:
    """One question and its answer.

    `metric`, `observed`, the 95 % interval `low` to `high` and `threshold` are in the metric's own unit;
    `null` is the value of `observed` were there nothing to find. `q` is p corrected over the whole report.
    `more` has further figures by name. `lacks` names the field without which nothing
    could be said; `consequence` is what a failure does to the batch by the contract.
    """

    audit: str
    clause: str
    metric: str
    feature: str
    basis: Basis
    status: Status
    observed: float | None
    low: float | None
    high: float | None
    null: float | None
    n: int
    effective_n: float | None
    p: float | None
    q: float | None
    threshold: float
    consequence: Consequence
    reason: str
    lacks: str | None
    more: Mapping[str, float | None]
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Sampled:
    """The part of a large batch that some figures are of: `taken` of `of`, and in words how and for what."""

    taken: int
    of: int
    reason: str


@dataclass(frozen=True)
class Facts:
    """Which batch, under which terms, and how much of what."""

    contract_id: str
    version: str
    vendor: str
    week: int
    records: int
    comparisons: int
    ties: int
    annotators: int
    prompts: int
    aggregation: str
    order_shown: bool
    seed: int
    sampled: Sampled | None


@dataclass(frozen=True)
class Joint:
    """The joint model: an effect a feature, what its errors allow for, and what else is in it.

    `sources` are strengths of source models in logits, 0 the average one. `quality` says which reward model
    stands for quality, or why none does; `quality_coefficient` is its part in logits a typical difference.
    """

    effects: tuple[Row, ...]
    about: str
    sources: Mapping[str, float]
    quality: str
    quality_coefficient: float | None


@dataclass(frozen=True)
class SliceRow:
    """How one slice of the batch differs from the rest in one feature; `win_rate` is the shrunken one."""

    dimension: str
    slice: str
    feature: str
    n: int
    deviation: float
    se: float
    win_rate: float
    low: float
    high: float
    p: float
    q: float | None


@dataclass(frozen=True)
class PersonRow:
    """One statistic of one annotator beside the crowd's, in the tiers of `quality.annotators.tiers`."""

    annotator_id: str
    statistic: str
    n: int
    observed: float
    usual: float
    spread: float
    shrunken: float
    low: float
    high: float
    p: float | None
    q: float | None
    sanction_p: float | None
    sanction_q: float | None
    investigate: bool
    sanction: bool
    sentence: str
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Joined:
    """Majority beside Dawid & Skene: (observed, low, high) of each accuracy and of the gain."""

    items: int
    majority: tuple[float, float, float] | None
    dawid_skene: tuple[float, float, float] | None
    gain: tuple[float, float, float] | None
    sentence: str


@dataclass(frozen=True)
class PeoplePart:
    """The people: coefficients of agreement, evidence, rings, pairs of annotators, and accuracy by pace."""

    reliability: tuple[Row, ...]
    statistics: tuple[Row, ...]
    evidence: tuple[PersonRow, ...]
    rings: tuple[tuple[str, ...], ...]
    pairs: tuple[Mapping[str, float | int | str | None], ...]
    joined: Joined | None
    by_pace: tuple[Mapping[str, float | int | str | None], ...]


@dataclass(frozen=True)
class SelfAudit:
    """How often this batch cries wolf, and what it would miss.

    `false_alarms` is the share of placebos with p < 0.05 by kind; `spread`, above 1, is how far p-values and
    intervals are widened for it. `found` is the share of planted features shown, by share of votes planted.
    """

    placebos: int
    false_alarms: Mapping[str, float]
    spread: float
    calibrated: bool
    plants: int
    planted: tuple[float, ...]
    found: tuple[float, ...]
    minimum_detectable: float | None
    reason: str


@dataclass(frozen=True)
class Multiplicity:
    """How many p-values each family has, and what was done about it."""

    families: Mapping[str, int]
    method: str


@dataclass(frozen=True)
class AuditReport:
    """The report of one batch; `own` is None where no feature could be judged."""

    version: int
    facts: Facts
    summary: Mapping[Status, int]
    multiplicity: Multiplicity
    own: SelfAudit | None
    findings: tuple[Row, ...]
    joint: Joint
    slices: tuple[SliceRow, ...]
    not_sliced: Mapping[str, str]
    people: PeoplePart

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every question of the report, gravest answers first, otherwise in the report's order."""
        every = (
            *self.findings,
            *self.joint.effects,
            *self.people.reliability,
            *self.people.statistics,
        )
        return tuple(sorted(every, key=lambda row: GRAVITY.index(row.status)))
