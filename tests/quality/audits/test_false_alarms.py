"""How often each audit alarms at a nominal 5 % where there is nothing to find.

Batches are of people who differ in taste around none (slopes of sd 0.3), in skill and in how often they
tie, with uneven loads. The slow sweep prints its table; the quick one holds the same code to a wider
margin.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pytest

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
from quality.audits.weeks import weeks
from tests.quality.audits.crowd import Crowd, batch

LEAN = AuditLimit(min_effective_n=1)
APART = ContrastLimit()
STYLE = [feature.name for feature in JOINT]
PEOPLE = pl.DataFrame({"annotator_id": [f"a{n}" for n in range(40)], "region": ["north", "south"] * 20})
Alarms = Iterator[tuple[str, float | None]]
Asked = Callable[[pl.DataFrame, Measured], Alarms]


def of(name: str, findings: tuple[Finding, ...]) -> Alarms:
    for finding in findings:
        yield (name if finding.basis == "association" else f"{name}, matched"), finding.p


def leans(frame: pl.DataFrame, found: Measured) -> Alarms:
    """Everything asked against a share of one half, and the AUC."""
    yield "length", length.audit(frame, LEAN).p
    yield "length, close", length.close(frame, LEAN).p
    yield "position", position.audit(frame, LEAN).p
    yield "sycophancy", sycophancy.audit(frame, frame["agreement"], LEAN).p
    yield from of("format", formatting.audit(frame, found, LEAN))
    yield from of("wording", wording.audit(frame, found, LEAN))
    yield from of("tone", tone.audit(frame, found, LEAN))
    yield from of("opening", opening.audit(frame, LEAN))
    yield "style", style.audit(frame, found.delta.select(STYLE), StyleLimit()).p


def people(frame: pl.DataFrame, found: Measured) -> Alarms:
    """Everything asked about groups, weeks and persons; of persons, each person's own p-value."""
    yield "ties by week", ties.by_week(frame, APART).p
    yield from of("gold misses", gold_misses.audit(frame, found, frame["known"], APART))
    yield from of("author", authorship.audit(frame, found, APART))
    yield from of("demographics", demographics.audit(frame, found, PEOPLE, APART)[::2])
    yield "judge over people", judge.audit(frame, frame["peer"])[1].p
    yield from of("lean drift", lean_drift.audit(frame, found, JOINT, APART))
    persons = {
        "ties by annotator": ties.tie_rates(frame),
        "disagreement": disagreement.with_the_rest(disagreement.labelled(frame)),
        "judge rises": judge.risen(judge.compared(frame.with_columns(weeks(frame)), frame["judge"])),
    }
    for name, table in persons.items():
        yield from ((name, p) for p in table["p"])


def rates(batches: int, asked: Asked, crowd: Crowd, seed: int) -> dict[str, tuple[float, int]]:
    """Share of p-values under 5 % by audit, and how many there were."""
    alarms: Counter[str] = Counter()
    tested: Counter[str] = Counter()
    for number in range(batches):
        frame, found = batch(np.random.default_rng([seed, number]), crowd)
        for name, p in asked(frame, found):
            if p is not None:
                tested[name] += 1
                alarms[name] += p < 0.05
    return {name: (alarms[name] / tested[name], tested[name]) for name in tested}


QUICK = ((leans, Crowd()), (people, Crowd(items=1000)))


@pytest.mark.parametrize(("asked", "crowd"), QUICK)
def test_no_audit_alarms_far_too_often(asked: Asked, crowd: Crowd) -> None:
    for name, (rate, tested) in rates(20, asked, crowd, 1).items():
        # Findings of one batch share its people: as if a batch were worth few of them.
        assert rate <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / min(tested, 60)), name


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "crowd"), [(leans, Crowd()), (people, Crowd(items=1500))])
def test_every_audit_alarms_in_one_batch_of_twenty(asked: Asked, crowd: Crowd) -> None:
    found = rates(400, asked, crowd, 2)
    for name, (rate, tested) in found.items():
        print(f"{name:20} {rate:.3f} of {tested:,}")
    # Two standard errors of 400 batches around 3-7 %.
    assert {name: rate for name, (rate, _) in found.items() if not 0.02 <= rate <= 0.09} == {}
