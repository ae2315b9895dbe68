"""Who gets one notice: the webhook, the routes whose roles hear of it, the vendor's contacts."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.terms.parties import Contact
from rampart.ledger.outbox import OutboxRow
from rampart.notify.quiet_hours import QuietHours
from rampart.notify.routes import Door, Route, Routes
from rampart.notify.topics import Severity, at_least, severity_of

WEBHOOK = "webhook"


@dataclass(frozen=True)
class Receiver:
    """One place a notice goes to. `name` is that of its mark: it tells nobody's address.

    `door` is None for the webhook; `to` is the one address a vendor's mail goes to.
    """

    name: str
    door: Door | None = None
    to: str | None = None

    @property
    def quiet(self) -> QuietHours | None:
        """When it waits."""
        return None if self.door is None else self.door.quiet_hours

    @property
    def vendor(self) -> bool:
        """Is it outside the house?"""
        return self.to is not None


def receivers_of(
    row: OutboxRow, routes: Routes, contacts: Sequence[Contact], webhook: bool
) -> tuple[Receiver, ...]:
    """Everyone who gets `row`, each once; `contacts` are those of its contract."""
    found = [Receiver(WEBHOOK)] if webhook else []
    severity = gravity(row, routes)
    found += [
        Receiver(name, route)
        for name, route in sorted(routes.routes.items())
        if _hears(route, row, routes, severity)
    ]
    return (*found, *dict.fromkeys(_vendor(row, routes, contacts)))


def gravity(row: OutboxRow, routes: Routes) -> Severity:
    """How grave a notice is, by the file or by default."""
    return severity_of(row, routes.severity_of(row.topic))  # type: ignore[arg-type]  # rows hold topics


def _hears(route: Route, row: OutboxRow, routes: Routes, severity: Severity) -> bool:
    return (
        bool(set(route.roles) & set(routes.roles_of(row.topic)))  # type: ignore[arg-type]
        and (route.topics is None or row.topic in route.topics)
        and (route.programs is None or row.program in route.programs)
        and (route.contracts is None or row.contract_id in route.contracts)
        and at_least(severity, route.min_severity)
    )


def _vendor(row: OutboxRow, routes: Routes, contacts: Sequence[Contact]) -> Iterator[Receiver]:
    if routes.vendors is None:
        return
    wanted = routes.vendor_roles_of(row.topic)  # type: ignore[arg-type]
    for contact in contacts:
        if contact.email and contact.role in wanted:
            digest = hashlib.sha256(contact.email.lower().encode()).hexdigest()[:12]
            yield Receiver(f"vendor-{digest}", routes.vendors, contact.email)
