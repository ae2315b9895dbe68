"""Zip archives: members are files of their own; everything doubtful is refused by name, member and fix."""

import gzip
import io
import os
import stat
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from rampart.delivery import archives, zip_directory
from rampart.delivery.archives import is_archive, open_archive
from rampart.delivery.errors import DeliveryError, UnreadableFileError
from tests.delivery.zips import directory, overlapping, patched, zipped

ROWS = b"".join(b'{"id": %d}\n' % number for number in range(2_000))
ONE = zipped(("rows.jsonl", ROWS))


def texts(data: bytes) -> dict[str, bytes]:
    archive = open_archive(io.BytesIO(data), len(data), "a.zip")
    found = {}
    for member in archive.members:
        with archive.open(member) as text:
            found[member.name] = text.read()
    return found


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        texts(data)
    assert caught.value.fix
    assert str(caught.value).isprintable()
    return str(caught.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_every_member_is_read_in_the_order_of_the_directory(method: int) -> None:
    made = zipped(("b/x.jsonl", ROWS), ("a.jsonl", b""), ("Ä.jsonl", b"{}\n"), method=method)
    assert texts(made) == {"b/x.jsonl": ROWS, "a.jsonl": b"", "Ä.jsonl": b"{}\n"}
    assert list(texts(made)) == ["b/x.jsonl", "a.jsonl", "Ä.jsonl"]


def test_folders_and_what_macos_adds_hold_no_data() -> None:
    made = zipped(
        ("data/", b""), ("data/r.jsonl", b"{}\n"), ("__MACOSX/data/._r.jsonl", b"x"), ("data/.DS_Store", b"y")
    )
    assert texts(made) == {"data/r.jsonl": b"{}\n"}


def test_members_may_be_compressed_once_more() -> None:
    made = zipped(("a.gz", gzip.compress(ROWS)), ("b.zst", zstandard.compress(ROWS)))
    assert texts(made) == {"a.gz": ROWS, "b.zst": ROWS}


def test_an_archive_of_another_program_is_read(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_bytes(ROWS)
    made = subprocess.run(["python", "-m", "zipfile", "-c", "out.zip", "r.jsonl"], cwd=tmp_path, check=False)
    assert made.returncode == 0
    assert texts((tmp_path / "out.zip").read_bytes()) == {"r.jsonl": ROWS}


def test_a_streamed_archive_and_one_in_the_zip64_form_are_read() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(data)  # type: ignore[arg-type]

    pipe = Pipe()
    with (
        zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.jsonl", "w", force_zip64=True) as member,
    ):
        member.write(ROWS)
    assert texts(pipe.data) == {"a.jsonl": ROWS}


def test_a_directory_of_64_bit_numbers_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    made = zipped(("a.jsonl", ROWS), ("b.jsonl", ROWS + b"{}"))
    assert b"PK\x06\x06" in made
    assert texts(made) == {"a.jsonl": ROWS, "b.jsonl": ROWS + b"{}"}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (patched(ONE, "flags", 1, headers=True), "rows.jsonl: the member is encrypted. Fix: pack it without"),
        (zipped(("r", ROWS), method=zipfile.ZIP_BZIP2), "the member is compressed with bzip2. Fix: pack"),
        (zipped(("r", ROWS), method=zipfile.ZIP_LZMA), "the member is compressed with LZMA"),
        (patched(ONE, "method", 97, headers=True), "the member is compressed with method 97"),
        (zipped(("r", b"1"), ("r", b"2")), "the archive holds this name twice. Fix: give every"),
        (zipped(("r", b"1"), ("R", b"2")), "holds this name beside 'r', the same but for case"),
        (zipped(("../r", b"1")), "a.zip/../r: the member's name leaves its folder with '..'"),
        (zipped(("/etc/r", b"1")), "the member's name is an absolute path"),
        (zipped(("a//r", b"1")), "the member's name has an empty name"),
        (zipped(("c:\\r", b"1")), "the member's name holds a backslash"),
        (zipped(("r\x1b[2J", b"1")), "cannot be printed"),
        (ONE.replace(b"rows.jsonl", b"rows\x00jsonl"), "cannot be printed"),
        (zipped(("d/", b"1")), "the member is a folder, but holds bytes"),
        (zipped(("r", zipped(("inner", b"1")))), "a.zip/r: an archive inside an archive is not read"),
        (zipped(("[Content_Types].xml", b"1"), ("xl/a", b"1")), "an Office document"),
        (zipped(), "the archive holds no file"),
        (zipped(("d/", b"")), "the archive holds no file"),
        (b"", "not a whole zip archive: it has no directory at its end. Fix: pack the files again"),
        (b"not a zip at all", "it has no directory at its end"),
        (ONE[:-30], "it has no directory at its end"),
        (b"#!/bin/sh\n" + ONE, "bytes are missing, or stand before it"),
        (ONE[10:], "bytes are missing, or stand before it"),
        (ONE + b"\n", "it has no directory at its end"),
        (overlapping(ONE, 3), "its bytes lie over those of 'rows.jsonl', as in an archive made to expand"),
        (patched(ONE, "packed", directory(ONE)[0]), "its bytes reach into the archive's directory"),
        (patched(ONE, "starts", 7), "not a whole zip archive: the header of 'rows.jsonl' does not agree"),
        (patched(ONE, "method", 0), "the header of 'rows.jsonl' does not agree"),
        (patched(ONE, "crc", 7), "rows.jsonl: the deflate stream is damaged: its CRC-32 is not"),
        (patched(ONE, "bytes", len(ROWS) - 1), "is longer than the 24,889 bytes its archive says"),
        (patched(ONE, "bytes", len(ROWS) + 1), "ends early after 24,890 bytes of text"),
        (patched(ONE, "packed", 100), "ends early after"),
    ],
)
def test_what_is_wrong_is_said_with_archive_member_and_fix(made: bytes, said: str) -> None:
    assert said in refusal(made)


def test_links_and_devices_are_refused() -> None:
    def mode(kind: int) -> Callable[[zipfile.ZipInfo], None]:
        return lambda info: setattr(info, "external_attr", (kind | 0o777) << 16)

    link = zipped(("r", b"/etc/passwd"), change=mode(stat.S_IFLNK))
    assert "a.zip/r: the member is a link. Fix: pack the file itself" in refusal(link)
    assert "the member is no ordinary file" in refusal(zipped(("r", b""), change=mode(stat.S_IFIFO)))


def test_a_bomb_is_refused_by_its_directory_before_a_byte_of_it_is_unpacked() -> None:
    bomb = zipped(*((f"{number}.jsonl", bytes(1 << 20)) for number in range(40)))
    assert "a.zip: the archive expands 932 times" in refusal(bomb)
    assert "times, more than the 200 allowed" in refusal(bomb)


def test_a_bomb_whose_directory_lies_is_stopped_at_the_length_it_claims() -> None:
    bomb = patched(zipped(("r.jsonl", bytes(100 << 20))), "bytes", 1 << 20)
    tracemalloc.start()
    assert "is longer than the 1,048,576 bytes its archive says" in refusal(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 << 20


def test_a_bomb_in_a_gzip_member_is_stopped_by_its_ratio_to_the_archive() -> None:
    inner = gzip.compress(gzip.compress(bytes(200 << 20)))  # 200 kB that gzip packs again to under 2 kB
    once_more = gzip.decompress(inner)
    assert "r.gz: the gzip stream expands" in refusal(zipped(("r.gz", once_more)))


def test_the_number_of_members_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_directory, "MAX_MEMBERS", 3)
    assert "the archive has 4 members" in refusal(zipped(*((f"{n}", b"1") for n in range(4))))


def test_the_length_of_all_members_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 100)
    assert "the archive holds 120 bytes of text, more than 100. Fix: deliver smaller" in refusal(
        zipped(("a", os.urandom(60)), ("b", os.urandom(60)))
    )


@pytest.mark.parametrize("name", ["a.zip", "A.ZIP", "x/y.jsonl.zip"])
def test_an_archive_is_told_by_its_name(name: str) -> None:
    assert is_archive(name)
    assert not is_archive(name + ".gz")


WHOLE = zipped(("a.jsonl", ROWS[:300]), ("b/c.jsonl", b"{}\n"))


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_whatever_bytes_change_it_is_read_as_before_or_refused(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(WHOLE)
    for place, value in changes:
        damaged[place] = value
    try:
        found = texts(bytes(damaged))
    except DeliveryError:
        return
    assert sorted(found.values()) == sorted(texts(WHOLE).values())


@given(st.integers(0, len(WHOLE) - 1))
@settings(max_examples=100, deadline=None)
def test_an_archive_cut_anywhere_is_refused(length: int) -> None:
    refusal(WHOLE[:length])
