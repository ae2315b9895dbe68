"""What pages and reports have in common: words, scales, forest plots, the stylesheet, templates."""

from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"


@cache
def stylesheet() -> str:
    """The one stylesheet of pages, charts and reports."""
    return (STATIC / "rampart.css").read_text("utf-8")
