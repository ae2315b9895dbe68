"""What annotators said, in a form that can be compared: one row an annotator and unit, with a value.

A unit is what is judged once by each annotator: the item, or one of its responses where a scheme values each.

**The winner, not the side.** In a comparison the value says which *response* won, whichever side each
annotator saw it on. Which of an item's two responses is called the first is only a name, but chance agreement
depends a little on it (in the fourth decimal of alpha, on llmfao), so it must not depend on who saw what
where. It is the response that most judgements of the item give the smaller `response_id` (its place on
screen, where the vendor gives none), and of a draw the one with the smaller digest. Of two responses with the
same text nothing but their ids tells which one won.
"""

import polars as pl

COLUMNS = ("item_id", "annotator_id", "responses", "ranking", "strength", "both_bad", "ratings", "category")
BOTH_BAD = 9.0  # beside -1, 0 and 1


def said_of(frame: pl.DataFrame, kind: str, *, alone: bool = False) -> pl.DataFrame:
    """One row an annotator and unit: `item_id`, `unit`, `value`, and how many `annotators` the unit has.

    Args:
        frame: canonical records; of them `COLUMNS`. Judgements without an annotator are left out.
        kind: the scheme's.
        alone: also give what one annotator alone judged, which says nothing on agreement.
    """
    named = frame.drop_nulls("annotator_id").with_row_index("row")
    several = pl.col("annotator_id").n_unique().over("item_id") >= (1 if alone else 2)
    shared = named.filter(several)
    values = {"category": _categories, "binary": _sides, "arena": _sides, "likert": _sides}.get(kind)
    each = values(shared) if values else _by_response(shared, "ranking" if kind == "ranking" else "ratings")
    first = each.drop_nulls("value").unique(["unit", "annotator_id"], keep="first", maintain_order=True)
    return first.with_columns(annotators=pl.len().over("unit"))


def _categories(frame: pl.DataFrame) -> pl.DataFrame:
    value = pl.col("category").rank("dense").cast(pl.Float64)
    return frame.select("row", "item_id", "annotator_id", unit="item_id", value=value)


def _sides(frame: pl.DataFrame) -> pl.DataFrame:
    """Which of two responses won: -1 to 1, whichever side each annotator saw it on."""
    responses = pl.col("responses").list
    one, other = (responses.get(place, null_on_oob=True).struct for place in (0, 1))
    known = frame.with_columns(
        one=one.field("sha256"),
        other=other.field("sha256"),
        # Does the response with the smaller id stand first on screen?
        id_order=one.field("response_id").fill_null("") <= other.field("response_id").fill_null(""),
    )
    low, high = pl.min_horizontal("one", "other"), pl.max_horizontal("one", "other")
    digest_order = (
        pl.when(pl.col("one") == pl.col("other")).then("id_order").otherwise(pl.col("one") <= pl.col("other"))
    )
    told = known.select(
        "row",
        "item_id",
        "annotator_id",
        unit=pl.concat_str("item_id", low, high, separator=" "),
        lean=_lean() * pl.when(digest_order).then(1.0).otherwise(-1.0),
        as_digests=digest_order == pl.col("id_order"),
        bad=pl.col("both_bad").fill_null(value=False),
    )
    named = pl.when(pl.col("as_digests").mean().over("unit") >= 0.5).then(1.0).otherwise(-1.0)
    value = pl.when("bad").then(BOTH_BAD).otherwise(pl.col("lean") * named) + 0.0  # -0.0 is 0.0
    return told.select("row", "item_id", "annotator_id", "unit", value=value)


def _lean() -> pl.Expr:
    """How far the first on screen won."""
    ranks = pl.col("ranking").cast(pl.List(pl.Float64)).list
    won = (ranks.get(1, null_on_oob=True) - ranks.get(0, null_on_oob=True)).sign()
    return won * pl.col("strength").fill_null(1.0)


def _by_response(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    sized = frame.filter(pl.col(column).list.len() == pl.col("responses").list.len())
    digests = pl.col("responses").list.eval(pl.element().struct.field("sha256"))
    long = sized.select(
        "row", "item_id", "annotator_id", digest=digests, value=pl.col(column).cast(pl.List(pl.Float64))
    ).explode("digest", "value")
    # Two models may give the same text: the n-th such copy of a judgement is the n-th.
    copy = pl.int_range(pl.len()).over("row", "digest").cast(pl.String)
    return long.with_columns(unit=pl.concat_str("item_id", "digest", copy, separator=" "))
