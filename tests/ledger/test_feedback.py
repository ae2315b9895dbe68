"""The feedback pack: what a vendor is told, and what it must not hold."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.gates.fates import part
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.delivery.errors import printable
from rampart.ledger.feedback import COLUMNS, FORMULA_STARTS, feedback_pack
from rampart.ledger.outcome import FileCount, ReasonCount, Settlement
from rampart.ledger.pricing import price_batch
from rampart.records.canonical import QUARANTINE
from tests.ledger.books import outcome, terms
from tests.quality.gates import delivered

SAID = "something only the work itself says"
ANNOTATOR = "worker-0815"


def discarded(*rows: dict[str, Any]) -> pa.Table:
    records = delivered.table(*rows)
    gated = gate_records(records, delivered.terms({"min_duration_s": 30}), 1, Earlier())
    return part(records, gated).discarded


def hasty(**changes: Any) -> dict[str, Any]:
    """A discarded record full of what must stay inside."""
    return delivered.record(
        prompt=[{"role": "user", "content": SAID}],
        responses=[delivered.response(SAID), delivered.response(f"{SAID}!")],
        rationale=SAID,
        raw_label=json.dumps(SAID),
        annotator_id=ANNOTATOR,
        duration_s=1.0,
        **changes,
    )


def quarantine(*entries: tuple[str, str]) -> pa.Table:
    rows = [
        {
            "source_file": "rows.jsonl",
            "source_line": line,
            "source_item": -1,
            "code": code,
            "problem": problem,
            "excerpt": SAID,
        }
        for line, (code, problem) in enumerate(entries, start=1)
    ]
    return pa.Table.from_pylist(rows, QUARANTINE)


def pack(
    lost: pa.Table | None = None, unread: pa.Table | None = None, settlement: Settlement | None = None
) -> dict[str, bytes]:
    return feedback_pack(
        terms(),
        1,
        settlement or outcome(),
        discarded(hasty()) if lost is None else lost,
        unread or quarantine(),
    )


def lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().split("\n") if line]


def test_a_discarded_record_is_named_by_the_vendor_s_own_id_with_all_its_reasons() -> None:
    lost = discarded(hasty(), hasty(source_line=2, source_item=1))
    assert lines(pack(lost)["discarded.jsonl"]) == [
        {
            "record_id": "r1",
            "source_file": "rows.jsonl",
            "source_line": 1,
            "source_item": 0,
            "reasons": ["too_fast"],
        },
        {
            "record_id": "r1",
            "source_file": "rows.jsonl",
            "source_line": 2,
            "source_item": 1,
            "reasons": ["duplicate_record_id", "exact_duplicate", "too_fast"],
        },
    ]


def test_the_table_and_the_lines_say_the_same() -> None:
    made = pack(discarded(hasty(), hasty(record_id="r2", source_line=2)))
    table = list(csv.DictReader(io.StringIO(made["discarded.csv"].decode(), newline="")))
    listed = lines(made["discarded.jsonl"])
    assert [row["record_id"] for row in table] == [row["record_id"] for row in listed]
    assert [row["reasons"].split() for row in table] == [row["reasons"] for row in listed]
    assert tuple(table[0]) == COLUMNS


ECHOES = (
    ("unreadable_field", f"prompt: [0]: expected a message, found text ({SAID!r})"),
    ("unreadable_field", f"annotator_id: expected an id, found text ({ANNOTATOR!r})"),
    ("unreadable_field", f"turns: text before the first marker: {SAID!r}"),
    ("join_missing", f"id = {SAID!r} has no row in texts.jsonl"),
    ("duplicate_key", f"the join key id = {SAID!r} was used by an earlier row; keys are unique"),
    ("no_judgement", f"the row holds no judgement: {SAID}"),
    ("a_code_of_tomorrow", SAID),
)


def test_no_text_of_the_work_and_no_annotator_is_in_it() -> None:
    for name, data in pack(discarded(hasty()), quarantine()).items():
        assert SAID.encode() not in data, name
        assert ANNOTATOR.encode() not in data, name


def test_a_quarantined_line_is_told_with_its_place_and_the_sentence_that_says_what_was_expected() -> None:
    unread = quarantine(*ECHOES[:2], ("unreadable_line", "3 cells where the header has 5"))
    found = lines(pack(unread=unread)["quarantined.jsonl"])
    assert [row["source_line"] for row in found] == [1, 2, 3]
    assert [row["problem"] for row in found] == [one["problem"] for one in unread.to_pylist()]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")).filter(bool))
def test_no_id_becomes_a_formula_in_a_spreadsheet_and_none_is_lost(record_id: str) -> None:
    data = pack(discarded(hasty(record_id=record_id)))["discarded.csv"].decode()
    for delimiter in ",;":
        rows = list(csv.reader(io.StringIO(data, newline=""), delimiter=delimiter))
        assert not [cell for row in rows for cell in row if cell.startswith(FORMULA_STARTS)]
    (_header, row) = csv.reader(io.StringIO(data, newline=""))
    quoted = "'" if record_id.startswith(FORMULA_STARTS) else ""
    assert row[0] == quoted + printable(record_id, 32_000)


def test_what_a_terminal_would_obey_is_spelt_out_in_the_csv() -> None:
    data = pack(discarded(hasty(record_id="\x1b[2Jgone")))["discarded.csv"]
    assert b"\x1b" not in data
    assert b"\\x1b[2Jgone" in data


@pytest.mark.parametrize(
    "record_id", ['=HYPERLINK("http://x")', "+1", "-1", "@a", "\t=1", "x;=1+1", "\uff1d1"]
)
def test_known_attacks_on_spreadsheets_stay_text(record_id: str) -> None:
    data = pack(discarded(hasty(record_id=record_id)))["discarded.csv"].decode()
    cells = [cell for row in csv.reader(io.StringIO(data, newline=""), delimiter=";") for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]


def test_a_delivery_without_a_fault_has_an_empty_pack_with_headers() -> None:
    made = pack(discarded(), quarantine())
    assert (made["discarded.jsonl"], made["quarantined.jsonl"]) == (b"", b"")
    assert made["discarded.csv"].decode().splitlines() == [",".join(f'"{name}"' for name in COLUMNS)]


GOLDEN = """\
# Acme Labels: week 1, accepted partial

Verdict: ramp.phases.calibration.discard_ceiling: 30 of 80 readable records were discarded.

Delivered 85 judgements: 50 accepted, 30 discarded, 5 unreadable. In the joined files 2 rows are unreadable.

## What to fix first

- 12 x The judgement took less than the contract's minimum time. Have annotators read both responses; remove \
speeders. (`too_fast`, clause `gates.min_duration_s`; first reason of 11)
- 19 x A field the contract requires is empty. Fill the field, or agree an amendment that makes it optional. \
(`missing_required_field`, clause `gates.required`; first reason of 10)
- 9 x Same prompt, responses, label and annotator as an earlier record. Deliver each judgement once. \
(`exact_duplicate`, clause `gates.exact_duplicates`; first reason of 9)

## Money

- accepted units: 50 x 0.35 = 17.50 USD (clause `ramp.phases.calibration.price`)
- discount: 50 x 0.175 = -8.75 USD (clause `ramp.phases.calibration.discount`)
- total: 8.75 USD
"""


def judged() -> Settlement:
    rows = FileCount("rows.jsonl", "rows", "f" * 64, 9, 85, 85, 50, 30, 5)
    items = FileCount("texts.jsonl", "items", "e" * 64, 9, 50, 2, 0, 0, 2)
    return replace(
        outcome("accepted_partial"),
        reason="ramp.phases.calibration.discard_ceiling: 30 of 80 readable records were discarded",
        files=(rows, items),
        reasons=(
            ReasonCount("missing_required_field", 10, 19),
            ReasonCount("exact_duplicate", 9, 9),
            ReasonCount("too_fast", 11, 12),
        ),
        money=price_batch(terms(), 1, 50, 30),
    )


def test_the_summary_says_what_happened_what_to_fix_first_and_what_is_paid() -> None:
    assert pack(settlement=judged())["summary.md"].decode() == GOLDEN


@pytest.mark.parametrize("state", ["held", "rejected"])
def test_money_of_a_batch_that_is_not_accepted_is_marked_as_not_payable(state: Any) -> None:
    summary = pack(settlement=replace(judged(), state=state))["summary.md"].decode()
    assert "## Money (not payable in this state)" in summary
