import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from rampart.delivery.errors import UnreadableFileError
from rampart.drafting.sample import look_at
from tests.delivery.reading import jsonl, parquet

ROWS: list[dict[str, Any]] = [{"id": number, "text": f"row {number}"} for number in range(50)]
CSV = "id,text\n" + "".join(f"{row['id']},{row['text']}\n" for row in ROWS)
TEXTS = [{"id": str(row["id"]), "text": row["text"]} for row in ROWS]


@pytest.mark.parametrize("packed", [bytes, gzip.compress, zstandard.compress], ids=["plain", "gz", "zst"])
@pytest.mark.parametrize(
    ("data", "terms", "rows"),
    [
        (jsonl(*ROWS), {"format": "jsonl"}, ROWS),
        (json.dumps(ROWS, indent=1).encode(), {"format": "json"}, ROWS),
        (
            json.dumps({"made": 1, "a": {"b c": ROWS}}).encode(),
            {"format": "json", "rows_at": 'a."b c"'},
            ROWS,
        ),
        (parquet(ROWS), {"format": "parquet"}, ROWS),
        (CSV.encode(), {"format": "csv"}, TEXTS),
        (CSV.replace(",", ";").encode(), {"format": "csv", "csv": {"delimiter": ";"}}, TEXTS),
        (CSV.replace(",", "\t").encode(), {"format": "csv", "csv": {"delimiter": "\t"}}, TEXTS),
        (CSV.encode("utf-16"), {"format": "csv", "csv": {"encoding": "utf-16"}}, TEXTS),
        (b"\xef\xbb\xbf" + CSV.encode(), {"format": "csv"}, TEXTS),
    ],
)
def test_the_format_is_told_from_the_bytes(
    tmp_path: Path, data: bytes, terms: dict[str, Any], rows: list[dict[str, Any]], packed: Any
) -> None:
    path = tmp_path / "export"
    path.write_bytes(packed(data))
    found = look_at(path)
    assert found.source.model_dump(exclude_defaults=True) == {"path": "export", **terms}
    assert list(found.rows) == rows
    assert found.whole


def test_quotes_and_letters_of_a_spreadsheet_are_found(tmp_path: Path) -> None:
    path = tmp_path / "urteile.csv"
    text = "Nr;Frage;besser\n" + "".join(f"{n};'Käse; oder Öl?';A\n" for n in range(5))
    path.write_bytes(text.encode("cp1252"))
    found = look_at(path)
    assert found.source.csv.model_dump() == {"delimiter": ";", "quote": "'", "encoding": "cp1252"}
    assert found.rows[0]["Frage"] == "Käse; oder Öl?"


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv", "parquet"])
def test_no_more_rows_are_taken_than_asked_for(tmp_path: Path, kind: str) -> None:
    data = {
        "jsonl": jsonl(*ROWS),
        "json": json.dumps(ROWS).encode(),
        "csv": CSV.encode(),
        "parquet": parquet(ROWS),
    }
    path = tmp_path / "rows"
    path.write_bytes(data[kind])
    found = look_at(path, rows=7, beyond=5)
    assert (len(found.rows), len(found.beyond)) == (7, 5)
    assert not found.whole


@pytest.mark.parametrize("kind", ["jsonl", "json", "csv"])
def test_a_file_beyond_the_bytes_is_cut_at_a_whole_row(tmp_path: Path, kind: str) -> None:
    data = {"jsonl": jsonl(*ROWS), "json": json.dumps(ROWS).encode(), "csv": CSV.encode()}[kind]
    path = tmp_path / "rows"
    path.write_bytes(data)
    found = look_at(path, most_bytes=len(data) // 2)
    assert 10 < len(found.rows) < 50
    assert found.unread == 0
    assert list(found.rows) == (TEXTS if kind == "csv" else ROWS)[: len(found.rows)]


def test_lines_that_are_no_row_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(jsonl(*ROWS[:3]) + b"{broken\n" + jsonl(ROWS[3]))
    found = look_at(path)
    assert (len(found.rows), found.unread) == (4, 1)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"  \n ", "the file is empty"),
        (b"\x00\x01\x02\x03" * 9, "neither text nor Parquet"),
        (b"[1, 2", "not JSON"),
        (b"[1, 2, 3]", "no row can be read as json"),
        (b"one line of words", "no row can be read as csv"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-6], "ends early"),
        (b"PAR1 and no more", "not a whole Parquet file"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "rows"
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError) as error:
        look_at(path)
    assert said in str(error.value)
    assert "Fix: " in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"votes\.csv: cannot be read") as error:
        look_at(tmp_path / "votes.csv")
    assert "Fix: " in str(error.value)
