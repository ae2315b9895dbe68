"""A contract's breaches as one file of HTML."""

from collections.abc import Mapping, Sequence
from typing import Any

from rampart.showing.alone import alone


def breaches_html(breaches: Sequence[Mapping[str, Any]], notes: Sequence[str], last_hash: str) -> bytes:
    """The page of `breaches` in their JSON form (at least one), oldest week first.

    Args:
        breaches: as `breaches.json` holds them.
        notes: what could not be put into the evidence file, and why.
        last_hash: that of the last event of the contract's chain.
    """
    return alone("breaches_file.html", breaches=breaches, notes=notes, last_hash=last_hash)
