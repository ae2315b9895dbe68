import io
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.readers import Row, Unread, parquet_size
from rampart.delivery.readers.parquet_rows import parquet_rows
from rampart.delivery.readers.parquet_size import unpacked_bytes
from tests.delivery.reading import parquet


def read(data: bytes, needed: str = "") -> list[Row | Unread]:
    return list(parquet_rows(io.BytesIO(data), "f.parquet", frozenset(needed.split())))


def column(values: list[Any], kind: pa.DataType) -> list[Any]:
    found = read(parquet([{"x": value} for value in values], pa.schema([("x", kind)])))
    assert [one.line for one in found] == list(range(1, len(values) + 1))
    return [one.value["x"] if isinstance(one, Row) else one for one in found]


def test_rows_are_numbered_across_row_groups_and_batches() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"x": range(5000)}), sink, row_group_size=700)
    found = read(sink.getvalue(), "x")
    assert [one.line for one in found] == list(range(1, 5001))
    assert isinstance(found[-1], Row)
    assert found[-1].value == {"x": 4999}


MOMENT = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (pa.string(), ["ä", None, ""], ["ä", None, ""]),
        (pa.int64(), [1, None], [1, None]),
        (pa.bool_(), [True, None], [True, None]),
        (pa.float64(), [1.5, float("nan"), None], [1.5, None, None]),
        (pa.decimal128(10, 2), [Decimal("7.00"), Decimal("7.25")], [7, 7.25]),
        (pa.binary(), [b"caf\xc3\xa9", b"\xff", None], ["café", b"\xff", None]),
        (pa.timestamp("us", tz="UTC"), [MOMENT], [MOMENT]),
        (pa.timestamp("ms"), [MOMENT.replace(tzinfo=None)], [MOMENT.replace(tzinfo=None)]),
        (pa.date32(), [date(2026, 1, 5)], [date(2026, 1, 5)]),
        (pa.duration("s"), [timedelta(seconds=3)], [timedelta(seconds=3)]),
        (pa.list_(pa.float32()), [[1.0, float("nan")], []], [[1.0, None], []]),
        (pa.struct([("score", pa.decimal128(3, 1))]), [{"score": Decimal("2.0")}], [{"score": 2}]),
        (pa.map_(pa.string(), pa.int64()), [[("help", 5), ("truth", 4)]], [{"help": 5, "truth": 4}]),
        (pa.map_(pa.string(), pa.int64()), [[("help", 5), ("help", 4)]], [{"help": 4}]),  # and no warning
        (pa.dictionary(pa.int32(), pa.string()), ["a", "b"], ["a", "b"]),
        (pa.null(), [None], [None]),
    ],
    ids=str,
)
def test_columns_of_every_type_become_jsons_types(
    kind: pa.DataType, values: list[Any], expected: list[Any]
) -> None:
    assert column(values, kind) == expected


def test_nanoseconds_are_moments_too() -> None:
    (found,) = column([1_767_616_200_000_000_123], pa.timestamp("ns", tz="UTC"))
    assert found == MOMENT
    assert isinstance(found, datetime)


def test_a_moment_no_calendar_holds_costs_only_its_row() -> None:
    good, bad, last = column([0, 2**62, 1_000_000], pa.timestamp("us", tz="UTC"))
    assert (good.year, last.second) == (1970, 1)
    assert isinstance(bad, Unread)
    assert (bad.line, bad.code) == (2, "unreadable_line")


def test_text_that_is_not_utf_8_costs_only_its_row() -> None:
    values = [b"a", b"\xff", b"c"]
    texts = pa.Array.from_buffers(pa.string(), len(values), pa.array(values, pa.binary()).buffers())
    sink = io.BytesIO()
    pq.write_table(pa.table({"x": texts}), sink)
    found = read(sink.getvalue())
    assert [isinstance(one, Row) for one in found] == [True, False, True]


def test_a_missing_column_is_named_with_the_nearest() -> None:
    with pytest.raises(UnreadableFileError, match=r"reads column 'prompt' \(did you mean 'promt'\?\)"):
        read(parquet([{"promt": "x"}]), "prompt")


def test_a_column_given_twice_is_refused() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table([pa.array([1]), pa.array([2])], names=["x", "x"]), sink)
    with pytest.raises(UnreadableFileError, match="column 'x' stands in the header twice"):
        read(sink.getvalue())


GOOD = parquet([{"x": f"text {n}"} for n in range(2000)])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PAR1",
        b"PAR1PAR1",
        b"not parquet at all",
        GOOD[:-1],
        GOOD[: len(GOOD) // 2],
        GOOD[4:],
        GOOD[:-8] + b"\xff" * 4 + b"PAR1",
    ],
    ids=["empty", "magic", "magics", "text", "cut", "half", "headless", "footer"],
)
def test_a_damaged_file_is_refused(data: bytes) -> None:
    with pytest.raises(
        UnreadableFileError,
        match=r"f\.parquet line 1: not a whole Parquet file: .* Fix: write the file again",
    ):
        read(data)


def test_damage_inside_a_file_is_refused_and_not_read_as_less() -> None:
    middle = len(GOOD) // 3
    with pytest.raises(UnreadableFileError, match="not a whole Parquet file"):
        read(GOOD[:middle] + bytes(200) + GOOD[middle + 200 :])


@pytest.mark.parametrize("compression", ["zstd", "gzip"])
def test_a_bomb_inside_the_pages_is_stopped_before_it_goes_off(compression: str) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array([bytes(40 << 20)])}), sink, compression=compression)
    with pytest.raises(
        UnreadableFileError, match=r"the Parquet file expands [\d,]+ times, more than the 200"
    ):
        read(sink.getvalue())


TEXT = "a text that stands there once, in a dictionary " * 2_000  # 96 kB
BYTES = TEXT.encode()
FOLDED = {
    "text": pa.array([TEXT] * 500),
    "lists": pa.array([[TEXT] * 25] * 20),
    "structs": pa.array([[{"role": "user", "content": TEXT}]] * 500),
    "maps": pa.array([[("key", TEXT)]] * 500, pa.map_(pa.string(), pa.string())),
    "fixed lists": pa.array([[TEXT, TEXT]] * 250, pa.list_(pa.string(), 2)),
    "numbers": pa.array([[7] * 500_000] * 10),
    "nulls": pa.array([[None] * 500_000] * 10, pa.list_(pa.float64())),
    "bytes of a fixed length": pa.array([BYTES] * 500, pa.binary(len(BYTES))),
    "lists of them": pa.array([[BYTES] * 25] * 20, pa.list_(pa.binary(len(BYTES)))),
    "nulls of a fixed length": pa.array([None] * 500, pa.binary(len(BYTES))),
    "null lists of a fixed size": pa.array([None] * 500, pa.list_(pa.float64(), 10_000)),
}
NUMBERS = ("numbers", "nulls", "null lists of a fixed size")


@pytest.mark.parametrize("values", FOLDED.values(), ids=FOLDED)
@pytest.mark.parametrize("compression", ["none", "zstd"])
def test_what_a_dictionary_or_a_run_folds_up_counts_unfolded(values: Any, compression: str) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": values}), sink, compression=compression)
    assert len(sink.getvalue()) < 200_000
    with pytest.raises(UnreadableFileError, match=r"the Parquet file expands [\d,]+ times"):
        read(sink.getvalue())


@pytest.mark.parametrize("name", FOLDED)
def test_what_is_folded_is_counted_to_the_byte(name: str) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": FOLDED[name]}), sink, row_group_size=97)
    unfolded = unpacked_bytes(sink, pq.ParquetFile(sink).metadata)
    exact = 5_000_000 * 8 if name in NUMBERS else 500 * len(TEXT)
    assert exact <= unfolded <= exact * 1.1


def built_up(values: Any, path: str = "a", encoding: str = "DELTA_BYTE_ARRAY", **options: Any) -> bytes:
    """A file whose texts are written as what they do not share with the one before."""
    sink, table = io.BytesIO(), pa.table({"a": values})
    encodings = {path: encoding}
    pq.write_table(table, sink, use_dictionary=False, column_encoding=encodings, **options)
    return sink.getvalue()


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
@pytest.mark.parametrize(
    ("values", "path"),
    [
        (FOLDED["text"], "a"),
        (pa.array([{"content": TEXT}] * 500), "a.content"),
    ],
    ids=["text", "structs"],
)
def test_texts_that_begin_like_the_one_before_count_whole(values: Any, path: str, encoding: str) -> None:
    data = built_up(values, path, encoding, compression="zstd")
    assert len(data) < 200_000
    with pytest.raises(UnreadableFileError, match=r"the Parquet file expands [\d,]+ times"):
        read(data)


def test_bytes_of_a_fixed_length_that_begin_like_the_one_before_count_whole() -> None:
    with pytest.raises(UnreadableFileError, match=r"the Parquet file expands [\d,]+ times"):
        read(built_up(FOLDED["bytes of a fixed length"]))


def test_what_builds_up_is_unfolded_in_steps_and_no_further_than_it_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parquet_size, "_STEP", 4 << 20)
    data = built_up(pa.array([TEXT * 10] * 40))  # 940 kB each
    about = pq.ParquetFile(io.BytesIO(data)).metadata
    most = 10_000_000
    assert most < unpacked_bytes(io.BytesIO(data), about, most) < most + (5 << 20)
    assert unpacked_bytes(io.BytesIO(data), about) >= 40 * len(TEXT) * 10


def test_lists_of_texts_that_build_up_are_read_unless_they_may_be_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = [["one text", "one text more"], [], None]
    assert read(built_up(pa.array(few), "a.list.element")) == [
        Row(number, {"a": value}) for number, value in enumerate(few, start=1)
    ]
    many = built_up(FOLDED["lists"], "a.list.element")
    with pytest.raises(UnreadableFileError, match=r"the Parquet file expands [\d,]+ times"):
        read(many)
    monkeypatch.setattr(parquet_size, "_STEP", 4 << 20)
    with pytest.raises(UnreadableFileError, match=r"column 'a.list.element' has .* Fix: write the file with"):
        read(many)
    assert unpacked_bytes(io.BytesIO(many), pq.ParquetFile(io.BytesIO(many)).metadata) >= 500 * len(TEXT)


def test_honest_texts_of_every_encoding_are_read() -> None:
    texts = [f"answer {number} to a question about fruit" for number in range(5_000)]
    for encoding in ("DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY", "PLAIN"):
        found = read(built_up(pa.array(texts), encoding=encoding, row_group_size=1_500))
        assert [row.value["a"] for row in found if isinstance(row, Row)] == texts
    vectors = pa.array([[0.5] * 768] * 3_000, pa.list_(pa.float32(), 768))
    assert len(read(built_up(vectors, encoding="PLAIN"))) == 3_000


def test_a_file_whose_footer_tells_of_less_is_stopped_while_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = sys.modules["rampart.delivery.readers.parquet_rows"]  # the package has its function of that name
    monkeypatch.setattr(reader, "unpacked_bytes", lambda *_: 0)
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": FOLDED["text"]}), sink)
    with pytest.raises(UnreadableFileError, match=r"the Parquet file expands [\d,]+ times"):
        read(sink.getvalue())
    words = pa.array(["a word", "another"] * 50_000).dictionary_encode()  # shared: counted as its numbers
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": words, "n": range(100_000)}), sink)
    assert len(read(sink.getvalue())) == 100_000


def test_a_column_whose_name_is_not_utf_8_is_damage() -> None:
    # Arrow's own copy of the schema, in base64, is left out: Parquet's is then what counts.
    sink = io.BytesIO()
    pq.write_table(pa.table({"column": [2]}), sink, store_schema=False)
    with pytest.raises(UnreadableFileError, match=r"not a whole Parquet file: .* can't decode byte 0xff"):
        read(sink.getvalue().replace(b"column", b"colum\xff"))


def test_a_footer_that_counts_other_rows_than_there_are_is_damage() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1, 2, 3]}), sink)
    data = sink.getvalue()
    place = data.rindex(b"\x16\x06\x19")  # num_rows = 3 (zigzag 6), then the list of row groups
    with pytest.raises(UnreadableFileError, match="it says that it has 4 rows, and has 3"):
        read(data[: place + 1] + b"\x08" + data[place + 2 :])
