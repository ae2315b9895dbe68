"""What reviewers filled in is read back, judged by the plan, and booked; and shown again."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from quality.report.canonical import plain
from quality.sampling.design import Design, rows_said
from quality.sampling.opinions import Opinion, verdicts_of
from quality.sampling.result import ReviewResult, review_result
from quality.sampling.review_files import ITEM, REVIEWER, Sheet
from quality.sampling.sheet_reading import SheetError, SheetProblem, lines_of, read_sheet
from rampart.delivery.tables import batch_prefix, publish_bytes
from rampart.ledger.review_events import Reading, Review
from rampart.ledger.reviews import book_reading, review_named
from tasks.review import design_kept
from tasks.workspace import Workspace


@dataclass(frozen=True)
class ReadBack:
    """A review after a sheet was read, and all that it has shown so far, in its JSON form."""

    review: Review
    result: dict[str, Any]


def read_review(  # noqa: PLR0917 (which file, who hands it in, when)
    place: Workspace, data: bytes, file: str, by: str, as_of: datetime, partial: bool = False
) -> ReadBack:
    """Take in a filled-in sheet and judge what is known now. The same file again changes nothing.

    Args:
        place: the workspace.
        data: the file's bytes; its items say which review it is of.
        file: its name, for errors.
        by: who hands it in, the reviewer of lines that name none.
        as_of: business time of the entry.
        partial: take the verdicts that are there.

    Raises:
        SheetError: anything is wrong with the file; nothing of it is taken.
        UnknownReviewError: no sheet on the books has these items.
        ReviewStateError: the delivery was replaced, or another sheet was read meanwhile.
    """
    if not by.strip():
        raise SheetError(file, [SheetProblem(None, REVIEWER, "has no name", "say who reviewed it (--by)")])
    lines = lines_of(data, file)
    if not lines.reviews:
        fix = "keep the column item as it was sent"
        raise SheetError(file, [SheetProblem(None, ITEM, "no line names an item of a sheet", fix)])
    review = review_named(place.books, lines.reviews[0])
    digest = hashlib.sha256(data).hexdigest()
    if any((one.file, one.by) == (digest, by.strip()) for one in review.readings):
        return ReadBack(review, result_of(place, review))
    design, before = design_kept(place, review), _said_before(place, review)
    sheet = Sheet(design.columns, _texts(place, review, design), tuple(design.kinds), design.reviewers)
    new = read_sheet(lines, sheet, by, file, before, partial=partial)
    merged = {(one.item, one.reviewer): one for one in (*before, *new)}
    opinions = tuple(merged[key] for key in sorted(merged))
    prefix = batch_prefix(review.contract_id, review.week)
    key = publish_bytes(place.store, prefix, "verdicts", "csv", data)
    result = review_result(design.sample, opinions, design.asked, key, decided=review.verdict)
    told = _told(review, design, opinions, result)
    shown = json.dumps(told, sort_keys=True, ensure_ascii=False).encode("utf-8", "backslashreplace")
    reading = _reading(digest, by.strip(), key, publish_bytes(place.store, prefix, "result", "json", shown),
                       result, told, as_of)  # fmt: skip
    return ReadBack(book_reading(place.books, review, reading), told)


def result_of(place: Workspace, review: Review) -> dict[str, Any]:
    """What a review has shown so far; empty before anything was read back."""
    told: dict[str, Any] = json.loads(place.store.get(review.last.result_key)) if review.last else {}
    return told


def _said_before(place: Workspace, review: Review) -> tuple[Opinion, ...]:
    return tuple(Opinion(**one) for one in result_of(place, review).get("opinions", ()))


def _texts(place: Workspace, review: Review, design: Design) -> dict[str, tuple[str, ...]]:
    """What stood beside each item on the sheet that was sent."""
    sent = {line.cells[ITEM]: line.cells for line in lines_of(
        place.store.get(review.sheet_key), review.sheet_key
    ).lines}  # fmt: skip
    return {item: tuple(cells[name] for name in design.columns) for item, cells in sent.items()}


def _told(
    review: Review, design: Design, opinions: tuple[Opinion, ...], result: ReviewResult
) -> dict[str, Any]:
    """The result in JSON, with the opinions it was made from and the rows behind its figures."""
    verdicts = verdicts_of(opinions, design.asked.verdicts_each)
    settled = sum(verdict != "unsure" for verdict in verdicts.values())
    return {
        **plain(result),
        "review": review.review_id,
        "lot": design.lot,
        "left": len(design.rows) - settled,
        "opinions": [asdict(one) for one in opinions],
        "rows": list(rows_said(design, verdicts)),
    }


def _reading(  # noqa: PLR0917 (what goes into the books)
    digest: str,
    by: str,
    key: str,
    result_key: str,
    result: ReviewResult,
    told: dict[str, Any],
    as_of: datetime,
) -> Reading:
    rate = result.rate
    return Reading(
        file=digest,
        by=by,
        object_key=key,
        result_key=result_key,
        reviewed=rate.reviewed,
        defects=sum(one.defects for one in rate.strata),
        left=told["left"],
        share=rate.share,
        low=rate.low,
        high=rate.high,
        verdict=result.verdict,
        as_of=as_of,
    )
