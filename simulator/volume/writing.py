"""A large delivery on disk: a file and a manifest a vendor, and the truth beside them."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
import polars as pl

from rampart.delivery.manifest import MANIFEST, Manifest, ManifestFile
from simulator.faults import shared_out
from simulator.volume.drafts import drafts
from simulator.volume.prose import prose_of
from simulator.volume.spoiling import Planted, Spoiler
from simulator.volume.terms import WEEK, contract_of
from simulator.volume.vendors import FILE, VENDORS, Draft, Vendor

TRUTH = "truth.parquet"
TRUTH_SCHEMA: dict[str, pl.DataType] = {
    "vendor": pl.String(),
    "line": pl.Int64(),  # from 1
    "byte": pl.Int64(),  # where the line begins in the file
    "record_id": pl.String(),  # null: the line is no record
    "faults": pl.List(pl.String()),
    "reasons": pl.List(pl.String()),  # the row must be found for each that its contract asks for
    "also": pl.List(pl.String()),  # it may be found for these besides
}
FAULTY = 0.04
UNREADABLE = "unreadable_line"  # the code that quarantine has for it


def write(
    folder: Path, rows: int, *, seed: int = 7, faulty: float = FAULTY, bad_line_every: int | None = None
) -> dict[str, int]:
    """Write a delivery of `rows` records over all vendors below `folder`; gives rows by vendor.

    Each vendor's lies where its contract's inbox is. The truth is written last: where it is, all is there.

    Args:
        folder: the drop; what an earlier run left there is removed.
        rows: records in all, good and faulty.
        seed: another seed gives another world.
        faulty: share of the records that are spoilt.
        bad_line_every: bytes after which, again and again, a line that is no JSON stands among the rows.
    """
    counts = shared_out(rows, {vendor.id: vendor.share for vendor in VENDORS})
    prose = prose_of(seed)
    (folder / TRUTH).unlink(missing_ok=True)
    truth = [pl.DataFrame(schema=TRUTH_SCHEMA)]
    for vendor in VENDORS:
        inbox = folder / contract_of(vendor, counts[vendor.id]).inbox(WEEK)
        shutil.rmtree(inbox, ignore_errors=True)
        inbox.mkdir(parents=True)
        with (inbox / FILE).open("wb") as file:
            writing = _Writing(vendor, file, bad_line_every)
            spoiler = Spoiler(vendor, prose, faulty)
            for rng, block in drafts(vendor, counts[vendor.id], seed, prose):
                planted = spoiler.spoil(rng, block)
                truth.append(pl.DataFrame(writing.take(block, planted), schema=TRUTH_SCHEMA))
        (inbox / MANIFEST).write_bytes(writing.manifest(counts[vendor.id]))
    pl.concat(truth).write_parquet(folder / TRUTH)
    return counts


def read_truth(folder: Path) -> pl.DataFrame:
    """Every row below `folder` that was spoilt (`TRUTH_SCHEMA`); all others are clean."""
    return pl.read_parquet(folder / TRUTH)


class _Writing:
    """One vendor's file while it grows."""

    def __init__(self, vendor: Vendor, file: BinaryIO, bad_line_every: int | None) -> None:
        self._vendor, self._file, self._every = vendor, file, bad_line_every
        self._next_bad = bad_line_every // 2 if bad_line_every else None
        self._lines = self._bytes = self._bad = 0
        self._digest = hashlib.sha256()
        self._encode = msgspec.json.Encoder().encode

    def take(self, block: list[Draft], planted: list[Planted]) -> list[dict[str, Any]]:
        """Write a block; gives the truth about its faulty rows and unreadable lines."""
        done = {one.place: one for one in planted}
        found, out = [], []
        for place, row in enumerate(self._rows(block)):
            line = self._encode(row)
            if place in done:
                found.append(self._told(row["record_id"], *done[place][1:]))
            out.append(line)
            self._went(line)
            if self._next_bad is not None and self._bytes >= self._next_bad:
                found.append(self._told(None, ("unreadable line",), (UNREADABLE,), ()))
                bad = _bad(line, self._bad)
                out.append(bad)
                self._went(bad)
                self._bad += 1
                self._next_bad += self._every or 0
        data = b"\n".join([*out, b""])
        self._digest.update(data)
        self._file.write(data)
        return found

    def manifest(self, rows: int) -> bytes:
        """The manifest of what was written."""
        listed = ManifestFile(FILE, self._bytes, self._digest.hexdigest(), rows)
        contract_id = contract_of(self._vendor, rows).contract_id
        return msgspec.json.encode(
            Manifest(manifest_version=1, contract_id=contract_id, week=WEEK, replaces=None, files=(listed,))
        )

    def _rows(self, block: list[Draft]) -> Iterator[dict[str, Any]]:
        opened = np.array([draft.opened_ms for draft in block])
        took = np.array([round(1000 * draft.seconds) for draft in block])
        moments = (
            np.datetime_as_string(ms.astype("datetime64[ms]"), timezone="UTC").tolist()
            for ms in (opened, opened + took)
        )
        return (self._vendor.written(*given) for given in zip(block, *moments, strict=True))

    def _told(self, record_id: str | None, faults: Any, reasons: Any, also: Any) -> dict[str, Any]:
        return {
            "vendor": self._vendor.id,
            "line": self._lines + 1,
            "byte": self._bytes,
            "record_id": record_id,
            "faults": faults,
            "reasons": reasons,
            "also": also,
        }

    def _went(self, line: bytes) -> None:
        self._lines += 1
        self._bytes += len(line) + 1


def _bad(line: bytes, number: int) -> bytes:
    """A line that is no JSON: cut off, not UTF-8, with a comma too many, or with NaN, in turn."""
    match number % 4:
        case 0:
            return line[: len(line) // 2]
        case 1:
            return line.replace(b'"domain":"', b'"domain":"\xff', 1)
        case 2:
            return line[:-1] + b",}"
        case _:
            return line.replace(b'"duration_s":', b'"duration_s":NaN,"was":', 1)
