"""The texts behind a reviewer's sheet as one file of HTML: nothing is loaded, and nothing in it runs."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from rampart.showing import stylesheet
from rampart.showing.environment import environment

MOST_BYTES = 16 << 20  # of texts; a browser shows more, but nobody reads it
_WHOLE = ".whole{white-space:pre-wrap;overflow-wrap:anywhere}"


def review_html(
    review: str, columns: Sequence[str], shown: Mapping[str, Sequence[str]], defects: Mapping[str, str]
) -> bytes | None:
    """The page of `shown`: item → its texts, under `columns`; None where the texts are too many."""
    if sum(len(text) for cells in shown.values() for text in cells) > MOST_BYTES:
        return None
    style = stylesheet() + _WHOLE
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = _environment().get_template("review_sheet.html")
    return page.render(
        review=review,
        items={item: tuple(zip(columns, cells, strict=True)) for item, cells in shown.items()},
        defects=defects,
        style=Markup(style),  # noqa: S704 (our own stylesheet)
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    ).encode("utf-8", "backslashreplace")


@cache
def _environment() -> Environment:
    return environment()
