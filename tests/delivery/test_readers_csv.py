import csv
import io
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.terms.mapping import Csv
from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.readers import Row, Unread
from rampart.delivery.readers.csv_rows import csv_rows

HEAD = b"id,text\n"


def read(data: bytes, needed: str = "", **dialect: Any) -> list[Row | Unread]:
    columns = frozenset(needed.split())
    return list(csv_rows(io.BytesIO(data), "f.csv", Csv(**dialect), columns, print))


def lines(found: list[Row | Unread]) -> list[tuple[int, str]]:
    """Line and text of rows; line and problem of the rest."""
    return [(one.line, one.value["text"] if isinstance(one, Row) else one.problem) for one in found]


def test_every_row_is_its_columns_with_the_line_it_starts_on() -> None:
    data = HEAD + b'1,plain\n2,"with, comma"\n3,"two\nlines"\n4,"she said ""hi"""\n\n5,last'
    assert lines(read(data)) == [
        (2, "plain"),
        (3, "with, comma"),
        (4, "two\nlines"),
        (6, 'she said "hi"'),
        (8, "last"),
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_of_every_system_are_line_ends(end: bytes) -> None:
    assert lines(read(b"id,text" + end + b"1,a" + end + end + b"2,b")) == [(2, "a"), (4, "b")]


def test_a_byte_order_mark_is_dropped_also_before_a_quote() -> None:
    assert lines(read(b'\xef\xbb\xbf"id","text"\n1,a\n', "id text")) == [(2, "a")]


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("id\ttext\n1\tÄpfel, Birnen\n", {"delimiter": "\t"}),
        ("id;text\n1;'Äpfel, Birnen'\n", {"delimiter": ";", "quote": "'"}),
        ("id|text\n1|Äpfel, Birnen\n", {"delimiter": "|", "encoding": "cp1252"}),
        ("id|text\n1|Äpfel, Birnen\n", {"delimiter": "|", "encoding": "utf-16"}),
    ],
)
def test_dialect_and_encoding_are_the_contracts(text: str, dialect: dict[str, str]) -> None:
    assert lines(read(text.encode(dialect.get("encoding", "utf-8")), **dialect)) == [(2, "Äpfel, Birnen")]


@pytest.mark.parametrize("row", [b"1", b"1,a,b", b"1,a,", b"   "])
def test_a_row_of_another_width_is_told(row: bytes) -> None:
    found = read(HEAD + row + b"\n2,b\n")
    assert lines(found) == [(2, f"{row.count(b',') + 1} cells where the header has 2"), (3, "b")]
    assert isinstance(found[0], Unread)
    assert found[0].excerpt == row.decode()


def test_a_quote_that_is_never_closed_costs_only_its_own_line() -> None:
    found = lines(read(HEAD + b'1,a\n2,"open\n3,c\n4,"fine"\n5,e\n'))
    assert [line for line, _ in found] == [2, 3, 4, 5, 6]
    assert found[1][1].startswith("not CSV: ")
    assert "a quote opened here was still open 2 lines on" in found[1][1]
    assert [text for _, text in found[2:]] == ["c", "fine", "e"]


def test_a_file_cut_off_inside_a_quoted_cell_loses_its_last_row_only() -> None:
    found = lines(read(HEAD + b'1,a\n2,"cut off he'))
    assert found == [(2, "a"), (3, "not CSV: unexpected end of data")]


def test_a_quote_in_the_middle_of_nowhere_is_told() -> None:
    found = lines(read(HEAD + b'1,"a"b\n2,c\n'))
    assert found[0] == (2, "not CSV: ',' expected after '\"'")
    assert found[1] == (3, "c")


def test_bytes_outside_the_encoding_cost_only_their_row() -> None:
    found = read(HEAD + b"1,caf\xe9\n2,caf\xc3\xa9\n")
    assert lines(found) == [(2, "bytes that are not utf-8"), (3, "café")]
    assert isinstance(found[0], Unread)
    assert found[0].excerpt == "1,caf?"


def test_a_file_in_another_encoding_altogether_is_refused_with_the_line() -> None:
    data = "id,text\n1,a\n".encode("utf-16") + b"x"
    with pytest.raises(UnreadableFileError, match=r"not utf-16: .* Fix: save the file as utf-16") as caught:
        read(data, encoding="utf-16")
    assert caught.value.line is not None
    with pytest.raises(UnreadableFileError, match="not utf-16"):
        read(b"id,text\n1,a\n", encoding="utf-16")


def test_nul_bytes_are_text_like_any_other() -> None:
    assert lines(read(HEAD + b"1,a\x00b\n")) == [(2, "a\x00b")]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_a_file_without_a_header_is_refused(data: bytes) -> None:
    with pytest.raises(
        UnreadableFileError, match=r"f\.csv line 1: the file is empty\. Fix: put the column names"
    ):
        read(data)


def test_a_header_without_rows_is_an_empty_file_of_rows() -> None:
    assert read(b"id,text") == read(HEAD) == read(b"\n" + HEAD) == []


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            b"id,txt",
            r"line 1: the contract reads column 'text' \(did you mean 'txt'\?\), which is missing; .*'txt'",
        ),
        (b"x,y", "reads column 'id', which is missing; also missing: 'text'; the header has: 'x', 'y'"),
        (b"id,text,id", "line 1: column 'id' stands in the header twice"),
        (b'"id,text', "line 1: the header cannot be read: unexpected end of data"),
    ],
)
def test_a_wrong_header_is_refused_by_name(header: bytes, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        read(header + b"\n1,a,b\n", "id text")


def test_an_overlong_line_is_told_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[csv_rows.__module__]  # the package gives the function under the module's name
    monkeypatch.setattr(module, "LONGEST_ROW", 1000)
    for long in (b"2," + b"x" * 999, b"2," + b"x" * 5000, b'2,"' + b"x\n" * 700 + b'"'):
        found = lines(read(HEAD + b"1,a\n" + long + b"\n3,c\n"))
        assert found[0] == (2, "a")
        assert found[1][0] == 3
        assert "is longer than" in found[1][1]
        assert found[-1][1] == "c"
        assert [line for line, _ in found] == sorted({line for line, _ in found})


CELLS = st.text(st.sampled_from(list('abc,";\n\r\tä\x00 ')), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[tuple[str, str]]) -> None:
    sink = io.StringIO(newline="")
    csv.writer(sink, quoting=csv.QUOTE_ALL).writerows([("id", "text"), *rows])
    found = read(sink.getvalue().encode())
    assert [(one.value["id"], one.value["text"]) for one in found if isinstance(one, Row)] == rows
    assert len(found) == len(rows)


PIECES = st.lists(
    st.sampled_from([b"1,a", b"2,b\n", b"\n", b'"', b'""', b",", b"\r\n", b"\xff", b"\x00", b"x"]),
    max_size=25,
)


@given(PIECES)
@example([b'"', b"\n", b"1,a", b"\n", b'"', b"x", b"\n", b"1,a"])
@example([b'"', b'""', b"\n", b'"', b'"'])
def test_whatever_the_bytes_every_line_belongs_to_one_row_or_is_told(pieces: list[bytes]) -> None:
    data = HEAD + b"".join(pieces)
    found = read(data)
    starts = [one.line for one in found]
    assert starts == sorted(set(starts))
    physical = io.StringIO(data.decode("utf-8", "surrogateescape"), newline="").readlines()
    blank = {number for number, text in enumerate(physical, start=1) if not text.strip("\r\n")}
    ends = [*starts[1:], len(physical) + 1][: len(starts)]
    spans = dict(zip(starts, ends, strict=True))
    for one in found:
        if isinstance(one, Unread) and one.problem.startswith("not CSV"):
            rest = set(range(one.line + 1, spans[one.line]))
            assert rest <= blank, "lines after a broken one are read on their own"
    assert set(range(2, (starts or [len(physical) + 1])[0])) <= blank


def test_a_quote_that_never_closes_holds_a_bounded_part_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[csv_rows.__module__]
    monkeypatch.setattr(module, "LONGEST_ROW", 10_000)
    found = lines(read(HEAD + b'1,"open\n' + b"2,b\n" * 5_000))
    assert found[0] == (
        2,
        "not CSV: the row is longer than 0 Mi characters; a quote opened here was still open 147 lines on",
    )
    assert len(found) == 5_001


def test_quotes_placed_to_have_every_line_read_the_whole_file_end_in_a_refusal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = sys.modules[csv_rows.__module__]
    monkeypatch.setattr(module, "LONGEST_ROW", 10_000)
    monkeypatch.setattr(module, "READ_AGAIN", 1 << 20)
    with pytest.raises(UnreadableFileError, match="again and again a quote is opened and never closed"):
        read(HEAD + b'a","b\n' * 100_000)  # each opens a quote at its end, whether one was open or not


def test_a_file_of_blank_lines_is_refused_with_or_without_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rampart.delivery.readers.row.MAX_BLANK_LINES", 50)
    for head in (b"", b"a,b\n"):
        with pytest.raises(UnreadableFileError, match=r"51 blank lines, but \d rows"):
            read(head + b"\n" * 60)
    assert len(read(b"a,b\n" + b"1,2\n\n" * 200)) == 200
