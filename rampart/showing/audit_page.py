"""A report of audits as one file of HTML: nothing is loaded from anywhere, and nothing in it runs.

A policy of its own allows the one stylesheet, by its digest, and forbids all else, wherever it is opened.
"""

import base64
import hashlib
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from rampart.showing import stylesheet
from rampart.showing.audit_view import Told, audit_view
from rampart.showing.environment import environment


def audit_html(report: Told) -> bytes:
    """The page of `report`, which is in its JSON form (`quality.report.canonical.plain`)."""
    page = _environment().get_template("audit_file.html")
    style = stylesheet()
    policy = f"default-src 'none'; style-src '{_digest(style)}'; base-uri 'none'; form-action 'none'"
    return page.render(
        view=audit_view(report),
        style=Markup(style),  # noqa: S704 (our own stylesheet)
        policy=policy,
    ).encode()


@cache
def _environment() -> Environment:
    return environment()


def _digest(style: str) -> str:
    """How a content policy names a stylesheet (CSP Level 3, section 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"
