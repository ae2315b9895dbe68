"""Annotators who judge responses to a prompt of their own."""

import polars as pl

from quality.gates.record.gate import RecordGate, Seen

GATES = (
    RecordGate(
        "author_judged",
        lambda terms: terms.gates.author_labels,
        lambda _: pl.col("prompt_author_id") == pl.col("annotator_id"),
        lambda record, _: Seen(f"author and annotator are {record['annotator_id']}", "two people"),
    ),
)
