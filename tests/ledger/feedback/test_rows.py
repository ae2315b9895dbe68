"""The pack's tables: every discard by the vendor's own id, and nothing that runs or tells of others."""

import csv
import io
import json
import tracemalloc
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.gates.told import COLUMNS
from rampart.delivery.errors import printable
from rampart.ledger.feedback.cells import FORMULA_STARTS, inert, inert_column
from rampart.ledger.feedback.rows import SLICE, write_discards
from tests.ledger.feedback.packs import ANNOTATOR, SAID, hasty, judged, lines, pack, quarantine


def test_a_discarded_record_is_named_by_the_vendor_s_own_id_with_all_its_reasons() -> None:
    rows = judged(hasty(), hasty(source_line=2, source_item=1))
    assert lines(pack(rows)["discarded.jsonl"]) == [
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
    made = pack(judged(hasty(), hasty(record_id="r2", source_line=2)))
    table = list(csv.DictReader(io.StringIO(made["discarded.csv"].decode(), newline="")))
    listed = lines(made["discarded.jsonl"])
    assert [row["record_id"] for row in table] == [row["record_id"] for row in listed]
    assert [row["reasons"].split() for row in table] == [row["reasons"] for row in listed]
    assert tuple(table[0]) == COLUMNS
    assert pq.read_table(io.BytesIO(made["discarded.parquet"])).to_pylist() == listed


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
    for name, data in pack(judged(hasty()), quarantine()).items():
        told = str(pq.read_table(io.BytesIO(data)).to_pylist()).encode() if name.endswith("parquet") else data
        assert SAID.encode() not in told, name
        assert ANNOTATOR.encode() not in told, name


def test_a_quarantined_line_is_told_with_its_place_and_the_sentence_that_says_what_was_expected() -> None:
    unread = quarantine(*ECHOES[:2], ("unreadable_line", "3 cells where the header has 5"))
    found = lines(pack(unread=unread)["quarantined.jsonl"])
    assert [row["source_line"] for row in found] == [1, 2, 3]
    assert [row["problem"] for row in found] == [one["problem"] for one in unread.to_pylist()]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00")).filter(bool))
def test_no_id_becomes_a_formula_in_a_spreadsheet_and_none_is_lost(record_id: str) -> None:
    data = pack(judged(hasty(record_id=record_id)))["discarded.csv"].decode()
    for delimiter in ",;":
        rows = list(csv.reader(io.StringIO(data, newline=""), delimiter=delimiter))
        assert not [cell for row in rows for cell in row if cell.startswith(FORMULA_STARTS)]
    (_header, row) = csv.reader(io.StringIO(data, newline=""))
    quoted = "'" if record_id.startswith(FORMULA_STARTS) else ""
    assert row[0] == quoted + printable(record_id, 32_000)


def test_what_a_terminal_would_obey_is_spelt_out_in_the_csv() -> None:
    data = pack(judged(hasty(record_id="\x1b[2Jgone")))["discarded.csv"]
    assert b"\x1b" not in data
    assert b"\\x1b[2Jgone" in data


@pytest.mark.parametrize(
    "record_id", ['=HYPERLINK("http://x")', "+1", "-1", "@a", "\t=1", "x;=1+1", "\uff1d1"]
)
def test_known_attacks_on_spreadsheets_stay_text(record_id: str) -> None:
    data = pack(judged(hasty(record_id=record_id)))["discarded.csv"].decode()
    cells = [cell for row in csv.reader(io.StringIO(data, newline=""), delimiter=";") for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]


def test_a_delivery_without_a_fault_has_an_empty_pack_with_headers() -> None:
    made = pack(judged(), quarantine())
    assert (made["discarded.jsonl"], made["quarantined.jsonl"]) == (b"", b"")
    assert made["discarded.csv"].decode().splitlines() == [",".join(f'"{name}"' for name in COLUMNS)]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"))))
def test_a_column_of_cells_is_made_inert_as_each_cell_is(cells: list[str]) -> None:
    assert inert_column(pl.Series(cells, dtype=pl.String)).to_list() == [inert(cell) for cell in cells]


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_each_way_a_formula_may_start_is_quoted(start: str) -> None:
    (cell,) = inert_column(pl.Series([f"{start}1"]))
    assert cell.startswith(f"'{printable(start)}")


def test_a_problem_with_a_known_answer_does_not_name_its_field() -> None:
    deep = "gold: expected at most 100 lists and objects within each other, found more"
    (told,) = lines(pack(unread=quarantine(("unreadable_field", deep)))["quarantined.jsonl"])
    assert told["problem"] == deep.replace("gold:", "a field:")


def test_rows_beyond_a_slice_are_all_written_once_without_becoming_python_objects(tmp_path: Path) -> None:
    number = 3 * SLICE + 7
    rows = pa.table(
        {
            "record_id": [f"r-{n}" for n in range(number)],
            "source_file": pa.array(["rows.jsonl"] * number),
            "source_line": pa.array(range(1, number + 1)),
            "source_item": pa.array([0] * number, pa.int32()),
            "reasons": pa.array([["too_fast"]]).take(pa.array([0] * number)),
        }
    )
    tracemalloc.start()
    paths = write_discards(rows, tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 << 20  # bytes; dicts of these rows would take some 100 MB
    with paths["discarded.jsonl"].open() as listed, paths["discarded.csv"].open(newline="") as cells:
        assert [json.loads(line)["source_line"] for line in listed] == list(range(1, number + 1))
        assert [row["record_id"] for row in csv.DictReader(cells)] == rows["record_id"].to_pylist()
