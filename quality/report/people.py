"""The part of a report that is about people: what was seen of whom beside the others, and never why."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from quality.annotators.consensus import Accuracy, Consensus
from quality.annotators.people import People, metric_of
from quality.annotators.reliability import FIGURES
from quality.audits.every import Batch
from quality.report.examples import Examples
from quality.report.lacking import first_lacking
from quality.report.model import Joined, PeoplePart, PersonRow
from quality.report.rows import verdict_row

Cell = float | int | str | None

NEEDS = ("annotator_id", "item_id")


def people_part(found: People, batch: Batch, examples: Examples) -> PeoplePart:
    """Everything that `found` holds, whoever is to be looked at first and with a few of their judgements."""
    needs = {metric_of(missing.statistic): (missing.field,) for missing in found.missing}
    rows = tuple(
        verdict_row("people", verdict, first_lacking(batch, needs.get(verdict.spec.metric, NEEDS)))
        for verdict in found.verdicts
    )
    return PeoplePart(
        reliability=tuple(row for row in rows if row.metric in FIGURES),
        statistics=tuple(row for row in rows if row.metric not in FIGURES),
        evidence=_persons(found.evidence, examples),
        rings=tuple(tuple(ring.annotators) for ring in found.rings),
        pairs=_told(found.pairs),
        joined=None if found.consensus is None else _joined(found.consensus),
        by_pace=() if found.by_pace is None else _told(found.by_pace),
    )


def _persons(evidence: pl.DataFrame, examples: Examples) -> tuple[PersonRow, ...]:
    order = ["sanction", "investigate", "q", "annotator_id", "statistic"]
    ranked = evidence.sort(order, descending=[True, True, False, False, False], nulls_last=True)
    return tuple(_person(row, examples) for row in ranked.iter_rows(named=True))


def _person(row: Mapping[str, Any], examples: Examples) -> PersonRow:
    names = [name for name in PersonRow.__dataclass_fields__ if name != "examples"]
    shown = examples.of_person(row["annotator_id"], row["statistic"]) if row["investigate"] else ()
    return PersonRow(**{name: row[name] for name in names}, examples=shown)


def _joined(found: Consensus) -> Joined:
    majority, weighed, gain = (_triple(each) for each in (found.majority, found.dawid_skene, found.gain))
    return Joined(found.items, majority, weighed, gain, found.sentence)


def _triple(accuracy: Accuracy | None) -> tuple[float, float, float] | None:
    return None if accuracy is None else (accuracy.observed, accuracy.low, accuracy.high)


def _told(table: pl.DataFrame) -> tuple[Mapping[str, Cell], ...]:
    return tuple(table.iter_rows(named=True))
