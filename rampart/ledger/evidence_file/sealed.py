"""Files as one zip whose bytes follow from theirs alone: no clock, no folder's order, no compressor."""

import hashlib
import io
import zipfile
from collections.abc import Mapping

_MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say


def sealed(files: Mapping[str, bytes]) -> bytes:
    """`files` (name → bytes), and ``SHA256SUMS`` of them all, as a zip."""
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    every = {**files, "SHA256SUMS": sums.encode()}
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(every):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # as on Unix, wherever it is made
            archive.writestr(entry, every[name])
    return sink.getvalue()
