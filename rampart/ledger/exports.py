"""Datasets that left as files: what was in each, where it was written, and whose data were deleted since.

An export is a copy that no deletion reaches, so it is booked before it is written: an event of the
programme's stream, ``dataset.exported``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.canonical import Json
from rampart.ledger.chain import EventRow, append_event, events, program_stream
from rampart.ledger.deletion.said import closed_weeks, deletions_in
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import DataDeletedError

EXPORTED = "dataset.exported"


@dataclass(frozen=True)
class DatasetExport:
    """One export: `manifest` is the SHA-256 of its manifest.json, `folder` where it was to be written."""

    dataset: str
    format: str
    side: str
    asked: tuple[str, ...]  # uses that the rights of all batches allowed then
    batches: tuple[BatchKey, ...]
    rows: int
    manifest: str
    folder: str

    @property
    def payload(self) -> dict[str, Json]:
        """What its event says."""
        return {
            "dataset": self.dataset,
            "format": self.format,
            "side": self.side,
            "asked": list(self.asked),
            "batches": [[one.contract_id, one.week, one.revision] for one in self.batches],
            "rows": self.rows,
            "manifest": self.manifest,
            "folder": self.folder,
        }


@dataclass(frozen=True)
class BookedExport:
    """An export, when it was booked, and those of its batches whose data were deleted since."""

    export: DatasetExport
    at: datetime
    deleted: tuple[BatchKey, ...]


def record_export(engine: Engine, program: str, export: DatasetExport, as_of: datetime) -> bool:
    """Book an export; the same one to the same folder again changes nothing and gives False.

    Raises:
        DataDeletedError: the deletion of a week in it has begun.
    """
    with writing(engine) as session:
        gone = closed_weeks(deletions_in(session))
        if lost := _deleted(export.batches, gone):
            named = ", ".join(map(str, lost))
            raise DataDeletedError(
                f"dataset {export.dataset[:12]} may not be exported: data of {named} were deleted meanwhile"
            )
        if any(_export(event) == export for event in _said(session, program)):
            return False
        append_event(session, program_stream(program), EXPORTED, as_of, export.payload)
    return True


def exports(engine: Engine, program: str) -> tuple[BookedExport, ...]:
    """A programme's exports, in the order in which they were booked."""
    with reading(engine) as session:
        gone = closed_weeks(deletions_in(session))
        booked = [(_export(event), event.as_of) for event in _said(session, program)]
    return tuple(BookedExport(one, at, _deleted(one.batches, gone)) for one, at in booked)


def _said(session: Session, program: str) -> list[EventRow]:
    return [event for event in events(session, program_stream(program)) if event.kind == EXPORTED]


def _deleted(batches: Iterable[BatchKey], gone: set[tuple[str, int]]) -> tuple[BatchKey, ...]:
    return tuple(one for one in batches if (one.contract_id, one.week) in gone)


def _export(event: EventRow) -> DatasetExport:
    said: Mapping[str, Any] = event.payload
    return DatasetExport(
        dataset=said["dataset"],
        format=said["format"],
        side=said["side"],
        asked=tuple(said["asked"]),
        batches=tuple(BatchKey(*one) for one in said["batches"]),
        rows=said["rows"],
        manifest=said["manifest"],
        folder=said["folder"],
    )
