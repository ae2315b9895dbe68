import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.readers import Row, Unread, jsonl
from rampart.delivery.readers.jsonl import jsonl_rows


def read(data: bytes) -> list[Row | Unread]:
    return list(jsonl_rows(io.BytesIO(data)))


def test_every_line_is_an_object_with_its_number() -> None:
    assert read(b'{"a": 1}\n{"b": "\xc3\xa4"}') == [Row(1, {"a": 1}), Row(2, {"b": "ä"})]


def test_blank_lines_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    data = b'\xef\xbb\xbf{"a": 1}\r\n\r\n  \t\n{"a": 2}\r\n\n'
    assert read(data) == [Row(1, {"a": 1}), Row(4, {"a": 2})]
    assert read(b"") == read(b"\xef\xbb\xbf") == read(b"\n \n") == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"a": 1', "not JSON: Input data was truncated"),
        (b'{"a": 1}}', "not JSON: JSON is malformed: trailing characters (byte 9)"),
        (b"{'a': 1}", "not JSON: JSON is malformed: object keys must be strings (byte 1)"),
        (
            b'{"a": NaN}',
            "not JSON: JSON is malformed: invalid character (byte 6); NaN is not JSON, write null",
        ),
        (b'{"a": -Infinity}', "Infinity is not JSON, write null"),
        (b'{"a": "\\ud800"}', "may lack its other half"),
        (b'{"a": "\\uD83D x"}', "may lack its other half"),
        (b'{"a": "\xff"}', "not JSON: 'utf-8' codec can't decode byte 0xff"),
        (b'{"a": 1e999}', "out of range"),
        (b'{"a": ' + b"1" * 5000 + b"}", "out of range"),
        (b"[" * 100_000, "recursion"),
        (b'{"a": "\x00"}', "not JSON"),
        (b"[1, 2]", "expected a JSON object, found a list"),
        (b'"text"', "expected a JSON object, found text"),
        (b"3", "expected a JSON object, found a number"),
        (b"true", "expected a JSON object, found true or false"),
        (b"null", "expected a JSON object, found null"),
        (b"<html>", "not JSON"),
    ],
)
def test_a_line_that_is_no_object_is_told_and_the_next_one_is_read(line: bytes, problem: str) -> None:
    unread, row = read(line + b'\n{"a": 2}\n')
    assert isinstance(unread, Unread)
    assert (unread.line, unread.code, unread.item) == (1, "unreadable_line", -1)
    assert problem in unread.problem
    assert unread.excerpt.isprintable()
    assert len(unread.excerpt) <= 200
    assert row == Row(2, {"a": 2})


def test_the_excerpt_shows_the_line_without_what_a_terminal_would_act_on() -> None:
    (unread,) = read(b'{"a": "\x1b[31mred\x07 \xe2\x80\xae"')
    assert isinstance(unread, Unread)
    assert unread.excerpt == r'{"a": "\x1b[31mred\x07 \u202e"'


def test_of_a_key_given_twice_the_last_value_counts() -> None:
    assert read(b'{"a": 1, "a": 2}') == [Row(1, {"a": 2})]


def test_an_overlong_line_is_told_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 1 << 20)
    fits = b'{"a": "' + b"x" * ((1 << 20) - 9) + b'"}\n'
    for size in (1 << 20, 3 << 20, (3 << 20) + 1):
        found = read(fits + b"y" * size + b'z\n{"a": 2}')
        assert [one.line for one in found] == [1, 2, 3]
        assert isinstance(found[0], Row)
        assert isinstance(found[1], Unread)
        assert found[1].problem == "the line is longer than 1 MiB"
        assert found[2] == Row(3, {"a": 2})


def test_a_line_of_too_many_values_is_told_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rampart.delivery.readers.row.MAX_VALUES", 1_000)
    fits = b'{"a": [' + b"{}," * 498 + b"{}]}\n"  # 498 commas and 501 brackets that open
    prose = b'{"a": "' + b"x" * 5_000 + b'"}\n'
    found = read(fits + prose + b'{"a": [' + b"{}," * 499 + b"{}]}\n" + b'{"a": 2}')
    assert [type(one) for one in found] == [Row, Row, Unread, Row]
    assert isinstance(found[2], Unread)
    assert found[2].problem.startswith("the line holds more than ")


def test_a_file_of_blank_lines_is_refused_but_not_one_between_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rampart.delivery.readers.row.MAX_BLANK_LINES", 50)
    assert len(read(b"{}\n\n" * 200)) == 200
    assert len(read(b"\n" * 50 + b"{}\n")) == 1
    with pytest.raises(
        UnreadableFileError, match=r"stream: 51 blank lines, but 0 rows\. Fix: write the file"
    ):
        read(b" \n" * 51)


JSON_LINES = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.sampled_from([b'{"a":1}', b"", b" ", b"[]", b'{"a":"\xff"}', b"\xef\xbb\xbf{}"]),
    )
)


@given(JSON_LINES, st.sampled_from([b"\n", b"\r\n"]))
def test_whatever_the_bytes_every_line_that_is_not_blank_is_told_once(lines: list[bytes], end: bytes) -> None:
    data = end.join(lines)
    expected = [
        number
        for number, line in enumerate(data.split(b"\n"), start=1)
        if (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).strip()
    ]
    assert [one.line for one in read(data)] == expected


def test_rows_are_values_a_mapping_may_keep() -> None:
    value: dict[str, Any] = {"a": [{"b": None}]}
    assert read(b'{"a": [{"b": null}]}') == [Row(1, value)]
