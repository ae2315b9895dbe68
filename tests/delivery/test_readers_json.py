import io
import json
import sys

import pytest

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.readers import Row, Unread
from rampart.delivery.readers.json_array import json_array_rows


def read(data: bytes, rows_at: str | None = None) -> list[Row | Unread]:
    return list(json_array_rows(io.BytesIO(data), "f.json", rows_at))


def test_every_element_is_a_row_with_its_number() -> None:
    assert read(b'\xef\xbb\xbf[{"a": 1},\n {"a": 2}]\n') == [Row(1, {"a": 1}), Row(2, {"a": 2})]
    assert read(b"[]") == []


def test_an_element_that_is_no_object_is_told_by_its_number() -> None:
    row, unread = read(b'[{"a": 1}, ["x", "\\u001b"]]')
    assert row == Row(1, {"a": 1})
    assert unread == Unread(2, "unreadable_line", "expected a JSON object, found a list", '["x","\\u001b"]')


def test_the_array_may_lie_where_the_contract_says() -> None:
    document = json.dumps({"data": {"rows": [{"a": 1}]}, "by": {"x": {"a": 2}}}).encode()
    assert read(document, "data.rows") == [Row(1, {"a": 1})]
    assert read(document, "values(by)") == [Row(1, {"a": 2})]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1: not JSON: Input data was truncated"),
        (b'[{"a": 1},\n{"a": 2},\n', "line 3: not JSON: Input data was truncated"),
        (b'[{"a": 1},\n{"a" 2}]', "line 2: not JSON: JSON is malformed: expected ':'"),
        (b'{"a": 1}\n{"a": 2}\n', "line 2: .*trailing characters.* the contract's format is jsonl"),
        (b'[{"a": NaN}]', "NaN is not JSON, write null"),
        (b'[{"a": "\xff"}]', "can't decode byte 0xff"),
        (b"[" * 100_000, "recursion"),
    ],
)
def test_a_damaged_document_is_refused_with_the_line(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        read(data)


@pytest.mark.parametrize(
    ("data", "rows_at", "message"),
    [
        (
            b'{"rows": [], "meta": 1}',
            None,
            "an array of objects at the top, found an object; its keys: 'rows', 'meta'",
        ),
        (b"3", None, "at the top, found a number"),
        (b'{"rows": {"a": 1}}', "rows", "at delivery.rows.rows_at = rows, found an object; its keys: 'rows'"),
        (b'{"rows": []}', "data.rows", "rows_at = data.rows, found null"),
        (b'{"rows": 3}', "sort(rows)", r"rows_at = sort\(rows\) \(sort"),
    ],
)
def test_a_document_without_the_array_says_what_it_holds(
    data: bytes, rows_at: str | None, message: str
) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        read(data, rows_at)


def test_a_document_too_large_to_be_held_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[json_array_rows.__module__]
    monkeypatch.setattr(module, "LONGEST_DOCUMENT", 1 << 20)
    row = b'[{"a": 1}' + b" " * ((1 << 20) - 10) + b"]"
    assert list(json_array_rows(io.BytesIO(row), "f", None)) == [Row(1, {"a": 1})]
    with pytest.raises(UnreadableFileError, match=r"larger than 1 MiB, .* Fix: deliver JSON lines instead"):
        list(json_array_rows(io.BytesIO(row + b" "), "f", None))


def test_a_document_of_too_many_values_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rampart.delivery.readers.row.MAX_VALUES", 1_000)
    assert len(list(json_array_rows(io.BytesIO(b"[" + b"{}," * 498 + b"{}]"), "f", None))) == 499
    with pytest.raises(
        UnreadableFileError, match=r"more than [\d,]+ values, .* Fix: deliver JSON lines instead"
    ):
        list(json_array_rows(io.BytesIO(b"[" + b"{}," * 500 + b"{}]"), "f", None))
