"""The sheet for reviewers, and what they have filled in."""

import csv
import io

import polars as pl
import pytest

from quality.sampling.review_files import Review, read_reviews, review_sheet

ROWS = pl.DataFrame(
    {
        "record_id": ["r1", "=cmd|'/c calc'!A1", "'quoted"],
        "text": ["fine,\nwith a break", "+1", None],
        "stratum": ["flagged, high"] * 3,
    }
)
IDS = ROWS["record_id"].to_list()


def filled(*lines: tuple[str, str, str]) -> str:
    """A sheet with (record id as written, verdict, reviewer) lines."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["record_id", "text", "verdict", "reviewer", "note"])
    writer.writerows([record, "", verdict, reviewer, ""] for record, verdict, reviewer in lines)
    return text.getvalue()


def test_the_sheet_asks_for_a_verdict_and_does_not_say_where_the_risk_is() -> None:
    sheet = list(csv.reader(io.StringIO(review_sheet(ROWS, ["text"]))))
    assert sheet[0] == ["record_id", "text", "verdict", "reviewer", "note"]
    assert sheet[1] == ["r1", "fine,\nwith a break", "", "", ""]
    assert "flagged" not in str(sheet)


def test_nothing_a_vendor_wrote_runs_in_a_spreadsheet() -> None:
    cells = [cell for row in csv.reader(io.StringIO(review_sheet(ROWS, ["text"]))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


def test_what_was_written_is_read_back_under_the_ids_of_the_sample() -> None:
    sheet = list(csv.reader(io.StringIO(review_sheet(ROWS, ["text"]))))
    for row, verdict in zip(sheet[1:], ("ok", " Defect ", "unsure"), strict=True):
        row[2] = verdict
    text = io.StringIO()
    csv.writer(text).writerows(sheet)
    found = read_reviews("\ufeff" + text.getvalue(), IDS)
    assert found.verdicts == dict(zip(IDS, ("ok", "defect", "unsure"), strict=True))
    assert found.problems == ()


def test_lines_without_a_verdict_are_not_reviewed_yet() -> None:
    assert read_reviews(review_sheet(ROWS, []), IDS).reviews == ()


def test_what_cannot_be_taken_is_told_with_its_line() -> None:
    text = filled(("r1", "ok", "ann"), ("r9", "ok", "ann"), ("r1", "bad", "bob"), ("r1", "defect", "ann"))
    found = read_reviews(text, IDS)
    assert found.reviews == (Review("r1", "ok", "ann", ""),)
    assert found.problems == (
        "line 3: 'r9' was not drawn",
        "line 4: 'bad' is no verdict; expected ok, defect, unsure",
        "line 5: ann judged 'r1' before",
    )


def test_reviewers_who_disagree_leave_a_record_unsure() -> None:
    found = read_reviews(filled(("r1", "ok", "ann"), ("r1", "defect", "bob")), IDS)
    assert found.disagreed == ("r1",)
    assert found.verdicts == {"r1": "unsure"}


def test_a_file_without_the_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="no column verdict"):
        read_reviews("record_id\nr1\n", IDS)
