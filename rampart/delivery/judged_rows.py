"""A judged delivery in the store: its records, written once, and beside them the fate of each.

The records lie in parts (``records-00001`` and on), in the order of the delivery. `FATES` has a row for each
record in the same order, so that a judgement anew writes no text again, and what was accepted is read as the
rows whose fate says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.store import Content, ObjectStore, sha256_of
from rampart.delivery.tables import fetch_table

PART = "records-"
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


def publish_file(store: ObjectStore, prefix: str, name: str, path: Path) -> str:
    """Store the Parquet file at `path` under a key that carries its digest, and give the key."""
    with path.open("rb") as file:
        sha256 = sha256_of(file)
        file.seek(0)
        key = f"{prefix}/{name}-{sha256[:16]}.parquet"
        store.put_stream_once(file, lambda _: key, Content(sha256, path.stat().st_size))
    return key


def fates_of(
    store: ObjectStore, artefacts: Mapping[str, str], columns: Sequence[str] | None = None
) -> pa.Table:
    """The fate of every record (`FATES`), in the delivery's order."""
    return fetch_table(store, artefacts["fates"], columns)


def accepted_rows(
    store: ObjectStore, artefacts: Mapping[str, str], columns: Sequence[str] | None = None
) -> pa.Table:
    """The accepted records (`RECORD`, or some `columns` of it)."""
    kept = pc.equal(fates_of(store, artefacts, ["reason_mask"])["reason_mask"], pa.scalar(0, pa.uint64()))
    return pa.concat_tables(_chosen(store, artefacts, kept, columns))


def discarded_rows(store: ObjectStore, artefacts: Mapping[str, str]) -> pa.Table:
    """The discarded records (`RECORD`), with `reason_mask` and `reasons` (codes in waterfall order)."""
    fates = fates_of(store, artefacts, ["reason_mask", "reasons"])
    lost = pc.not_equal(fates["reason_mask"], pa.scalar(0, pa.uint64()))
    rows = pa.concat_tables(_chosen(store, artefacts, lost, None))
    why = fates.filter(lost)
    return rows.append_column("reason_mask", why["reason_mask"]).append_column("reasons", why["reasons"])


def _chosen(
    store: ObjectStore, artefacts: Mapping[str, str], chosen: pa.ChunkedArray, columns: Sequence[str] | None
) -> Iterator[pa.Table]:
    start = 0
    for key in parts(artefacts):
        part = fetch_table(store, key, columns)
        yield part.filter(chosen.slice(start, part.num_rows))
        start += part.num_rows
    if start != len(chosen):
        problem = f"{start:,} records lie beside {len(chosen):,} fates"
        raise UnreadableFileError(problem, artefacts["fates"], fix="restore it from a backup")


def parts(artefacts: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of the records' parts, in their order."""
    return tuple(artefacts[name] for name in sorted(artefacts) if name.startswith(PART))
