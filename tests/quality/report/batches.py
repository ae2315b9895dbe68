"""A batch that has everything any audit asks for, and reports of it."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.audits.every import Batch, Beside
from quality.audits.features.catalogue import JOINT
from quality.report.build import audit_report
from quality.report.canonical import plain
from quality.report.earlier import SOURCES
from quality.report.model import AuditReport
from rampart.records.canonical import RECORD
from simulator.crowd import batch
from tests.quality.audits.test_every import PERMISSIVE
from tests.quality.audits.test_suite import contract
from tests.quality.conftest import table_of

SCHEME = {"kind": "arena", "a": ["A"], "b": ["B"]}
NOUNS = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet")


def terms(**annotation: Any) -> Contract:
    """Terms under which every figure may be judged."""
    return contract(annotation={"scheme": SCHEME, **annotation}, audits=PERMISSIVE)


@cache
def records() -> pa.Table:
    """Votes with gold questions, views, authors, times, durations and rationales."""
    rng = np.random.default_rng(1)
    frame, _ = batch(np.random.default_rng(1))
    rows = [
        {
            "prompt": row["prompt"],
            "texts": [row["first"], row["second"]],
            "checkpoints": [f"model-{number % 5}", f"model-{(number + 1 + number // 5 % 4) % 5}"],
            "ranking": {1.0: [1, 2], 0.0: [2, 1], 0.5: [1, 1]}[row["outcome"]],
            "item_id": row["item_id"],
            "annotator_id": row["annotator_id"],
            "prompt_author_id": row["prompt_author_id"],
            "submitted_at": row["submitted_at"],
            "duration_s": float(rng.uniform(20, 60)),
            "rationale": " ".join(rng.choice(NOUNS, 14)),
            "language": "en",
            "domain": f"domain {number % 3}",
            "raw_label": json.dumps({1.0: "A", 0.0: "B", 0.5: "tie"}[row["outcome"]]),
            "gold": None if row["known"] is None else json.dumps({1.0: "A", 0.0: "B"}[row["known"]]),
            "aspects": [{"axis": "agrees_with_view", "scores": [row["agreement"], 0.0]}],
        }
        for number, row in enumerate(frame.iter_rows(named=True))
    ]
    return table_of(rows)


@cache
def beside() -> Beside:
    """What stands beside the records."""
    people = {"annotator_id": [f"a{n}" for n in range(40)], "region": ["north", "south"] * 20}
    frame, _ = batch(np.random.default_rng(1))
    said = {
        "record_id": records()["record_id"].to_pylist(),
        "first_position": 0,
        "second_position": 1,
        "judge": frame["judge"],
    }
    terms = ", ".join([*sorted(["position", *(each.name for each in JOINT)]), SOURCES])
    history = {
        "week": [1],
        "feature": ["length"],
        "beta": [0.1],
        "se": [0.1],
        "scale": [1.0],
        "terms": [terms],
    }
    return Beside(people=pl.DataFrame(people), judge=pl.DataFrame(said), history=pl.DataFrame(history))


@cache
def report() -> AuditReport:
    """The report of all of it, as week 2."""
    return audit_report(records(), terms(), 2, beside=beside())


def told() -> dict[str, Any]:
    """The same in its JSON form."""
    found: dict[str, Any] = json.loads(json.dumps(plain(report())))
    return found


def without(field: str) -> Batch:
    """The batch in which no record, or nothing beside them, has `field`."""
    if field not in RECORD.names:
        return Batch(records(), terms(), replace(beside(), **{field: None}))
    table, index = records(), records().schema.get_field_index(field)
    column = pa.nulls(table.num_rows, RECORD.field(field).type)
    if field == "responses":
        answers = table[field].to_pylist()
        bare = [[{**response, "content": None} for response in each] for each in answers]
        column = pa.array(bare, type=RECORD.field(field).type)
    nullable = RECORD.field(field).with_nullable(True)
    return Batch(table.set_column(index, nullable, column), terms(), beside())
