"""Notices as the outbox holds them."""

from datetime import UTC, datetime
from typing import Any

from rampart.ledger.outbox import OutboxRow, Topic

AS_OF = datetime(2026, 1, 13, 9, tzinfo=UTC)


def row(topic: Topic = "delivery.late", contract_id: str = "acme-1", **payload: Any) -> OutboxRow:
    """One notice about week 1."""
    named = {"contract_id": contract_id, "week": 1, "revision": 1, "program": "p", **payload}
    return OutboxRow("row-1", topic, contract_id, 1, 1, "p", named, AS_OF, False)
