"""Aspects, spans and rationale: from the vendor's row through Parquet and back, unchanged."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rampart.delivery.local_store import LocalStore
from rampart.delivery.tables import fetch_table, publish_table
from rampart.records.canonical import RECORD
from tests.delivery.reading import JSONL, PLAIN, contract, read, records

RECORD_TERMS = {**PLAIN, "rationale": "why", "aspects": "scores", "spans": "marks"}
CARRIED = contract(
    {"rows": JSONL, "record": RECORD_TERMS},
    {"scheme": {"kind": "binary"}, "aspects": ["helpful", "truthful"]},
)
TEXT = "An apple, naïve 🍎."
ROW: dict[str, Any] = {"prompt": "Name a fruit.", "a": TEXT, "b": "Chair", "label": "a"}


def delivered(*rows: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def test_evidence_beside_a_label_survives_mapping_and_parquet(tmp_path: Path) -> None:
    row = {
        **ROW,
        "why": "A chair is no fruit.\n\n— 🍎",
        "scores": {"truthful": [5, 1], "helpful": "4.5"},
        "marks": [{"response": 1, "start": 0, "end": 5, "label": "Wrong"}, {"start": 10, "end": 15}],
    }
    store = LocalStore(tmp_path)
    found = read(CARRIED, {"rows.jsonl": delivered(row, ROW)})
    again = fetch_table(store, publish_table(store, "batch", "accepted", found.records))
    assert again.schema.equals(RECORD)
    assert again.equals(found.records)
    full, bare = again.to_pylist()
    assert full["rationale"] == "A chair is no fruit.\n\n— 🍎"
    assert full["aspects"] == [
        {"axis": "helpful", "scores": [4.5]},
        {"axis": "truthful", "scores": [5.0, 1.0]},
    ]
    assert full["spans"] == [
        {"response": 1, "start": 0, "end": 5, "label": "Wrong"},
        {"response": 0, "start": 10, "end": 15, "label": None},
    ]
    assert full["ranking"] == [1, 2]
    assert [bare[name] for name in ("rationale", "aspects", "spans")] == [None, None, None]


MARKED = contract(
    {"rows": JSONL, "record": {"prompt": "prompt", "responses": "[a]", "label": "marks", "spans": "other"}},
    {"scheme": {"kind": "spans", "labels": ["typo", "Wrong fact"]}},
)
PASSAGES = st.lists(
    st.tuples(
        st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.sampled_from(["typo", "Wrong fact"])
    ).map(lambda one: {"start": min(one[:2]), "end": max(one[:2]), "label": one[2]}),
    max_size=4,
)


@given(st.lists(PASSAGES, min_size=1, max_size=3))
def test_marked_passages_are_those_of_the_label_and_mark_the_same_characters(
    every: list[list[dict[str, Any]]],
) -> None:
    rows = [{**ROW, "marks": marks, "other": [{"start": 0, "end": 1}]} for marks in every]
    found = read(MARKED, {"rows.jsonl": delivered(*rows)})
    for record, marks in zip(records(found), every, strict=True):
        assert [{**span, "response": 0} for span in marks] == record["spans"]
        assert [TEXT[span["start"] : span["end"]] for span in record["spans"]] == [
            record["responses"][0]["content"][mark["start"] : mark["end"]] for mark in marks
        ]
        assert json.loads(record["raw_label"]) == marks


def test_passages_outside_the_scheme_leave_no_spans_whatever_else_the_row_marks() -> None:
    row = {
        **ROW,
        "marks": [{"start": 0, "end": len(TEXT) + 1, "label": "typo"}],
        "other": [{"start": 0, "end": 1}],
    }
    (record,) = records(read(MARKED, {"rows.jsonl": delivered(row)}))
    assert record["spans"] is None
