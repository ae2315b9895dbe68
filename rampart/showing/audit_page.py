"""A report of audits as one file of HTML."""

from rampart.showing.alone import alone
from rampart.showing.audit_view import Told, audit_view


def audit_html(report: Told) -> bytes:
    """The page of `report`, which is in its JSON form (`quality.report.canonical.plain`)."""
    return alone("audit_file.html", view=audit_view(report))
