"""What a vendor is told of the record gates' outcome: every discard, but none for being a gold question.

Where a clause discards by the field `gold`, its reason is left out of a record that broke nothing else by it;
a record without another reason is not told at all, and stands in no list, count or table. Such clauses cannot
come into force (`contracts.versions.golds`); weeks judged before, and dry runs, may still meet them.
"""

from collections import Counter
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from contracts.versions.golds import gold_clauses, without_golds
from quality.gates.record.gate import Asked
from quality.gates.record.judging import mask_by
from quality.gates.record.registry import GATES
from rampart.delivery.judged_rows import JudgedRows
from rampart.records.fates import PLACE, codes_of
from rampart.records.reasons import mask_of

COLUMNS = ("record_id", *PLACE, "reasons")
# Reasons of the clauses that may read `gold`; whether another clause of theirs is broken is asked again.
_MAY_READ_GOLD = ("missing_required_field", "rule_broken")
_ALL = 2**64 - 1  # every bit of a mask
PEOPLE = pl.Schema({"annotator_id": pl.String, "judged": pl.UInt32, "discarded": pl.UInt32})


@dataclass(frozen=True)
class Told:
    """The discards of a delivery that its vendor may know of.

    `rows` (`COLUMNS`) are in the delivery's order; `masks` counts them by their reasons; `people` (`PEOPLE`)
    says of each annotator how many records they judged, and how many of those are among the rows.
    """

    rows: pa.Table
    masks: Counter[int]
    people: pl.DataFrame


def told_of(rows: JudgedRows, contract: Contract) -> Told:
    """What may be told of a judged delivery."""
    masks = told_masks(rows, contract)
    lost = masks.filter(masks != 0).rename("mask")
    counted = dict(lost.to_frame().group_by("mask").len().iter_rows())
    people = pl.DataFrame(pl.from_arrow(rows.readable(["annotator_id"]))).with_columns(lost=masks != 0)
    return Told(_discards(rows, masks), Counter(counted), _counted(people))


def told_discards(rows: JudgedRows, contract: Contract) -> pa.Table:
    """The discards that may be told (`COLUMNS`), in order."""
    return _discards(rows, told_masks(rows, contract))


def _discards(rows: JudgedRows, masks: pl.Series) -> pa.Table:
    lost = masks != 0
    places = rows.fates(["record_id", *PLACE]).filter(lost.to_arrow())
    return places.append_column("reasons", codes_of(masks.filter(lost).to_arrow()))


def told_masks(rows: JudgedRows, contract: Contract) -> pl.Series:
    """The reasons of every readable record (uint64), in order, without those that only its gold is behind."""
    found = pl.Series(pl.from_arrow(rows.fates(["reason_mask"])["reason_mask"]))
    if not gold_clauses(contract):
        return found
    asked = mask_of(_MAY_READ_GOLD)
    touched = (found & asked) != 0
    again = pl.zeros(len(found), dtype=pl.UInt64, eager=True)
    if touched.any():
        records = pl.DataFrame(pl.from_arrow(rows.readable())).filter(touched)
        again = again.scatter(touched.arg_true(), _without_golds(records, contract))
    return (found & (_ALL ^ asked)) | (found & again)


def _without_golds(records: pl.DataFrame, contract: Contract) -> pl.Series:
    asked = Asked(without_golds(contract), 1)
    gates = [gate for gate in GATES if gate.code in _MAY_READ_GOLD]
    return mask_by((gate for gate in gates if gate.policy(asked.contract) == "discard"), records, asked)


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    named = rows.drop_nulls("annotator_id").group_by("annotator_id")
    return named.agg(judged=pl.len(), discarded=pl.col("lost").sum()).sort("annotator_id").cast(PEOPLE)
