"""Zip archives as vendors make them, and as nobody should."""

import io
import struct
import warnings
import zipfile
from collections.abc import Callable

Change = Callable[[zipfile.ZipInfo], None]


def zipped(
    *members: tuple[str, bytes], change: Change | None = None, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """An archive of `members`; `change` may alter what is written of each."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names given twice
        for name, data in members:
            info = zipfile.ZipInfo(name, (2026, 1, 5, 9, 0, 0))
            info.compress_type, info.external_attr = method, 0o100644 << 16
            if change:
                change(info)
            archive.writestr(info, data)
    return sink.getvalue()


def directory(data: bytes) -> tuple[int, int]:
    """Where the directory of an archive starts and where it ends."""
    end = data.rfind(b"PK\x05\x06")
    return struct.unpack_from("<L", data, end + 16)[0], end


def patched(data: bytes, field: str, value: int, headers: bool = False) -> bytes:
    """The archive with a field of its first directory entry changed, and of the first header too."""
    places = {"flags": (8, 6, "H"), "method": (10, 8, "H"), "crc": (16, 14, "L"), "packed": (20, 18, "L")}
    places |= {"bytes": (24, 22, "L"), "starts": (42, 0, "L")}
    outer, inner, kind = places[field]
    found = bytearray(data)
    struct.pack_into(f"<{kind}", found, directory(data)[0] + outer, value)
    if headers:
        struct.pack_into(f"<{kind}", found, inner, value)
    return bytes(found)


def overlapping(data: bytes, copies: int) -> bytes:
    """A bomb in the manner of https://www.bamsoftware.com/hacks/zipbomb/: entries that share their bytes."""
    start, end = directory(data)
    entries = data[start:end] * copies
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, copies, copies, len(entries), start, 0)
    return data[:start] + entries + tail
