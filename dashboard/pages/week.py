"""One contract week: every verdict, reason, file, money line, decision and event behind its numbers."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from dashboard.pages.contract import weeks_of
from dashboard.pages.missing import NotOnTheBooksError, ReadArtefact
from dashboard.pages.review import ReviewPanel, review_panels
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.errors import UnknownBatchError
from rampart.ledger.outcome import FileCount, ReasonCount
from rampart.ledger.read import BatchDetail, RampRow, batch_detail
from rampart.records.reasons import BY_CODE, REGISTRY_VERSION, Reason
from rampart.showing.audit_view import AuditPanel, audit_panel

AUDIT = "audit"  # the artefact that is the report of the audits


@dataclass(frozen=True)
class WaterfallStep:
    """One reason's part of the fall from readable to accepted records.

    `left` is how many remain after this reason took its `first`; `reason` is None for a code of a newer
    registry than this one.
    """

    code: str
    reason: Reason | None
    first: int
    any: int
    left: int


@dataclass(frozen=True)
class FileTotals:
    """The files of a delivery, summed; `adds_up`: each record is accepted, discarded or quarantined, once."""

    lines: int
    records: int
    accepted: int
    discarded: int
    quarantined: int
    adds_up: bool

    @property
    def readable(self) -> int:
        """Records that could be read: what a discard rate is a share of."""
        return self.accepted + self.discarded


@dataclass(frozen=True)
class WeekPage:
    """`/contracts/{contract_id}/weeks/{week}`: everything the books hold about one judgement of one week."""

    row: RampRow = field(metadata={"help": "The week's line of the ramp, as the contract page shows it."})
    detail: BatchDetail = field(
        metadata={"help": "The revision shown: verdicts, files, money, decisions, artefacts and events."}
    )
    revisions: tuple[int, ...] = field(metadata={"help": "Every revision of the week, oldest first."})
    totals: FileTotals = field(metadata={"help": "The files summed, and whether the sums add up."})
    waterfall: tuple[WaterfallStep, ...] = field(
        metadata={"help": "Discards by first reason, in the registry's order, with sentence, clause and fix."}
    )
    registry_version: int = field(metadata={"help": "Version of the reason registry the words come from."})
    earlier: RampRow | None = field(metadata={"help": "The opened week before this one, if any."})
    later: RampRow | None = field(metadata={"help": "The opened week after this one, if any."})
    audit: AuditPanel | None = field(
        metadata={"help": "The audit report in a few figures; None where none can be had."}
    )
    reviews: tuple[ReviewPanel, ...] = field(
        metadata={"help": "What people found who looked at samples of the delivery shown."}
    )


def week_page(
    engine: Engine,
    contract_id: str,
    week: int,
    revision: int | None = None,
    read: ReadArtefact | None = None,
) -> WeekPage:
    """Read the page; `NotOnTheBooksError` if the contract, the week or the revision is not on the books.

    Without `read` the audit report is left out.
    """
    weeks = weeks_of(engine, contract_id)
    row = next((row for row in weeks if row.week == week), None)
    if row is None:
        raise NotOnTheBooksError(
            f"Contract {contract_id} plans weeks {weeks[0].week} to {weeks[-1].week}; "
            f"there is no week {week}."
        )
    try:
        newest = batch_detail(engine, contract_id, week)
        detail = newest if revision is None else batch_detail(engine, contract_id, week, revision)
    except UnknownBatchError as error:
        raise NotOnTheBooksError(f"{error}.") from error
    opened = [other for other in weeks if other.revision is not None]
    totals = file_totals(detail.files)
    return WeekPage(
        row=row,
        detail=detail,
        revisions=tuple(range(1, newest.batch.revision + 1)),
        totals=totals,
        waterfall=waterfall(detail.reasons, totals.readable),
        registry_version=REGISTRY_VERSION,
        earlier=next((other for other in reversed(opened) if other.week < week), None),
        later=next((other for other in opened if other.week > week), None),
        reviews=tuple(
            panel
            for panel in review_panels(engine, contract_id, week, read)
            if panel.review.delivery_id == detail.batch.delivery_id
        ),
        audit=None if read is None else _panel(read, detail.artefacts.get(AUDIT)),
    )


def _panel(read: ReadArtefact, key: str | None) -> AuditPanel | None:
    try:
        return None if key is None else audit_panel(json.loads(read(key)))
    except (MissingObjectError, ValueError):  # deleted, or of a form that only its own version shows
        return None


def waterfall(reasons: Iterable[ReasonCount], readable: int) -> tuple[WaterfallStep, ...]:
    """`reasons` in the registry's order, each taking its first counts from what is left of `readable`."""
    steps, left = [], readable
    for found in sorted(reasons, key=_place):
        left -= found.first
        steps.append(WaterfallStep(found.code, BY_CODE.get(found.code), found.first, found.any, left))
    return tuple(steps)


def file_totals(files: tuple[FileCount, ...]) -> FileTotals:
    """The sums over `files`."""
    return FileTotals(
        lines=sum(file.lines for file in files),
        records=sum(file.records for file in files),
        accepted=sum(file.accepted for file in files),
        discarded=sum(file.discarded for file in files),
        quarantined=sum(file.quarantined for file in files),
        adds_up=all(file.records == file.accepted + file.discarded + file.quarantined for file in files),
    )


def _place(found: ReasonCount) -> tuple[float, str]:
    known = BY_CODE.get(found.code)
    return (known.bit if known else float("inf"), found.code)
