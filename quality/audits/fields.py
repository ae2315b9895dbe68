"""Which field of the canonical record a question needs and a batch lacks."""

from typing import Literal

import polars as pl

Field = Literal["responses", "ranking", "annotator_id", "prompt_author_id", "submitted_at"]
COMPARED: tuple[Field, ...] = ("ranking", "responses")


def lacking(frame: pl.DataFrame, *needed: Field) -> str | None:
    """The sentence that names the first of `needed` that no comparison has; None where all are there.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        needed: fields of the canonical record.
    """
    if frame.is_empty():
        return "There are no comparisons: no record has a `ranking` of two `responses`."
    for field in needed:
        if field != "ranking" and not _known(frame, field):
            return f"No comparison has the field `{field}`."
    return None


def _known(frame: pl.DataFrame, field: Field) -> bool:
    if field == "responses":
        return not frame.select((pl.col("first").is_null() | pl.col("second").is_null()).all()).item()
    return field in frame.columns and frame[field].null_count() < frame.height
