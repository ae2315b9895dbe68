"""Which votes belong to which slice: by annotator, domain, language, week and source model."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from quality.intervals.clustered_share import Codes

ANNOTATOR, SOURCE = "annotator", "source model"
# What a slice is told by, and the field of the canonical record that it needs.
FIELDS = {
    ANNOTATOR: "annotator_id",
    "domain": "domain",
    "language": "language",
    "week": "submitted_at",
    SOURCE: "checkpoint_id",
}


@dataclass(frozen=True)
class Slicing:
    """One dimension: vote `row[j]` belongs to slice `names[code[j]]`; a vote may belong to several."""

    dimension: str
    names: tuple[str, ...]
    row: Codes
    code: Codes


def slicings(frame: pl.DataFrame) -> tuple[tuple[Slicing, ...], dict[str, str]]:
    """Every dimension that has two slices or more, and why the others have not.

    Args:
        frame: comparisons (`rampart.records.comparisons`); a column that it lacks is a field nobody told.
    """
    found, missing = [], {}
    for dimension, field in FIELDS.items():
        told = _told(frame, dimension)
        names = told["slice"].unique().sort()
        if len(names) < 2:
            known = f"all have the same {field}" if len(names) else f"none has a {field}"
            missing[dimension] = f"No slices by {dimension}: of {frame.height:,} comparisons {known}."
            continue
        code = np.asarray(names.search_sorted(told["slice"]).to_numpy(), dtype=np.intp)
        row = told["row"].to_numpy().astype(np.intp)
        found.append(Slicing(dimension, tuple(names.to_list()), row, code))
    return tuple(found), missing


def _told(frame: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """`row` and `slice` of the votes for which the dimension is known."""
    rows = frame.with_row_index("row")
    if dimension == SOURCE:
        sides = [
            rows.select("row", slice=pl.col(f"{side}_checkpoint").cast(pl.String))
            for side in ("first", "second")
        ]
        return pl.concat(sides).drop_nulls().unique(maintain_order=True)
    column = FIELDS[dimension]
    if column not in frame.columns:
        return pl.DataFrame(schema={"row": pl.UInt32, "slice": pl.String})
    value = pl.col(column)
    if dimension == "week":
        value = value.dt.truncate("1w").dt.strftime("%Y-%m-%d")
    return rows.select("row", slice=value.cast(pl.String)).drop_nulls()
