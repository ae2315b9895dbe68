"""The whole books as plain JSON values, to hold two of them against each other.

Sorted by names that mean something (never by database ids), floats rounded, no wall clock: a ledger that was
written through crashes and reruns exports the same as one that was not.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, select

from rampart.ledger.canonical import moment, rounded
from rampart.ledger.engine import reading
from rampart.ledger.outbox import TROUBLES
from rampart.ledger.states import ACCEPTED
from rampart.ledger.tables import (
    Artefact,
    Batch,
    Comparison,
    ContractVersion,
    ContractWeek,
    Decision,
    Event,
    FileLine,
    MoneyEntry,
    Outbox,
    Promotion,
    ReasonLine,
    RmArtefact,
    RmContract,
    RmMetric,
    RmVersion,
    VerdictLine,
)

_LEFT_OUT = {  # ids, which depend on the order of writing, wall clock, and what a machine went through
    "id",
    "batch_id",
    "rm_id",
    "recorded_at",
    "done_at",
    "attempts",
    "last_error",
    "next_try_at",
    "owner",
    "lease_until",
    "fence",
}
_OF_A_BATCH: dict[str, type[SQLModel]] = {
    "files": FileLine,
    "reasons": ReasonLine,
    "verdicts": VerdictLine,
    "money": MoneyEntry,
    "artefacts": Artefact,
    "compared_with": Comparison,
    "decisions": Decision,
}
_OF_A_MODEL: dict[str, type[SQLModel]] = {
    "contracts": RmContract,
    "artefacts": RmArtefact,
    "metrics": RmMetric,
    "promotion": Promotion,
}


def export_ledger(engine: Engine) -> dict[str, Any]:
    """Contracts, weeks, batches with their findings, events, outbox and models; JSON-ready and sorted."""
    with reading(engine) as session:
        return {
            # In the order they were registered.
            "contracts": _in_order(session, ContractVersion, "contract_id", "id"),
            "weeks": _in_order(session, ContractWeek, "contract_digest", "week"),
            "batches": _owners(session, Batch, ("contract_id", "week", "revision"), "batch_id", _OF_A_BATCH),
            "events": _in_order(session, Event, "stream", "seq"),
            "outbox": [
                row
                for row in _in_order(session, Outbox, "topic", "contract_id", "week", "revision", "payload")
                if row["topic"] not in TROUBLES
            ],
            "models": _owners(session, RmVersion, ("program", "version"), "rm_id", _OF_A_MODEL),
        }


def _owners(
    session: Session,
    owner: type[SQLModel],
    order: tuple[str, ...],
    reference: str,
    belongings: dict[str, type[SQLModel]],
) -> list[dict[str, Any]]:
    """Rows of `owner`, each with the rows that belong to it; of a batch also whether its money is payable."""
    held: dict[str, dict[int, list[dict[str, Any]]]] = {}
    for name, table in belongings.items():
        held[name] = {}
        for row in session.exec(select(table)):
            held[name].setdefault(getattr(row, reference), []).append(_plain(row))
    return [
        {
            **_plain(row),
            **({"payable": row.state in ACCEPTED} if isinstance(row, Batch) else {}),
            **{name: sorted(of.get(row.id, []), key=_spelt) for name, of in held.items()},  # type: ignore[attr-defined]
        }
        for row in _sorted(session, owner, order)
    ]


def _in_order(session: Session, table: type[SQLModel], *order: str) -> list[dict[str, Any]]:
    return [_plain(row) for row in _sorted(session, table, order)]


def _sorted(session: Session, table: type[SQLModel], order: tuple[str, ...]) -> list[SQLModel]:
    return sorted(session.exec(select(table)), key=lambda row: tuple(getattr(row, name) for name in order))


def _plain(row: SQLModel) -> dict[str, Any]:
    """Column → JSON value, without what is left out."""
    columns = sorted(set(type(row).model_fields) - _LEFT_OUT)
    return {name: _value(getattr(row, name)) for name in columns}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    return rounded(value)


def _spelt(row: dict[str, Any]) -> tuple[Any, ...]:
    """Where a belonging stands: by its position if it has one, otherwise by its name or code."""
    return (row.get("position", 0), row.get("name", ""), row.get("role", ""), row.get("code", ""))
