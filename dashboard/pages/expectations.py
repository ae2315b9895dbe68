"""Great Expectations' second opinion on a week: its stored result, shown here instead of its own Data Docs.

Data Docs load scripts and fonts from elsewhere and leave an id behind; this page is text. Of rows that did
not meet an expectation only the number is shown: the values are a vendor's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from dashboard.pages.missing import NotOnTheBooksError, ReadArtefact
from dashboard.pages.week import week_page
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.read import RampRow

ARTEFACT = "expectations"
_UNSAID = ("column", "value_set")  # said otherwise, or too long to say


@dataclass(frozen=True)
class Expected:
    """One expectation: what was asked, by which clause, what was seen, and was it met?

    `observed` is a figure with the name of its metric, or a count of rows in words.
    """

    expectation: str
    column: str
    asked: str
    clause: str
    metric: str
    observed: float | str | None
    success: bool


@dataclass(frozen=True)
class LookedAt:
    """One frame that was looked at, with everything expected of it."""

    name: str
    rows: tuple[Expected, ...]


@dataclass(frozen=True)
class ExpectationsPage:
    """`/contracts/{contract_id}/weeks/{week}/expectations`: Great Expectations' result for one judgement."""

    row: RampRow = field(metadata={"help": "The week's line of the ramp, as the contract page shows it."})
    revision: int = field(metadata={"help": "The judgement the result belongs to."})
    success: bool = field(metadata={"help": "Whether every expectation was met."})
    frames: tuple[LookedAt, ...] = field(
        metadata={"help": "The metrics and the sample of kept records, each with its expectations."}
    )
    key: str = field(metadata={"help": "Where GX's own result lies in the object store, as JSON."})


def expectations_page(
    engine: Engine, read: ReadArtefact, contract_id: str, week: int, revision: int | None = None
) -> ExpectationsPage:
    """Read the page; `NotOnTheBooksError` where no result was stored, or it is not in the store any more."""
    shown = week_page(engine, contract_id, week, revision)
    key = shown.detail.artefacts.get(ARTEFACT)
    if key is None:
        raise NotOnTheBooksError(f"No expectations were checked for {contract_id} week {week} yet.")
    try:
        stored = json.loads(read(key))
    except MissingObjectError as error:
        raise NotOnTheBooksError(f"The result {key} is not in the store; was its data deleted?") from error
    return ExpectationsPage(
        row=shown.row,
        revision=shown.detail.batch.revision,
        success=bool(stored["success"]),
        frames=frames_of(stored["result"]),
        key=key,
    )


def frames_of(result: Mapping[str, Any]) -> tuple[LookedAt, ...]:
    """The stored `result`, frame by frame, metrics first."""
    return tuple(LookedAt(name, tuple(_expected(entry) for entry in result[name])) for name in sorted(result))


def _expected(entry: Mapping[str, Any]) -> Expected:
    kwargs = entry["kwargs"]
    column = str(kwargs.get("column", ""))
    return Expected(
        expectation=entry["expectation"],
        column=column,
        asked=_asked(kwargs),
        clause=str(entry["meta"].get("clause", "")),
        metric=column,
        observed=entry["observed"] if "observed" in entry else _rows(entry["result"]),
        success=bool(entry["success"]),
    )


def _asked(kwargs: Mapping[str, Any]) -> str:
    said = [
        f"{name.replace('_', ' ')} {f'{value:g}' if isinstance(value, float) else value}"
        for name, value in sorted(kwargs.items())
        if name not in _UNSAID
    ]
    listed = [f"one of {len(kwargs['value_set'])} values listed"] if "value_set" in kwargs else []
    return ", ".join([*said, *listed])


def _rows(result: Mapping[str, Any]) -> str:
    unmet, looked_at = result.get("unexpected_count", 0), result.get("element_count", 0)
    return f"{unmet:,} of {looked_at:,} rows did not" if unmet else f"all of {looked_at:,} rows did"
