"""How grave each notice is and who should hear of it, by default; the routes file may say otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rampart.ledger.outbox import OutboxRow, Topic

Severity = Literal["info", "warning", "urgent"]
Role = Literal["data_lead", "vendor_manager", "rm_engineer", "on_call"]
VendorRole = Literal["delivery", "quality", "billing", "legal"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "urgent")


@dataclass(frozen=True)
class Rule:
    """What one topic is to people: its name in a subject line, its severity, and the roles that hear of it.

    `vendor` are the contract's contacts who hear of it too, where the routes file writes to vendors at all.
    """

    title: str
    severity: Severity
    roles: tuple[Role, ...]
    vendor: tuple[VendorRole, ...] = ()


RULES: Mapping[Topic, Rule] = {
    "batch.judged": Rule("Batch judged", "info", ("data_lead", "rm_engineer")),
    "batch.decided": Rule("Held batch decided", "info", ("data_lead", "vendor_manager", "rm_engineer")),
    "dispute.opened": Rule("Dispute opened", "warning", ("data_lead",)),
    "dispute.ruled": Rule("Dispute ruled on", "info", ("vendor_manager",), ("quality",)),
    "dispute.unanswered": Rule("Dispute unanswered", "warning", ("data_lead", "vendor_manager")),
    "ramp.decided": Rule("Go or no-go", "warning", ("data_lead", "vendor_manager")),
    "gain.decided": Rule("Expected gain", "warning", ("data_lead", "vendor_manager", "rm_engineer")),
    "agreement.low": Rule("Batch disagrees with the others", "warning", ("data_lead", "rm_engineer")),
    "review.drawn": Rule("Review drawn", "info", ("vendor_manager",)),
    "review.read": Rule("Review read back", "info", ("data_lead", "vendor_manager")),
    "delivery.refused": Rule("Delivery refused", "warning", ("data_lead", "vendor_manager"), ("delivery",)),
    "delivery.due": Rule("Delivery due", "info", ("vendor_manager",), ("delivery",)),
    "delivery.late": Rule("Delivery late", "warning", ("vendor_manager",), ("delivery",)),
    "delivery.missing": Rule("Delivery missing", "urgent", ("vendor_manager", "data_lead"), ("delivery",)),
    "delivery.short": Rule("Delivery short", "warning", ("vendor_manager",), ("delivery",)),
    "delivery.over": Rule("Delivery over plan", "warning", ("vendor_manager",), ("delivery",)),
    "data.overdue": Rule("Data to be deleted", "urgent", ("data_lead",)),
    "delivery.stuck": Rule("Delivery cannot be judged", "urgent", ("on_call", "rm_engineer")),
    "run.crashed": Rule("Run crashed", "urgent", ("on_call",)),
}
# A verdict is as grave as the state it leads to.
_BY_STATE: Mapping[str, Severity] = {"accepted_partial": "warning", "held": "warning", "rejected": "warning"}


def severity_of(row: OutboxRow, told: Severity | None = None) -> Severity:
    """How grave a notice is; `told` is what the routes file says of its topic."""
    if told is not None:
        return told
    default = RULES[row.topic].severity  # type: ignore[index]  # a notice's topic is one of them
    return _BY_STATE.get(str(row.payload.get("state")), default) if default == "info" else default


def at_least(severity: Severity, least: Severity) -> bool:
    """Is it as grave as `least`, or graver?"""
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)
