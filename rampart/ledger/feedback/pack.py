"""All files of a feedback pack, written into a folder of the run's own before any of them is published."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from contracts.model import Contract
from quality.gates.told import Told
from rampart.ledger.feedback.figures import FIGURES, Counts, as_json, figures_of
from rampart.ledger.feedback.rows import write_discards, write_quarantined
from rampart.ledger.feedback.summary import summary
from rampart.ledger.outcome import Settlement
from rampart.specification.pages import html_page, markdown_page


def feedback_pack(  # noqa: PLR0917 (what was judged, what may be told of it, and where to)
    contract: Contract,
    week: int,
    settlement: Settlement,
    told: Told,
    quarantine: pa.Table,
    folder: Path,
    *,
    earlier: Iterable[Counts] = (),
) -> dict[str, Path]:
    """File name → path, in the order they are published.

    Args:
        contract: the terms the week was judged under.
        week: the contract week, from 1.
        settlement: what was found.
        told: the discards that may be told.
        quarantine: lines that could not be read (`QUARANTINE`).
        folder: an empty folder.
        earlier: the counts of the contract's earlier weeks, for the trend.
    """
    figures = figures_of(contract, week, settlement, told, earlier)
    document = summary(figures)
    pages = {
        "summary.md": markdown_page(document).encode(),
        "summary.html": html_page(document).encode(),
        FIGURES: as_json(figures),
    }
    for name, data in pages.items():
        (folder / name).write_bytes(data)
    written = {name: folder / name for name in pages}
    return {**written, **write_discards(told.rows, folder), **write_quarantined(quarantine, folder)}
