"""What counts as empty, field by field: what `gates.required` asks of a record."""

import polars as pl

# A label is kept as JSON text: blank text, an empty list and an empty object say nothing.
_BLANK_LABEL = r'^("(\s|\\[tnr])*"|\[\]|\{\})$'
# Of marked passages an empty list does say something: nothing was to be marked.
_NOTHING_MARKED = (pl.col("scheme") == "spans") & (pl.col("raw_label") == "[]")
_SAID = pl.element().struct.field("content").str.strip_chars() != ""

# Fields that are never null, or that are empty in a way of their own.
_OWN_WAY: dict[str, pl.Expr] = {
    "label": pl.col("raw_label").is_null()
    | (pl.col("raw_label").str.contains(_BLANK_LABEL) & ~_NOTHING_MARKED),
    "prompt": ~pl.col("prompt").list.eval(_SAID).list.any().fill_null(value=False),
    "responses": pl.col("responses").list.len() == 0,
    "checkpoint_id": pl.col("responses")
    .list.eval(pl.element().struct.field("checkpoint_id").is_null())
    .list.any(),
    # The stand-in says that the vendor gave none.
    "record_id": pl.col("record_id") == pl.format("{}:{}:{}", "source_file", "source_line", "source_item"),
}
_TEXTS = frozenset(
    {
        "annotator_id",
        "prompt_author_id",
        "domain",
        "language",
        "guideline_version",
        "work_order_item",
        "rationale",
        "conversation_id",
        "difficulty",
        "unit_kind",
    }
)


def is_empty(name: str) -> pl.Expr:
    """True where a record's field is empty; text that is blank is empty. May be null, which means no.

    `name` is one of `contracts.terms.gates.REQUIRABLE`: a field of the contract's `delivery.record`, or
    ``checkpoint_id``, which is that of each response.
    """
    if name in _OWN_WAY:
        return _OWN_WAY[name]
    blank = pl.col(name).str.strip_chars() == "" if name in _TEXTS else pl.lit(value=False)
    return pl.col(name).is_null() | blank
