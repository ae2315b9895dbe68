"""A judged delivery in the store: its records, written once, and beside them the fate of each.

The records lie in parts (``records-00001`` and on), in the order of the delivery. `FATES` has a row for each
record in the same order, so that a judgement anew writes no text again, and what was accepted is read as the
rows whose fate says so.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.store import Content, ObjectStore
from rampart.delivery.tables import fetch_table
from rampart.records.canonical import RECORD
from rampart.records.identity import KEYS

Columns = Sequence[str] | None
Table = Callable[[Columns], pa.Table]

PART = "records-"
_READING = 2  # parts read at the same time
_FOLDED = (  # columns of few different values; a dictionary of texts would only be tried and thrown away
    "source_file",
    "scheme",
    "annotator_id",
    "domain",
    "language",
    "difficulty",
    "unit_kind",
    "guideline_version",
    "raw_label",
    "prompt.list.element.role",
    "responses.list.element.response_id",
    "responses.list.element.checkpoint_id",
)


def part_name(number: int) -> str:
    """The name of a part of the records, from 1."""
    return f"{PART}{number:05d}"


def write_part(records: pa.Table, path: Path) -> None:
    """Some records as a Parquet file (zstd)."""
    folded = [name for name in _FOLDED if name.split(".")[0] in records.schema.names]
    pq.write_table(records, path, compression="zstd", use_dictionary=folded, write_statistics=folded)


def publish_file(store: ObjectStore, prefix: str, name: str, path: Path, suffix: str = "parquet") -> str:
    """Store the file at `path` under a key that carries its digest, and give the key."""

    def key_for(content: Content) -> str:
        return f"{prefix}/{name}-{content.sha256[:16]}.{suffix}"

    with path.open("rb") as file:
        return key_for(store.put_stream_once(file, key_for))


def publish_parts(store: ObjectStore, prefix: str, records: Sequence[Path]) -> dict[str, str]:
    """Publish the parts of the records; name → key."""
    return {
        part_name(number): publish_file(store, prefix, part_name(number), path)
        for number, path in enumerate(records, 1)
    }


@dataclass(frozen=True)
class JudgedRows:
    """The rows of a judged delivery: each table is a function of the columns to read (None: all)."""

    fates: Table
    records: tuple[Table, ...]

    def readable(self, columns: Columns = None) -> pa.Table:
        """Every record (`RECORD`), or some columns; also parts of them: ``responses.list.element.sha256``."""
        return pa.concat_tables([part(columns) for part in self.records])

    def accepted(self, columns: Columns = None) -> pa.Table:
        """The accepted records, likewise."""
        masks = self.fates(["reason_mask"])["reason_mask"]
        return self._chosen(pc.equal(masks, pa.scalar(0, pa.uint64())), columns)

    def discards(self) -> pa.Table:
        """Fates (`FATES`) of the discarded records: their ids, places and reasons, without their texts."""
        fates = self.fates(None)
        return fates.filter(pc.not_equal(fates["reason_mask"], pa.scalar(0, pa.uint64())))

    def discarded(self) -> pa.Table:
        """The discarded records (`RECORD`), with `reason_mask` and `reasons` (codes in waterfall order)."""
        fates = self.fates(["reason_mask", "reasons"])
        lost = pc.not_equal(fates["reason_mask"], pa.scalar(0, pa.uint64()))
        rows, why = self._chosen(lost, None), fates.filter(lost)
        return rows.append_column("reason_mask", why["reason_mask"]).append_column("reasons", why["reasons"])

    def at(self, rows: Sequence[int], columns: Columns = None) -> pl.DataFrame:
        """The records (`RECORD`) at these rows of the delivery, from 0, in this order, or some columns."""
        order = np.argsort(rows, kind="stable")
        wanted = np.asarray(rows, np.int64)[order]
        bounds = np.searchsorted(wanted, self._starts)

        def found(number: int) -> pa.Table:
            here = wanted[bounds[number] : bounds[number + 1]] - self._starts[number]
            return self.records[number](columns).take(pa.array(here))

        with ThreadPoolExecutor(_READING) as threads:
            told = list(threads.map(found, np.flatnonzero(np.diff(bounds))))
        together = pa.concat_tables(told or [RECORD.empty_table().select(columns or RECORD.names)])
        back = np.argsort(order, kind="stable")
        return pl.DataFrame(pl.from_arrow(together.take(pa.array(back))))

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """The first row of each part, and the number of rows."""
        sizes = [part(["source_item"]).num_rows for part in self.records]  # the column that is read soonest
        return np.cumsum([0, *sizes])

    def kept_keys(self) -> pa.Table:
        """What tells the accepted records from others (`rampart.records.identity.KEYS`)."""
        fates = self.fates([*KEYS, "reason_mask"])
        return fates.filter(pc.equal(fates["reason_mask"], pa.scalar(0, pa.uint64()))).select(list(KEYS))

    def units_by_kind(self) -> tuple[dict[str, int], dict[str, int]]:
        """`unit_kind` → accepted records, and → discarded records; those without a kind are in neither."""
        kept = pl.Series(pl.from_arrow(self.fates(["reason_mask"])["reason_mask"])) == 0
        kinds = pl.Series(pl.from_arrow(self.readable(["unit_kind"])["unit_kind"])).cast(pl.String)
        rows = pl.DataFrame({"kind": kinds, "kept": kept}).drop_nulls("kind")
        accepted, discarded = (
            dict(rows.filter(pl.col("kept") == is_kept).group_by("kind").len().sort("kind").iter_rows())
            for is_kept in (True, False)
        )
        return accepted, discarded

    def _chosen(self, chosen: pa.ChunkedArray, columns: Columns) -> pa.Table:
        found, start = [], 0
        for part in self.records:
            table = part(columns)
            found.append(table.filter(chosen.slice(start, table.num_rows)))
            start += table.num_rows
        if start != len(chosen):
            problem = f"{start:,} records lie beside {len(chosen):,} fates"
            fix = "restore them from a backup, or judge the week again"
            raise UnreadableFileError(problem, "records", fix=fix)
        return pa.concat_tables(found)


def stored_rows(store: ObjectStore, artefacts: Mapping[str, str]) -> JudgedRows:
    """The rows of a settled batch, by its artefacts."""

    def table(key: str) -> Table:
        return lambda columns: fetch_table(store, key, columns)

    parts = [artefacts[name] for name in sorted(artefacts) if name.startswith(PART)]
    return JudgedRows(table(artefacts["fates"]), tuple(map(table, parts)))


def local_rows(fates: Path, records: Iterable[Path]) -> JudgedRows:
    """The rows of a delivery that is being judged, by its scratch files."""

    def table(path: Path) -> Table:
        return lambda columns: pq.ParquetFile(path).read(columns and list(columns))

    return JudgedRows(table(fates), tuple(map(table, records)))
