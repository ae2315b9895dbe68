"""The audit report of a week, shown from its stored JSON form as the file of its own shows it."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from dashboard.pages.missing import NotOnTheBooksError, ReadArtefact
from dashboard.pages.week import AUDIT, week_page
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.read import RampRow
from rampart.showing.audit_view import AuditView, audit_view


@dataclass(frozen=True)
class AuditPage:
    """`/contracts/{contract_id}/weeks/{week}/audit`: everything the audits say of one judgement of a week."""

    row: RampRow = field(metadata={"help": "The week's line of the ramp, as the contract page shows it."})
    revision: int = field(metadata={"help": "The judgement the report belongs to."})
    view: AuditView = field(
        metadata={"help": "The report: what to look at first, how far to trust it, then all of it."}
    )
    key: str = field(metadata={"help": "Where the report lies in the object store, as JSON."})


def audit_page(
    engine: Engine, read: ReadArtefact, contract_id: str, week: int, revision: int | None = None
) -> AuditPage:
    """Read the page; `NotOnTheBooksError` where no report was made, or none that can be shown is stored."""
    shown = week_page(engine, contract_id, week, revision)
    key = shown.detail.artefacts.get(AUDIT)
    if key is None:
        raise NotOnTheBooksError(f"No audit report was made for {contract_id} week {week} yet.")
    try:
        report: dict[str, Any] = json.loads(read(key))
        view = audit_view(report)
    except MissingObjectError as error:
        raise NotOnTheBooksError(f"The report {key} is not in the store; was its data deleted?") from error
    except ValueError as error:
        raise NotOnTheBooksError(f"The report {key} cannot be shown: {error}.") from error
    return AuditPage(shown.row, shown.detail.batch.revision, view, key)
