"""What comes back from reviewers, whatever a spreadsheet or a hand did to it."""

import csv
import io
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.sampling.opinions import Opinion
from quality.sampling.review_files import Sheet, review_sheet
from quality.sampling.sheet_reading import SheetError, SheetProblem, lines_of, read_sheet

ITEMS = ("r5f2c19ab-0001", "r5f2c19ab-0002", "r5f2c19ab-0003")
TEXTS = ("Größe? 😀,\nwith; a break", "=1+1", "こんにちは")
SHEET = Sheet(("prompt",), {item: (text,) for item, text in zip(ITEMS, TEXTS, strict=True)})
KINDS = Sheet(("prompt",), SHEET.shown, kinds=("factual", "label"))


def filled(sheet: Sheet = SHEET, *verdicts: str, delimiter: str = ",", **columns: tuple[str, ...]) -> str:
    """The sheet as sent, with verdicts and other columns filled in."""
    rows = list(csv.DictReader(io.StringIO(review_sheet(sheet).decode("utf-8-sig"), newline="")))
    for number, row in enumerate(rows):
        row["verdict"] = verdicts[number]
        for name, values in columns.items():
            row[name] = values[number]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


GOOD = filled(SHEET, "ok", " Defect ", "UNSURE")
SAID = (
    Opinion(ITEMS[0], "Ann", "ok"),
    Opinion(ITEMS[1], "Ann", "defect"),
    Opinion(ITEMS[2], "Ann", "unsure"),
)


def read(
    data: bytes | str, sheet: Sheet = SHEET, before: tuple[Opinion, ...] = (), *, partial: bool = False
) -> tuple[Opinion, ...]:
    given = data.encode() if isinstance(data, str) else data
    return read_sheet(lines_of(given, "s.csv"), sheet, "Ann", "s.csv", before, partial=partial)


def refused(data: bytes | str, sheet: Sheet = SHEET, before: tuple[Opinion, ...] = ()) -> SheetError:
    with pytest.raises(SheetError) as caught:
        read(data, sheet, before)
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode("utf-16"),
        filled(SHEET, "ok", "defect", "unsure", delimiter=";").encode(),
        filled(SHEET, "ok", "defect", "unsure", delimiter="\t").encode("utf-16"),
        ("sep=;\r\n" + filled(SHEET, "ok", "defect", "unsure", delimiter=";")).encode(),
        GOOD.encode("cp1252", "replace"),
        GOOD.replace("\r\n", "\n").encode(),
        GOOD.replace("item,", "Item ,").encode(),
        (GOOD + ",,,,\r\n\r\n").encode(),
        GOOD.replace(ITEMS[0], ITEMS[0].upper()).encode(),
    ],
    ids=["plain", "mark", "utf16", "semicolons", "tabs", "sep", "ansi", "lf", "head", "blank", "capitals"],
)
def test_what_a_spreadsheet_does_to_a_file_is_understood(data: bytes) -> None:
    assert read(data) == SAID


def test_a_file_names_the_sheet_it_answers() -> None:
    assert lines_of(GOOD.encode(), "s.csv").reviews == ("5f2c19ab",)


def test_columns_that_were_deleted_or_moved_do_no_harm() -> None:
    lines = ["verdict,item", *(f"{one.verdict},{one.item}" for one in SAID)]
    assert read("\n".join(lines)) == SAID


@pytest.mark.parametrize(
    ("data", "line", "field", "says"),
    [
        ("item,prompt\nx,y\n", None, "verdict", "no such column"),
        ("item,verdict,verdict\n", None, "verdict", "stands above two columns"),
        ("", None, "file", "is empty"),
        (b"PK\x03\x04rest", None, "file", "is a workbook"),
        (b"item,verdict\n\x00\n", None, "file", "holds zero bytes"),
        ('item,verdict\n"open,ok\n', 2, "line", "cannot be parted into cells"),
        (f"item,verdict\n{ITEMS[0]},ok,,x\n", 2, "line", "has 1 cells more"),
        (GOOD.replace(ITEMS[0], "r5f2c19ab-0099"), 2, "item", "'r5f2c19ab-0099' is not on the sheet"),
        (GOOD.replace(ITEMS[1], "17"), 4, "item", "'17' is not on the sheet"),
        (GOOD.replace("ok", "fine"), 2, "verdict", "'fine' is none"),
        (GOOD.replace("ok", ""), 2, "verdict", "is empty"),
        (GOOD.replace(TEXTS[2], TEXTS[0].replace("\n", "")), 5, "prompt", "sorted apart"),
        (GOOD + f"{ITEMS[0]},,ok,,\n", 6, "prompt", "sorted apart"),
    ],
)
def test_what_may_mean_another_verdict_is_refused_with_line_field_and_fix(
    data: bytes | str, line: int | None, field: str, says: str
) -> None:
    first = refused(data).problems[0]
    assert (first.line, first.field, says in first.problem, bool(first.fix)) == (line, field, True, True), (
        first
    )


def test_an_item_judged_twice_names_both_lines() -> None:
    again = f"item,verdict\n{ITEMS[0]},ok\n{ITEMS[1]},ok\n{ITEMS[2]},ok\n{ITEMS[0]},ok\n"
    assert "line 5: item: r5f2c19ab-0001 is judged by 'Ann' on line 2 already" in str(refused(again))


def test_all_that_is_wrong_is_told_at_once() -> None:
    error = refused(filled(SHEET, "fine", "", "ok", reviewer=("", "", "x" * 300)))
    assert [(one.line, one.field) for one in error.problems] == [
        (2, "verdict"),
        (4, "verdict"),
        (5, "reviewer"),
    ]
    assert len(error.sentences) == 3
    assert "(2 more problems)" in str(error)
    assert pickle.loads(pickle.dumps(error)).problems == error.problems  # noqa: S301 (our own error)


def test_a_file_with_a_thousand_problems_tells_of_twenty() -> None:
    error = SheetError("s.csv", [SheetProblem(1, "item", "is empty", "fill it in")] * 1000)
    assert (len(error.sentences), error.sentences[-1]) == (21, "s.csv: and 980 more problems")


def test_a_part_is_taken_when_it_is_said_to_be_one() -> None:
    part = filled(SHEET, "ok", "", "")
    assert read(part, partial=True) == SAID[:1]
    assert read(f"item,verdict\n{ITEMS[1]},defect\n", partial=True) == (SAID[1],)
    assert "2 of the sheet's 3 are missing" in refused(f"item,verdict\n{ITEMS[1]},ok\n").problems[0].problem


def test_a_part_without_any_verdict_is_refused() -> None:
    with pytest.raises(SheetError, match="no line has one"):
        read(filled(SHEET, "", "", ""), partial=True)


@pytest.mark.parametrize(
    ("verdict", "kind", "says"),
    [
        ("defect", "", "is empty beside a defect"),
        ("defect", "taste", "'taste' is none of the contract's"),
        ("ok", "label", "stands beside the verdict ok"),
    ],
)
def test_a_defect_is_of_a_kind_the_contract_names(verdict: str, kind: str, says: str) -> None:
    error = refused(filled(KINDS, verdict, "ok", "ok", kind=(kind, "", "")), KINDS)
    assert (error.problems[0].field, says in error.problems[0].problem) == ("kind", True)


def test_a_kind_is_kept() -> None:
    said = read(filled(KINDS, "defect", "ok", "ok", kind=(" Label", "", "")), KINDS)
    assert said[0].kind == "label"


def test_only_whom_the_contract_names_may_review() -> None:
    named = Sheet(SHEET.columns, SHEET.shown, names=("Bob",))
    assert "'Ann' may not review" in refused(GOOD, named).problems[0].problem
    assert {one.reviewer for one in read(filled(SHEET, "ok", "ok", "ok", reviewer=("Bob",) * 3), named)} == {
        "Bob"
    }


def test_a_verdict_stands_and_a_doubt_may_be_settled() -> None:
    assert read(GOOD, before=SAID) == ()
    assert read(filled(SHEET, "ok", "defect", "ok"), before=SAID) == (Opinion(ITEMS[2], "Ann", "ok"),)
    error = refused(filled(SHEET, "defect", "defect", "unsure"), before=SAID)
    assert "'Ann' called r5f2c19ab-0001 ok in an earlier file" in str(error)


def test_another_reviewer_may_say_otherwise() -> None:
    other = filled(SHEET, "defect", "ok", "ok", reviewer=("Bob",) * 3)
    assert [one.verdict for one in read(other, before=SAID)] == ["defect", "ok", "ok"]


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: f"item,verdict\n{text}".encode()))
def test_any_file_is_read_or_refused_with_a_sentence(data: bytes) -> None:
    try:
        read(data, partial=True)
    except SheetError as error:
        assert str(error).isprintable() and all(error.sentences)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5),
    st.sampled_from(",;\t"),
)
def test_any_text_comes_back_as_the_one_sent_out(texts: list[str], delimiter: str) -> None:
    sheet = Sheet(("prompt",), {f"r5f2c19ab-{n:04d}": (text,) for n, text in enumerate(texts)})
    back = read(filled(sheet, *["ok"] * len(texts), delimiter=delimiter), sheet)
    assert [one.verdict for one in back] == ["ok"] * len(texts)
