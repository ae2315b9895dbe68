"""A page as one file: nothing is loaded from anywhere, nothing in it runs, and it says so itself.

A policy of its own allows the one stylesheet, by its digest, and forbids all else, wherever it is opened.
"""

import base64
import hashlib
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from rampart.showing import stylesheet
from rampart.showing.environment import environment


def alone(template: str, **context: Any) -> bytes:
    """`template` filled, with the stylesheet inside."""
    style = stylesheet()
    policy = f"default-src 'none'; style-src '{_digest(style)}'; base-uri 'none'; form-action 'none'"
    page = _environment().get_template(template)
    shown = page.render(style=Markup(style), policy=policy, **context)  # noqa: S704 (our own stylesheet)
    return shown.encode()


@cache
def _environment() -> Environment:
    return environment()


def _digest(style: str) -> str:
    """How a content policy names a stylesheet (CSP Level 3, section 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"
