"""Which source models can have an effect of their own: all of an ordinary batch, the busy ones of thousands.

What each model adds is told by least squares over all of them at once, whose matrix grows with the square of
their number. `checkpoint_id` is the vendor's text, and a run id for each response would make forty thousand
models of forty thousand responses. Above `MOST_MODELS` those in fewer than `LEAST_COMPARISONS` comparisons,
and all but the most frequent `MOST_MODELS`, are taken as one model, `OTHER`. A batch with fewer keeps them
all: a model with few votes still carries its house style into each.
"""

import polars as pl

MOST_MODELS = 500  # a matrix of 2 MB; public arenas compare about two hundred models
LEAST_COMPARISONS = 20  # fewer votes tell a strength to no better than half a logit
OTHER = "(other source models)"
SIDES = ("first_checkpoint", "second_checkpoint")


def pooled(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """`frame` (comparisons) with rare source models as one where there are too many, and how many these are.

    A model's comparisons are those of two different, known models.
    """
    first, second = (pl.col(side) for side in SIDES)
    differ = frame.lazy().select(SIDES).drop_nulls().filter(first != second).collect()
    models = pl.concat([differ[side].cast(pl.String).alias("model") for side in SIDES])
    counts = models.value_counts(name="n").sort("n", "model", descending=[True, False])
    if counts.height <= MOST_MODELS:
        return frame, 0
    kept = counts.filter(pl.col("n") >= LEAST_COMPARISONS).head(MOST_MODELS)["model"].implode()
    rare = [
        pl.when(pl.col(side).is_null() | pl.col(side).cast(pl.String).is_in(kept))
        .then(pl.col(side).cast(pl.String))
        .otherwise(pl.lit(OTHER))
        .alias(side)
        for side in SIDES
    ]
    return frame.with_columns(rare), counts.height - len(kept.explode())
