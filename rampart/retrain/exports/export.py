"""From a dataset to the files of an export, all in memory and the same bytes every time."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from rampart.ledger.rights.judgement import Answer, Use
from rampart.retrain.digests import sha256
from rampart.retrain.exports.card import card
from rampart.retrain.exports.conversation import BatchRecords, spoken
from rampart.retrain.exports.format import Format
from rampart.retrain.exports.manifest import MANIFEST, ExportedBatch, ExportedFile, ExportManifest
from rampart.retrain.exports.preferences import Preferences, Side, preferences

FILES: Mapping[str, str] = {"train": "train.parquet", "holdout": "test.parquet"}  # names `datasets` knows
_ROW_GROUP = 10_000  # rows; a reader of a few need not take in all


@dataclass(frozen=True, eq=False)
class DatasetSource:
    """A dataset of a programme, with its records, and what the books say of both.

    `manifest` is the dataset's own, `rights` are those of each of its batches, `asked` the uses that were
    asked of them, and `evaluation` is that of the newest of `reward_models`, the versions trained on it.
    """

    program: str
    digest: str
    pairs: pa.Table
    manifest: Mapping[str, Any]
    records: list[BatchRecords]
    reward_models: tuple[int, ...]
    rights: tuple[Answer, ...]
    asked: tuple[Use, ...]
    evaluation: Mapping[str, Any]

    @property
    def manifest_key(self) -> str:
        """The object that accounts for every pair of every batch."""
        return f"datasets/{self.digest}.json"


@dataclass(frozen=True, eq=False)
class Exported:
    """The files of an export by their names, its manifest among them, and what trains from them."""

    manifest: ExportManifest
    command: str
    files: Mapping[str, bytes]


class NothingToExportError(ValueError):
    """No pair is left; the message says what became of them."""


def exported(source: DatasetSource, form: Format, side: Side = "train", margin: float = 1.0) -> Exported:
    """The files that hold one side of a dataset, or both, in one format.

    Args:
        source: the dataset.
        form: how it is written.
        side: holdout is what models are judged by; whoever exports it answers for keeping it out of training.
        margin: log-odds the better answer is to lead by at full strength; 0 writes none.

    Raises:
        NothingToExportError: every pair is left out.
        ValueError: the records are not those the dataset was made of.
    """
    told = spoken(pl.DataFrame(pl.from_arrow(source.pairs)), source.records)
    made = preferences(told, side, margin if form.margins else 0.0, form.refused)
    tables = _tables(made, form)
    if not tables:
        why = ", ".join(f"{name} {count:,}" for name, count in made.left_out.items()) or "it has none"
        raise NothingToExportError(
            f"no pair of dataset {source.digest[:12]} can be exported to {form.name} (side {side}): {why}"
        )
    data = {name: _parquet(table) for name, table in tables.items()}
    rows = {name: table.num_rows for name, table in tables.items()}
    account = _manifest(source, form, side, made, margin, rows)
    command = form.command_for(made.rows)
    about = source.manifest, source.rights, source.evaluation
    data["README.md"] = card(*about, account, replace(form, command=command)).encode()
    files = {name: ExportedFile(sha256(held), len(held), rows.get(name)) for name, held in data.items()}
    whole = ExportManifest(**{**vars(account), "files": files})
    return Exported(whole, command, {**data, MANIFEST: whole.to_json()})


def _tables(made: Preferences, form: Format) -> dict[str, pa.Table]:
    """A table for each side that has rows."""
    found = {}
    for split, name in FILES.items():
        part = Preferences(made.rows.filter(pl.col("split") == split), made.left_out, made.unmeasured)
        if len(part.rows):
            found[name] = form.columns(part).to_arrow()
    return found


def _parquet(table: pa.Table) -> bytes:
    """Parquet, not JSON lines: `datasets` reads a JSON text that looks like a date as a moment.

    Without Arrow's own schema every reader gets plain strings and lists.
    """
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", store_schema=False, row_group_size=_ROW_GROUP)
    return sink.getvalue()


def _manifest(  # noqa: PLR0917 (the dataset, how it is written, and what came of it)
    source: DatasetSource, form: Format, side: Side, made: Preferences, margin: float, rows: Mapping[str, int]
) -> ExportManifest:
    return ExportManifest(
        format=form.name,
        program=source.program,
        reward_models=source.reward_models,
        dataset=source.digest,
        dataset_manifest=source.manifest_key,
        side=side,
        margin=margin if made.has_margin else None,
        margin_unmeasured=made.unmeasured,
        asked=source.asked,
        pairs=source.pairs.num_rows,
        pairs_exported=len(made.rows),
        left_out=made.left_out,
        rows=sum(rows.values()),
        batches=tuple(_batches(source.manifest["batches"])),
        files={name: ExportedFile("", 0, count) for name, count in rows.items()},
    )


def _batches(summaries: Sequence[Mapping[str, Any]]) -> list[ExportedBatch]:
    names = ("contract_id", "contract_version", "contract_digest", "week", "revision", "vendor")
    return [
        ExportedBatch(
            **{name: one[name] for name in names},
            pairs=one["pairs_used"],
            pairs_digest=one["pairs_digest"],
        )
        for one in summaries
    ]
