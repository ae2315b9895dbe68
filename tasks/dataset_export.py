"""A programme's dataset as files for another trainer, if the rights to its data allow that use."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rampart.delivery.errors import MissingObjectError
from rampart.delivery.judged_rows import stored_rows
from rampart.ledger.batch_rows import BatchKey, BatchRow, batch_named
from rampart.ledger.errors import ExportRefusedError
from rampart.ledger.exports import DatasetExport, record_export
from rampart.ledger.read import programs
from rampart.ledger.read.standing_models import Standing, standings
from rampart.ledger.rights.judgement import Answer, Use
from rampart.ledger.rights.lineage import Lineage
from rampart.retrain.content_digest import content_digest
from rampart.retrain.digests import sha256
from rampart.retrain.exports.conversation import BatchRecords
from rampart.retrain.exports.export import DatasetSource, Exported, NothingToExportError, exported
from rampart.retrain.exports.format import Format
from rampart.retrain.exports.manifest import MANIFEST
from rampart.retrain.exports.preferences import Side
from rampart.retrain.snapshot import pairs_from_parquet
from tasks.workspace import Workspace, terms_of

USES: dict[Side, tuple[Use, ...]] = {
    "train": ("train",),
    "holdout": ("evaluate",),
    "all": ("train", "evaluate"),
}


@dataclass(frozen=True)
class Wanted:
    """What is to be exported: of which programme and dataset, how, and what it is for.

    `version` is a reward model's number, `dataset` the beginning of a digest; with neither it is what the
    champion was trained on. `margin` is that of full strength.
    """

    program: str
    form: Format
    side: Side = "train"
    version: int | None = None
    dataset: str | None = None
    release: bool = False
    margin: float = 1.0

    @property
    def uses(self) -> tuple[Use, ...]:
        """What the rights must allow."""
        return (*USES[self.side], *(("release_data",) if self.release else ()))


def export_dataset(place: Workspace, wanted: Wanted, as_of: datetime) -> Exported:
    """The files of an export; nothing is written.

    Raises:
        ExportRefusedError: there is no such dataset, a clause forbids the use, data were deleted, or nothing
            is left to export.
    """
    models = _models(place, wanted)
    digest = models[-1].data_digest
    stored, batches, rights = _allowed(place, digest, wanted, as_of)
    try:
        pairs = pairs_from_parquet(place.store.get(models[-1].dataset_key))
        records = [_records(place, batch) for batch in batches]
    except MissingObjectError as error:
        raise ExportRefusedError(f"dataset {digest[:12]} is not whole: {error}") from error
    if hashlib.sha256(stored + content_digest(pairs).encode()).hexdigest() != digest:
        raise ExportRefusedError(
            f"dataset {digest[:12]} is not what its digest says; restore it (`rampart verify` lists what is "
            "damaged)"
        )
    source = DatasetSource(
        wanted.program,
        digest,
        pairs,
        json.loads(stored),
        records,
        tuple(one.row.version for one in models),
        rights,
        wanted.uses,
        _evaluation(place, models[-1]),
    )
    try:
        return exported(source, wanted.form, wanted.side, wanted.margin)
    except NothingToExportError as error:
        raise ExportRefusedError(str(error)) from error


def book_export(place: Workspace, made: Exported, folder: str, as_of: datetime) -> bool:
    """Write an export into the books, before its files are written; False where it was there already.

    Raises:
        DataDeletedError: the deletion of data in it has begun meanwhile.
    """
    told = made.manifest
    batches = tuple(BatchKey(one.contract_id, one.week, one.revision) for one in told.batches)
    manifest = sha256(made.files[MANIFEST])
    export = DatasetExport(
        told.dataset, told.format, told.side, told.asked, batches, told.rows, manifest, folder
    )
    return record_export(place.books, told.program, export, as_of)


def _models(place: Workspace, wanted: Wanted) -> tuple[Standing, ...]:
    """The reward models that were trained on the dataset that is wanted, at least one."""
    if wanted.program not in (known := programs(place.books)):
        there = ", ".join(known) or "none"
        raise ExportRefusedError(f"no programme {wanted.program!r} on the books; there are: {there}")
    every = standings(place.books, wanted.program)
    if wanted.version is not None:
        asked, found = f"v{wanted.version}", [one for one in every if one.row.version == wanted.version]
    elif wanted.dataset is not None:
        asked, found = (
            f"dataset {wanted.dataset!r}",
            [one for one in every if one.data_digest.startswith(wanted.dataset)],
        )
    else:
        asked, found = "champion", [one for one in every if one.state == "champion"]
    digests = sorted({one.data_digest for one in found})
    if len(digests) != 1:
        many = f"names {len(digests)} datasets; give more of it" if digests else "is not on the books"
        there = ", ".join(f"v{one.row.version} (dataset {one.data_digest[:12]})" for one in every) or "none"
        raise ExportRefusedError(f"{wanted.program}: {asked} {many}; reward models: {there}")
    return tuple(one for one in every if one.data_digest == digests[0])


def _allowed(
    place: Workspace, digest: str, wanted: Wanted, as_of: datetime
) -> tuple[bytes, tuple[BatchRow, ...], tuple[Answer, ...]]:
    """The dataset's manifest, its batches, and what may be done with them: with each all that is asked."""
    try:
        stored = place.store.get(f"datasets/{digest}.json")
    except MissingObjectError as error:
        raise ExportRefusedError(f"dataset {digest[:12]} has no manifest: whose data are they?") from error
    drawn: list[dict[str, Any]] = json.loads(stored)["batches"]
    keys = [BatchKey(one["contract_id"], one["week"], one["revision"]) for one in drawn]
    batches = tuple(batch_named(place.books, key) for key in keys)
    rights = Lineage(place.books, lambda named: terms_of(named, place), as_of).batches(batches)
    refused = [
        f"{answer.subject}: {'; '.join(answer.because)}"
        for answer in rights
        if answer.deleted or not all(answer.may(use) for use in wanted.uses)
    ]
    if refused:
        asked = ", ".join(use.replace("_", " ") for use in wanted.uses)
        raise ExportRefusedError(
            f"dataset {digest[:12]} may not be exported for: {asked}. {'. '.join(refused)}. "
            f"`rampart rights --program {wanted.program}` says more; a retraining leaves such data out"
        )
    return stored, batches, rights


def _records(place: Workspace, batch: BatchRow) -> BatchRecords:
    terms = terms_of(batch.contract_digest, place)
    columns = ("record_id", "item_id", "prompt")
    records = stored_rows(place.store, batch.artefacts).accepted(columns)
    return BatchRecords(batch.contract_id, batch.week, terms.annotation.aggregation, records)


def _evaluation(place: Workspace, model: Standing) -> dict[str, Any]:
    keys = [key for name, key in model.row.artefacts.items() if name.startswith("evaluation-")]
    try:
        found: dict[str, Any] = json.loads(place.store.get(keys[0])) if keys else {}
    except MissingObjectError:
        return {}
    return found
