import gzip
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rampart.delivery import line_counts, rows
from rampart.delivery.canonicalise import canonicalise
from rampart.delivery.errors import DeliveryError, LandingError, UnreadableFileError
from rampart.delivery.landing import Landed, LandedFile
from rampart.delivery.local_store import LocalStore
from rampart.delivery.readers import jsonl as lines
from rampart.records.canonical import QUARANTINE, RECORD
from tests.delivery.reading import KEY, PLAIN, contract, jsonl, quarantine, read, records

JSONL = {"path": "rows.jsonl", "format": "jsonl"}
CSV = {"path": "rows.csv", "format": "csv"}
ROW = {"prompt": "?", "a": "x", "b": "y", "label": "a"}


def counted(found: Any) -> list[tuple[str, str, int, int, int]]:
    return [(one.file.name, one.role, one.lines, one.records, one.quarantined) for one in found.files]


def test_records_and_quarantine_have_their_schemas_also_when_empty() -> None:
    found = read(contract({"rows": JSONL}), {"rows.jsonl": b"broken"})
    assert found.records.schema == RECORD
    assert found.quarantine.schema == QUARANTINE
    assert counted(found) == [("rows.jsonl", "rows", 1, 0, 1)]


def test_a_delivery_without_a_row_is_refused_so_that_it_does_not_take_the_weeks_place() -> None:
    with pytest.raises(DeliveryError, match="holds no row"):
        read(contract({"rows": CSV}), {"rows.csv": b"prompt,a,b,label\n"})


def test_what_can_be_read_becomes_records_and_the_rest_is_set_aside_with_place_and_reason() -> None:
    data = jsonl(ROW, {**ROW, "prompt": 7}) + b"broken\n\n" + jsonl({**ROW, "label": "unknown"})
    found = read(contract({"rows": JSONL}), {"rows.jsonl": data})
    assert [(one["source_line"], one["ranking"]) for one in records(found)] == [(1, [1, 2]), (5, None)]
    assert [
        (one["source_file"], one["source_line"], one["source_item"], one["code"]) for one in quarantine(found)
    ] == [
        ("rows.jsonl", 2, 0, "unreadable_field"),
        ("rows.jsonl", 3, -1, "unreadable_line"),
    ]
    assert counted(found) == [("rows.jsonl", "rows", 4, 2, 2)]


def test_one_judgement_of_a_line_may_be_read_and_the_other_not() -> None:
    delivery = {
        "rows": JSONL,
        "each": {"in": "votes", "as": "vote"},
        "record": {"prompt": "prompt", "responses": "[a, b]", "label": "'a'", "duration_s": "vote.value"},
    }
    found = read(contract(delivery), {"rows.jsonl": jsonl({**ROW, "votes": [1, "x", 3]})})
    assert [(one["source_item"], one["duration_s"]) for one in records(found)] == [(0, 1.0), (2, 3.0)]
    assert [(one["source_line"], one["source_item"]) for one in quarantine(found)] == [(1, 1)]
    assert counted(found) == [("rows.jsonl", "rows", 1, 2, 1)]


def test_compressed_files_are_read_as_they_are() -> None:
    found = read(
        contract({"rows": {**JSONL, "path": "rows.jsonl.gz"}}), {"rows.jsonl.gz": gzip.compress(jsonl(ROW))}
    )
    assert found.records.num_rows == 1


def test_equal_bytes_give_equal_tables() -> None:
    files = {"rows.jsonl": jsonl(ROW, {**ROW, "prompt": 7}, {**ROW, "b": "z"})}
    one, other = (read(contract({"rows": JSONL}), files) for _ in range(2))
    assert one.records.equals(other.records)
    assert one.quarantine.equals(other.quarantine)


def test_chunks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    data = jsonl(*({**ROW, "b": str(n), "prompt": "?" if n % 3 else 7} for n in range(20)))
    whole = read(contract({"rows": JSONL}), {"rows.jsonl": data})
    monkeypatch.setattr(rows, "ENOUGH", 4)
    monkeypatch.setattr(lines, "CHUNK", 100)
    chunked = read(contract({"rows": JSONL}), {"rows.jsonl": data})
    assert chunked.records.equals(whole.records)
    assert chunked.quarantine.equals(whole.quarantine)
    assert chunked.records["prompt"].num_chunks == 1


_JOINED = """
import pyarrow as pa
from rampart.delivery import canonicalise
schema = pa.schema([(f"column {number}", pa.string()) for number in range(10)])
tables = [
    pa.Table.from_pylist([dict.fromkeys(schema.names, f"{number:>100000}")], schema) for number in range(20)
]
whole = canonicalise._joined(tables, schema)
assert [column.num_chunks for column in whole.columns] == [1] * 10
assert [int(text) for text in whole["column 9"].to_pylist()] == list(range(20))
print(pa.default_memory_pool().max_memory() / whole.nbytes)
"""


def test_chunks_are_joined_without_holding_everything_twice() -> None:
    # In a process of its own: a pool remembers the most that was ever in it.
    said = subprocess.run([sys.executable, "-c", _JOINED], capture_output=True, text=True, check=True)
    assert 1 <= float(said.stdout) < 1.4


def test_a_row_keeps_what_the_vendor_wrote_while_joins_and_splits_add_to_it() -> None:
    delivery = {
        "rows": JSONL,
        "join": [{"as": "more", "source": {"path": "more.jsonl", "format": "jsonl"}, "on": "a", "key": "a"}],
        "each": {"in": "`[1, 2]`", "as": "vote"},
    }
    found = read(contract(delivery), {"rows.jsonl": jsonl(ROW), "more.jsonl": jsonl({"a": "x"})})
    assert [one["source_item"] for one in records(found)] == [0, 1]


def test_a_file_the_contract_does_not_know_is_refused(tmp_path: Any) -> None:
    store = LocalStore(tmp_path)
    store.put_once("k", b"{}\n")
    landed = Landed("0" * 64, (LandedFile("notes.txt", "0" * 64, 3, None, "k"),), None)
    with pytest.raises(
        LandingError, match=r"notes\.txt: the contract knows no such file \(it knows rows\.jsonl\)"
    ):
        canonicalise(landed, contract({"rows": JSONL}), store, KEY)


def test_a_csv_without_a_column_the_contract_reads_is_refused_by_name() -> None:
    with pytest.raises(
        UnreadableFileError, match=r"rows\.csv line 1: .*column 'label' \(did you mean 'labell'\?\)"
    ):
        read(contract({"rows": CSV}), {"rows.csv": b"prompt,a,b,labell\n"})


HOSTILE = [
    {"prompt": "\ud800"},
    {"prompt": [{"role": "user", "content": "x\udfff"}]},
    {"label": {"\ud800": 1}},
    {"a": 10**400},
    {"label": 10**300},
    {"prompt": None, "a": None, "b": None, "label": None},
    {"prompt": [[[[{}]]]]},
    {"prompt": {"role": "user", "content": {"x": 1}}},
]


@pytest.mark.parametrize("change", HOSTILE, ids=str)
def test_hostile_values_are_records_or_set_aside(change: dict[str, Any]) -> None:
    packed = {"packed": json.dumps({**ROW, **change})}
    delivery = {
        "rows": JSONL,
        "record": {
            "prompt": "from_json(packed).prompt",
            "responses": "from_json(packed).[a, b]",
            "label": "from_json(packed).label",
        },
    }
    found = read(contract(delivery), {"rows.jsonl": jsonl(packed)})
    assert found.records.num_rows + found.quarantine.num_rows == 1


def test_deeply_nested_lines_are_set_aside_or_read() -> None:
    lines = [
        json.dumps(ROW)[:-1] + ', "x": ' + "[" * depth + "]" * depth + "}" for depth in (10, 400, 900, 5000)
    ]
    delivery = {"rows": JSONL, "record": {"prompt": "prompt", "responses": "[a, b]", "label": "x"}}
    found = read(contract(delivery), {"rows.jsonl": "\n".join(lines).encode()})
    assert {one["source_line"] for one in records(found) + quarantine(found)} == {1, 2, 3, 4}


def accounted(found: Any) -> list[int]:
    """Every line with a fate, once for each of its fates' kinds."""
    return sorted(
        {one["source_line"] for one in records(found)} | {one["source_line"] for one in quarantine(found)}
    )


LINES = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.sampled_from(
            [json.dumps(ROW).encode(), b'{"prompt": 7}', b'{"label": "a"}', b"{}", b"", b"\r", b'"', b"[1]"]
        ),
    ),
    max_size=8,
)
FUZZ = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(LINES)
@example([b"\x1f\x8b\x08broken gzip"])
@example([b"PK\x03\x04"])
def test_whatever_bytes_a_jsonl_file_holds_each_line_has_one_fate(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    try:
        found = read(contract({"rows": JSONL}), {"rows.jsonl": data})
    except DeliveryError:
        assert (
            not data.removeprefix(b"\xef\xbb\xbf").strip()
            or data[:3] == b"\x1f\x8b\x08"
            or data[1:4] in (b"\xb5\x2f\xfd", b"\x2a\x4d\x18")
            or data[:4] in (b"PK\x03\x04", b"PK\x05\x06")  # an archive whose name does not say so
        )
        return
    expected = [
        number
        for number, line in enumerate(data.split(b"\n"), start=1)
        if (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).strip()
    ]
    assert accounted(found) == expected
    assert found.records.num_rows + found.quarantine.num_rows == found.files[0].lines == len(expected)


CELLS = st.lists(
    st.sampled_from(
        [b"?,x,y,a\n", b"?,x,y,zzz\n", b"short\n", b"\n", b'"', b",", b"\xff", b"\r\n", b"x", b'""']
    ),
    max_size=20,
)


@FUZZ
@given(CELLS)
@example([b'"', b"?,x,y,a\n", b"?,x,y,a\n"])
def test_whatever_bytes_a_csv_file_holds_each_row_has_one_fate(pieces: list[bytes]) -> None:
    try:
        found = read(contract({"rows": CSV}), {"rows.csv": b"prompt,a,b,label\n" + b"".join(pieces)})
    except DeliveryError as error:
        assert "holds no row" in str(error)
        assert not b"".join(pieces).strip()
        return
    assert found.records.num_rows + found.quarantine.num_rows == found.files[0].lines
    lines = [one["source_line"] for one in records(found) + quarantine(found)]
    assert len(lines) == len(set(lines))
    assert all(one["problem"].isprintable() and one["excerpt"].isprintable() for one in quarantine(found))


@FUZZ
@given(st.sampled_from(["rows.jsonl", "rows.csv", "rows.json", "rows.parquet"]), st.binary(max_size=60))
def test_no_bytes_raise_anything_but_a_delivery_error(name: str, data: bytes) -> None:
    try:
        found = read(contract({"rows": {"path": name, "format": name.rpartition(".")[2]}}), {name: data})
    except DeliveryError as error:
        assert str(error).isprintable()
    else:
        assert found.records.num_rows + found.quarantine.num_rows == found.files[0].lines


def test_a_row_may_see_the_name_of_its_file() -> None:
    rows = {"path": "*.jsonl", "format": "jsonl", "file_as": "file"}
    record = {**PLAIN, "annotator_id": "capture(file, '^([a-z]+)')"}
    row = {"prompt": "?", "a": "x", "b": "y", "label": "a"}
    files = {"ann.jsonl": jsonl(row), "bob.jsonl": jsonl(row, {**row, "file": 1})}
    found = read(contract({"rows": rows, "record": record}), files)
    assert len({one["annotator_id"] for one in records(found)}) == 2
    assert [(one["source_file"], one["source_line"], one["problem"]) for one in quarantine(found)] == [
        (
            "bob.jsonl",
            2,
            "the row has a field 'file', which the contract's `file_as: file` hides; rename that",
        )
    ]


def test_more_rows_than_the_file_has_bytes_for_are_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_counts, "ROWS_FROM", 1_000)
    terms = contract({"rows": JSONL})
    few, many = gzip.compress(b"{}\n" * 1_000), gzip.compress(b"{}\n" * 1_001)
    assert read(terms, {"rows.jsonl": few}).files[0].lines == 1_000
    with pytest.raises(UnreadableFileError, match=f"more than 1,000 rows in the {len(many)} bytes delivered"):
        read(terms, {"rows.jsonl": many})
    assert read(terms, {"rows.jsonl": b"{}\n" * 1_001}).files[0].lines == 1_001
