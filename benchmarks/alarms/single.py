"""What each single audit says of batches in which there is nothing to find.

Batches are of people who differ in taste around none (slopes of sd 0.3), in skill and in how often they tie,
with uneven loads (`simulator.crowd`).
"""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from contracts.model import AuditLimit, ContrastLimit, StyleLimit
from quality.audits import (
    authorship,
    demographics,
    disagreement,
    formatting,
    gold_misses,
    judge,
    lean_drift,
    length,
    opening,
    position,
    style,
    sycophancy,
    ties,
    tone,
    wording,
)
from quality.audits.features.catalogue import JOINT
from quality.audits.features.measuring import Measured
from quality.audits.finding import Finding
from quality.audits.joint.placebos import NOMINAL
from quality.audits.weeks import weeks
from simulator.crowd import Crowd, batch

LEAN = AuditLimit(min_effective_n=1)
APART = ContrastLimit()
STYLE = [feature.name for feature in JOINT]
PEOPLE = pl.DataFrame({"annotator_id": [f"a{n}" for n in range(40)], "region": ["north", "south"] * 20})
Alarms = Iterator[tuple[str, float | None]]
Asked = Callable[[pl.DataFrame, Measured], Alarms]


def _of(name: str, findings: tuple[Finding, ...]) -> Alarms:
    for finding in findings:
        yield (name if finding.basis == "association" else f"{name}, matched"), finding.p


def leans(frame: pl.DataFrame, found: Measured) -> Alarms:
    """Everything asked against a share of one half, and the AUC."""
    yield "length", length.audit(frame, LEAN).p
    yield "length, close", length.close(frame, LEAN).p
    yield "position", position.audit(frame, LEAN).p
    yield "sycophancy", sycophancy.audit(frame, frame["agreement"], LEAN).p
    yield from _of("format", formatting.audit(frame, found, LEAN))
    yield from _of("wording", wording.audit(frame, found, LEAN))
    yield from _of("tone", tone.audit(frame, found, LEAN))
    yield from _of("opening", opening.audit(frame, LEAN))
    yield "style", style.audit(frame, found.delta.select(STYLE), StyleLimit()).p


def people(frame: pl.DataFrame, found: Measured) -> Alarms:
    """Everything asked about groups, weeks and persons; of persons, each person's own p-value."""
    yield "ties by week", ties.by_week(frame, APART).p
    yield from _of("gold misses", gold_misses.audit(frame, found, frame["known"], APART))
    yield from _of("author", authorship.audit(frame, found, APART))
    yield from _of("demographics", demographics.audit(frame, found, PEOPLE, APART)[::2])
    yield "judge over people", judge.audit(frame, frame["peer"])[1].p
    yield from _of("lean drift", lean_drift.audit(frame, found, JOINT, APART))
    persons = {
        "ties by annotator": ties.tie_rates(frame),
        "disagreement": disagreement.with_the_rest(disagreement.labelled(frame)),
        "judge rises": judge.risen(judge.compared(frame.with_columns(weeks(frame)), frame["judge"])),
    }
    for name, table in persons.items():
        yield from ((name, p) for p in table["p"])


ASKED: tuple[tuple[Asked, Crowd], ...] = ((leans, Crowd()), (people, Crowd(items=1500)))


def alarms(number: int, seed: int = 2) -> dict[str, tuple[int, int]]:
    """Alarms and questions of each audit in clean batch `number`."""
    raised: Counter[str] = Counter()
    tested: Counter[str] = Counter()
    for asked, crowd in ASKED:
        frame, found = batch(np.random.default_rng([seed, number]), crowd)
        for name, p in asked(frame, found):
            if p is not None:
                tested[name] += 1
                raised[name] += p < NOMINAL
    return {name: (raised[name], tested[name]) for name in tested}
