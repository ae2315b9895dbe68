"""Encodings told from the file: marks decide, UTF-8 is known, the rest is guessed and said."""

import codecs
import io

import pytest

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.readers.encodings import SAMPLE, rejoined, told
from tests.delivery.reading import contract, read, records

DETECT = {"path": "rows.csv", "format": "csv", "csv": {"encoding": "detect"}}
GERMAN = "Die Größe des Gehäuses ist für die Prüfung unerheblich, sagte die Ärztin über den Ölpreis. " * 3
JAPANESE = "この文章は日本語で書かれています。文字コードを推測するための十分な長さがあります。" * 3


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32", "utf-16-be"])
def test_a_byte_order_mark_decides(codec: str) -> None:
    mark = codecs.BOM_UTF16_BE if codec == "utf-16-be" else b""
    found = told(mark + "id,text\n1,ä\n".encode(codec), True, "f")
    assert "as its byte order mark says" in found.said
    assert (mark + "ä".encode(codec)).decode(found.codec).lstrip("\ufeff") == "ä"


def test_utf_8_is_known_also_where_the_sample_cuts_a_letter() -> None:
    assert told(b"id,\xc3\xa4", True, "f").codec == "utf-8"
    assert told(b"id,\xc3", False, "f").codec == "utf-8"
    assert told(b"id", True, "f").said == "read as utf-8, which its text is (ASCII)"


@pytest.mark.parametrize(
    ("text", "codec"), [(GERMAN, "cp1252"), (JAPANESE, "shift_jis"), (JAPANESE, "euc_jp")]
)
def test_other_text_is_guessed_and_said_to_be(text: str, codec: str) -> None:
    found = told(text.encode(codec), True, "f")
    assert text.encode(codec).decode(found.codec) == text
    assert "a guess by its content" in found.said


def test_what_reads_as_no_text_is_refused() -> None:
    with pytest.raises(
        UnreadableFileError, match=r"encoding cannot be told\. Fix: save it as UTF-8, or name"
    ):
        told(bytes(range(256)) * 8, True, "f")


def test_a_delivery_is_read_as_told_and_the_note_is_kept() -> None:
    rows = "prompt,a,b,label\n" + "".join(f'"{GERMAN}{n}",x,y,a\n' for n in range(3))
    terms = contract({"rows": DETECT})
    found = read(terms, {"rows.csv": rows.encode("cp1252")})
    assert [record["prompt"][0]["content"] for record in records(found)] == [f"{GERMAN}{n}" for n in range(3)]
    (note,) = found.notes
    assert note.startswith("rows.csv: read as cp")
    assert read(terms, {"rows.csv": rows.encode()}).notes == ("rows.csv: read as utf-8, which its text is",)


def test_a_declared_encoding_needs_no_note() -> None:
    terms = contract({"rows": {"path": "rows.csv", "format": "csv"}})
    assert read(terms, {"rows.csv": b"prompt,a,b,label\np,x,y,a\n"}).notes == ()


def test_the_head_is_put_back_before_the_rest() -> None:
    data = bytes(range(256)) * 2_000
    source = io.BytesIO(data)
    joined = rejoined(source.read(SAMPLE), source)
    assert joined.read() == data
    joined.close()
    assert source.closed
