import gzip
import io
import os
import random
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import BinaryIO, cast

import pytest
import zstandard

from rampart.delivery.compression import check_intact, kind_of, open_decompressed
from rampart.delivery.errors import UnreadableFileError

_RNG = random.Random(7)  # noqa: S311 (test data)
TEXT = b"".join(b'{"id": %d, "t": "%d"}\n' % (n, _RNG.getrandbits(64)) for n in range(20_000))


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def _zstd_bare(data: bytes) -> bytes:
    """As a streaming writer does it: neither the size nor a checksum in the frame."""
    packer = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    return packer.compress(data) + packer.flush()


PACKERS = pytest.mark.parametrize("pack", [gzip.compress, _zstd, _zstd_bare])
Pack = Callable[[bytes], bytes]


class _Drip(io.RawIOBase):
    """A stream that cannot seek and gives one byte at a time, as a slow connection may."""

    def __init__(self, data: bytes) -> None:
        self._left = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._left.read(min(size, 1) if size >= 0 else 1)


def _read(data: bytes) -> bytes:
    return open_decompressed(io.BytesIO(data)).read()


@PACKERS
def test_compressed_text_is_told_by_its_first_bytes_and_read(pack: Pack) -> None:
    assert _read(pack(TEXT)) == TEXT
    assert check_intact(io.BytesIO(pack(TEXT)), "f") == len(TEXT)


@pytest.mark.parametrize("data", [b"", b"{", b"{}\n", TEXT, b"\x1f\x8b", b"PAR1....PAR1"])
def test_everything_else_is_passed_through_unchanged(data: bytes) -> None:
    assert _read(data) == data


@PACKERS
def test_several_members_in_one_file_are_one_text(pack: Pack) -> None:
    assert _read(pack(TEXT) + pack(b"") + pack(b"the end")) == TEXT + b"the end"


def test_zeros_after_the_last_gzip_member_are_padding() -> None:
    assert _read(gzip.compress(TEXT) + bytes(100_000)) == TEXT


def test_a_skippable_zstandard_frame_is_skipped() -> None:
    frame = b"\x5a\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
    assert kind_of(frame) == "zstd"
    assert _read(frame + _zstd(b"text") + frame) == b"text"


@PACKERS
def test_a_stream_that_drips_and_cannot_seek_reads_the_same(pack: Pack) -> None:
    text = TEXT[:2_000]
    assert open_decompressed(cast(BinaryIO, _Drip(pack(text)))).read() == text


@PACKERS
def test_lines_can_be_read_one_by_one(pack: Pack) -> None:
    assert list(open_decompressed(io.BytesIO(pack(TEXT)))) == TEXT.splitlines(keepends=True)


@PACKERS
def test_a_file_cut_anywhere_is_never_taken_for_whole(pack: Pack) -> None:
    whole = pack(TEXT[:3_000])
    for length in range(4, len(whole)):
        with pytest.raises(UnreadableFileError, match=r"ends early after [\d,]+ bytes of text"):
            check_intact(io.BytesIO(whole[:length]), "cut")


@PACKERS
def test_a_cut_in_a_later_member_is_found_too(pack: Pack) -> None:
    both = pack(TEXT) + pack(TEXT[:500])
    for cut in (1, 4, len(pack(TEXT[:500])) - 1):
        with pytest.raises(UnreadableFileError, match="ends early"):
            check_intact(io.BytesIO(both[:-cut]), "cut")


def test_the_error_names_the_file_the_place_and_the_fix() -> None:
    cut = _zstd(TEXT)[:-2]
    with pytest.raises(UnreadableFileError) as caught:
        check_intact(io.BytesIO(cut), "week-01/rows.jsonl.zst")
    assert str(caught.value) == (
        f"week-01/rows.jsonl.zst: the zstd stream ends early after {len(TEXT):,} bytes of text. "
        "Fix: re-compress and deliver again."
    )


@pytest.mark.parametrize("pack", [gzip.compress, _zstd])
def test_a_changed_byte_is_found_by_the_checksum(pack: Pack) -> None:
    whole = pack(os.urandom(1_000))
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0x01
    with pytest.raises(UnreadableFileError, match="is damaged"):
        check_intact(io.BytesIO(bytes(damaged)), "damaged")


@PACKERS
def test_garbage_after_the_end_is_damage(pack: Pack) -> None:
    with pytest.raises(UnreadableFileError, match=f"is damaged after {len(TEXT):,} bytes of text"):
        check_intact(io.BytesIO(pack(TEXT) + b"garbage"), "padded")


@PACKERS
def test_a_bomb_is_stopped_by_its_ratio_long_before_it_has_gone_off(pack: Pack) -> None:
    bomb = pack(bytes(200 << 20))
    tracemalloc.start()
    with pytest.raises(UnreadableFileError, match=r"expands [\d,]+ times, more than the 200 allowed"):
        check_intact(io.BytesIO(bomb), "bomb")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80 << 20


def test_a_bomb_split_over_many_members_is_stopped_too() -> None:
    with pytest.raises(UnreadableFileError, match=r"expands [\d,]+ times, more than the 200 allowed"):
        check_intact(io.BytesIO(gzip.compress(bytes(1 << 20)) * 40), "bomb")


def test_a_small_file_may_repeat_itself() -> None:
    assert check_intact(io.BytesIO(gzip.compress(bytes(1 << 20))), "small") == 1 << 20


@pytest.mark.parametrize("pack", [gzip.compress, _zstd, bytes])
def test_the_length_of_the_text_is_limited(pack: Pack) -> None:
    assert check_intact(io.BytesIO(pack(TEXT)), "f", max_bytes=len(TEXT)) == len(TEXT)
    with pytest.raises(UnreadableFileError, match="holds more than 100,000 bytes of text"):
        check_intact(io.BytesIO(pack(TEXT)), "f", max_bytes=100_000)


def test_reading_a_file_as_text_takes_memory_for_a_step_not_for_the_file() -> None:
    packer = zlib.compressobj(wbits=31)
    packed = b"".join(packer.compress(TEXT) for _ in range(20)) + packer.flush()
    tracemalloc.start()
    count = check_intact(io.BytesIO(packed), "long")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20 * len(TEXT)
    assert peak < 5 << 20 < count


def test_closing_the_text_closes_the_file() -> None:
    source = io.BytesIO(gzip.compress(TEXT))
    open_decompressed(source).close()
    assert source.closed


def test_a_file_of_ten_gigabytes_in_ten_megabytes_is_stopped_at_once_with_its_ratio() -> None:
    member = gzip.compress(bytes(10 << 20))
    bomb = member * 1_000  # every one whole: any reader would go on to the end
    assert len(bomb) < 11_000_000
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(UnreadableFileError) as caught:
        check_intact(io.BytesIO(bomb), "bomb.gz")
    seconds = time.monotonic() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "expands 1,02" in str(caught.value)
    assert "times, more than the 200 allowed. Fix: deliver the file with less repetition" in str(caught.value)
    assert seconds < 5
    assert peak < 80 << 20
