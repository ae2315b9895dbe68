"""The sheet for reviewers."""

import csv
import io

from quality.sampling.review_files import CUT, LONGEST_CELL, Sheet, harmless, item_code, review_sheet

HOSTILE = ("=cmd|'/c calc'!A1", "+1", "-1", "@sum", "\tx", "\rx", "\nx", "\uff1d1", "'quoted")


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_sheet_asks_for_a_verdict_beside_what_there_is_to_look_at() -> None:
    sheet = Sheet(("prompt",), {"r5f2c19ab-0001": ("fine,\nwith a break",)}, kinds=("factual",))
    assert cells(review_sheet(sheet)) == [
        ["item", "prompt", "verdict", "kind", "reviewer", "note"],
        ["r5f2c19ab-0001", "fine,\nwith a break", "", "", "", ""],
    ]


def test_without_kinds_of_defect_none_is_asked_for() -> None:
    assert "kind" not in cells(review_sheet(Sheet(("prompt",), {"r5f2c19ab-0001": ("x",)})))[0]


def test_nothing_a_vendor_wrote_runs_in_a_spreadsheet() -> None:
    shown = {item_code("5f2c19ab", number): (text,) for number, text in enumerate(HOSTILE, 1)}
    found = [cell for row in cells(review_sheet(Sheet(("prompt",), shown))) for cell in row]
    assert not [cell for cell in found if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"))]


def test_no_cell_is_longer_than_a_spreadsheet_holds() -> None:
    assert len(harmless("x" * 100_000)) == LONGEST_CELL + len(CUT) < 32_767


def test_what_no_file_can_hold_is_spelt_out() -> None:
    assert harmless("a\x00b\ud800") == "a[U+0000]b\\ud800"


def test_a_code_is_neither_a_number_nor_a_date_to_a_spreadsheet() -> None:
    assert item_code("12345678" * 8, 7) == "r12345678-0007"
