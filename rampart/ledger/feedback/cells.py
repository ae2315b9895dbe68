"""Cells of a table that people open in a spreadsheet: nothing a vendor put into an id runs there.

Cells that look like formulas are quoted (OWASP, CSV injection), and what a terminal would obey is spelt out.
"""

import polars as pl

from rampart.delivery.errors import printable

# Also the full-width forms, which some spreadsheets read as the ASCII ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
LONGEST_CELL = 32_000  # characters; spreadsheets hold 32,767
_PLAIN = r"^[ -*,./0-<>?A-~][ -~]*$|^$"  # printable ASCII that does not start like a formula: as it is


def inert(cell: object) -> object:
    """`cell`, with formulas a spreadsheet would run quoted, and what a terminal would obey spelt out."""
    if not isinstance(cell, str):
        return cell
    return ("'" if cell.startswith(FORMULA_STARTS) else "") + printable(cell, LONGEST_CELL)


def inert_column(cells: pl.Series) -> pl.Series:
    """`inert` of every cell of a column of texts; only those that are not plain are looked at one by one."""
    plain = cells.str.contains(_PLAIN) & (cells.str.len_chars() <= LONGEST_CELL)
    odd = cells.filter(~plain)
    if odd.is_empty():
        return cells
    made = pl.Series([inert(cell) for cell in odd], dtype=pl.String)
    return cells.scatter((~plain).arg_true(), made)
