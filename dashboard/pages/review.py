"""What people found who looked at a sample of a week: the plan's decision, the defect rate, the rows."""

import json
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy import Engine

from dashboard.charts import operating_chart
from dashboard.pages.contract import weeks_of
from dashboard.pages.missing import NotOnTheBooksError, ReadArtefact
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.read import RampRow
from rampart.ledger.review_events import Review
from rampart.ledger.reviews import reviews

_ORDER = {"defect": 0, "unsure": 1, "ok": 2}


@dataclass(frozen=True)
class ReviewPanel:
    """One review: what the books say, its result in JSON form, and its plan's curve.

    `result` and `curve` are None before anything was read back, or where the store has it no more.
    """

    review: Review
    result: dict[str, Any] | None
    curve: Markup | None

    @property
    def rows(self) -> tuple[dict[str, Any], ...]:
        """The judged rows, defective ones first."""
        found = self.result["rows"] if self.result else ()
        return tuple(sorted(found, key=lambda row: (_ORDER.get(row["verdict"], 3), row["item"])))


@dataclass(frozen=True)
class ReviewPage:
    """`/contracts/{contract_id}/weeks/{week}/review`: every review of a week, with the rows behind it."""

    row: RampRow = field(metadata={"help": "The week's line of the ramp, as the contract page shows it."})
    reviews: tuple[ReviewPanel, ...] = field(
        metadata={"help": "Every review of the week, oldest first: its result, curve and rows."}
    )


def review_page(engine: Engine, read: ReadArtefact, contract_id: str, week: int) -> ReviewPage:
    """Read the page; `NotOnTheBooksError` where nothing was drawn of the week."""
    row = next((row for row in weeks_of(engine, contract_id) if row.week == week), None)
    panels = review_panels(engine, contract_id, week, read)
    if row is None or not panels:
        raise NotOnTheBooksError(f"Nothing was drawn for review of {contract_id} week {week}.")
    return ReviewPage(row, panels)


def review_panels(
    engine: Engine, contract_id: str, week: int, read: ReadArtefact | None
) -> tuple[ReviewPanel, ...]:
    """Every review of a week; without `read`, what the books alone say."""
    return tuple(_panel(one, read) for one in reviews(engine, contract_id, week))


def _panel(review: Review, read: ReadArtefact | None) -> ReviewPanel:
    if read is None or review.last is None:
        return ReviewPanel(review, None, None)
    try:
        result: dict[str, Any] = json.loads(read(review.last.result_key))
    except (MissingObjectError, ValueError):  # deleted, or of a form that only its own version shows
        return ReviewPanel(review, None, None)
    curve = result.get("curve")
    name = f"operating-{review.review_id[:8]}"
    chart = operating_chart(curve, result["rate"], name) if curve else None
    return ReviewPanel(review, result, chart)
