"""The sheet that reviewers fill in.

It is CSV: `item` (a code of ours), whatever there is to look at, and empty columns for what is asked. It does
not say which stratum a record is of, whether it was accepted, who did the work, nor its id, which may tell
whose it is: nobody should look harder where the risk is said to be. Cells that a spreadsheet would run (they
begin with ``=``, ``+``, ``-``, ``@``, a tab or a line break) get an apostrophe before them (OWASP, "CSV
Injection"), and none is longer than a spreadsheet holds. `quality.sampling.sheet_reading` reads it back.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

ITEM, VERDICT, KIND, REVIEWER, NOTE = "item", "verdict", "kind", "reviewer", "note"
VERDICTS = ("ok", "defect", "unsure")
LONGEST_CELL = 32_000  # characters; spreadsheets hold 32,767
CUT = " […]"
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # and full width


@dataclass(frozen=True)
class Sheet:
    """What was sent out: items in their order, what each showed, and the kinds of defect asked for."""

    columns: tuple[str, ...]
    shown: Mapping[str, tuple[str, ...]]
    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # who may review; empty: anyone

    @property
    def asked(self) -> tuple[str, ...]:
        """The columns that reviewers fill in."""
        return (VERDICT, *((KIND,) if self.kinds else ()), REVIEWER, NOTE)


def item_code(review: str, number: int) -> str:
    """What a line of the sheet is called: no spreadsheet takes it for a number or a date."""
    return f"r{review[:8]}-{number:04d}"


def review_sheet(sheet: Sheet) -> bytes:
    """The sheet as CSV in UTF-8, with the mark by which spreadsheets know it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)  # or a reader at semicolons finds one inside
    writer.writerow([ITEM, *sheet.columns, *sheet.asked])
    for item, shown in sheet.shown.items():
        writer.writerow([item, *map(harmless, shown), *[""] * len(sheet.asked)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def harmless(cell: str) -> str:
    """`cell` as a spreadsheet may have it: nothing in it runs, and no longer than it holds."""
    cell = cell.encode("utf-8", "backslashreplace").decode().replace("\x00", "[U+0000]")
    cell = cell if len(cell) <= LONGEST_CELL else f"{cell[:LONGEST_CELL]}{CUT}"
    return f"'{cell}" if cell.startswith((*_RUNS, "'")) else cell
