"""Which lines of a chunk become columns; a few bad ones do not make all lines be tried one by one."""

import json
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest

from rampart.delivery.columnar import parse
from rampart.delivery.columnar.lines import Lines, Places, lines_of
from rampart.delivery.columnar.parse import _fitting, parsed

NAMES = frozenset({"a", "s"})
STOPS = {
    "comma": b'{"a":1,}',
    "open text": b'{"a":1,"s":"x}',
    "other type": b'{"a":"1","s":"x"}',
    "a key twice": b'{"a":1,"a":2}',
    "half a character": b'{"a":1,"s":"\\ud83d"}',
    "open object": b'{"a":{"b":1}',
}
# Here the parser tells no row, or another one.
SILENT = {
    "behind": b'{"a":1} x}',
    "two objects": b'{"a":1}{"a":2}',
    "beyond 64 bits": b'{"a":99999999999999999999}',
}


def _good(number: int) -> bytes:
    return json.dumps({"a": number, "s": f"text {number}", "other": [number]}).encode()


def _read(lines: list[bytes]) -> tuple[list[dict[str, object]], list[int]]:
    found, _ = parsed(lines_of(b"\n".join(lines)), NAMES, None)
    return found.table.to_pylist(), np.flatnonzero(~found.fits).tolist()


def _expected(lines: list[bytes], bad: list[int]) -> list[dict[str, object]]:
    rows = [json.loads(line) for number, line in enumerate(lines) if number not in bad]
    return [{"a": row["a"], "s": row["s"]} for row in rows]


@pytest.mark.parametrize("bad", [1, 50, 99])
@pytest.mark.parametrize("line", [*STOPS.values(), *SILENT.values()], ids=[*STOPS, *SILENT])
def test_only_lines_near_a_bad_one_are_tried_alone(line: bytes, bad: int) -> None:
    lines = [line if number == bad else _good(number) for number in range(100)]
    tried = []

    def fitting(all_lines: Lines, places: Places, shape: pa.Schema) -> Places:
        tried.extend(places.tolist())
        return _fitting(all_lines, places, shape)

    with patch.object(parse, "BLOCK", 200), patch.object(parse, "_fitting", fitting):
        rows, left = _read(lines)
    assert bad in left
    assert bad in tried
    assert rows == _expected(lines, left)
    assert max(tried) - min(tried) < 10


@pytest.mark.parametrize("bad", [[3, 4], [1, 99], [5, 6, 7], [97, 98, 99], list(range(2, 100, 9))])
@pytest.mark.parametrize("line", STOPS.values(), ids=list(STOPS))
def test_lines_that_stop_the_parser_are_all_left(line: bytes, bad: list[int]) -> None:
    lines = [line if number in bad else _good(number) for number in range(100)]
    rows, left = _read(lines)
    assert set(bad) <= set(left)
    assert rows == _expected(lines, left)


@pytest.mark.parametrize("line", [*STOPS.values(), *SILENT.values()], ids=[*STOPS, *SILENT])
def test_many_bad_lines_are_all_found(line: bytes) -> None:
    bad = list(range(1, 400, 5))
    lines = [line if number in bad else _good(number) for number in range(400)]
    rows, left = _read(lines)
    assert set(bad) <= set(left)
    assert rows == _expected(lines, left)
    assert line == STOPS["a key twice"] or left == bad  # such lines fit by themselves: some take others along


def test_two_objects_in_a_line_do_not_shift_the_lines_behind_them() -> None:
    """The parser counts objects: the row in which it stops is then not that line's number."""
    lines = [_good(number) for number in range(100)]
    lines[10], lines[60] = SILENT["two objects"], STOPS["comma"]
    assert _read(lines) == (_expected(lines, [10, 60]), [10, 60])
    lines[10], lines[60] = lines[60], lines[10]
    assert _read(lines) == (_expected(lines, [10, 60]), [10, 60])


@pytest.mark.parametrize("length", [1, 7, 8, 9, 64, 1001])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_lines_end_where_their_ends_are(length: int, share: float) -> None:
    octets = np.where(np.random.default_rng(length).random(length) < share, ord("\n"), ord("x"))
    data = octets.astype(np.uint8).tobytes()
    lines = lines_of(data)
    assert [lines.line(place) for place in range(len(lines))] == data.removesuffix(b"\n").split(b"\n")


@pytest.mark.parametrize("half", [b"\\udc00", b"\\\\ud800\\udc00", b"\\ud83d\\ude00\\ude00", b"\\uDFFF"])
def test_no_column_holds_half_a_character(half: bytes) -> None:
    """The parser takes them, and polars ends the process over them."""
    lines = [_good(number) for number in range(20)]
    lines[7] = lines[7].replace(b"text", half)
    found, _ = parsed(lines_of(b"\n".join(lines)), NAMES, None)
    found.table.validate(full=True)
    assert found.table.num_rows == 19
    assert not found.fits[7]


def test_a_line_longer_than_a_block_is_read_with_the_others() -> None:
    lines = [_good(number) for number in range(20)]
    lines[7] = json.dumps({"a": 7, "s": "long " * 200}).encode()
    with patch.object(parse, "BLOCK", 100):
        assert _read(lines) == (_expected(lines, []), [])
