"""How many records of a delivery were discarded, by domain and by annotator: counted while it is judged.

Whoever looks at the ramp later reads some kilobytes a week instead of every record: two columns of a batch of
250,000 records are a hundred times as much, and lie in a store that a page should not wait for. What was
counted stands beside the batch's other artefacts and is deleted with them.

A cohort is not counted but told from annotators: those whose first record of the contract came in the same
week. So a later week can change no earlier count.
"""

import polars as pl
import pyarrow as pa

COLUMNS = ("domain", "annotator_id")
GROUPS = pa.schema(
    [
        ("kind", pa.string()),
        ("name", pa.string()),
        ("readable", pa.int64()),
        ("discarded", pa.int64()),
    ]
)
# A domain is a vendor's word. A delivery with more of them uses the field for something else, and a name
# longer than this is no name: the rest is counted together.
MOST_DOMAINS, LONGEST = 50, 80
OTHER = "(other)"


def count_groups(records: pa.Table, masks: pa.ChunkedArray) -> pa.Table:
    """Readable and discarded records (`GROUPS`) of every domain and annotator that a delivery names.

    Args:
        records: canonical records, of which `COLUMNS` are read.
        masks: the reasons of each (`reason_mask`), in the same order; 0 for an accepted one.
    """
    frame = pl.DataFrame(pl.from_arrow(records.select(COLUMNS))).with_columns(
        lost=pl.Series(masks.to_numpy()) != 0
    )
    found = pl.concat([_domains(frame), _counted(frame, "annotator", "annotator_id")])
    return found.to_arrow().cast(GROUPS)


def _counted(frame: pl.DataFrame, kind: str, column: str) -> pl.DataFrame:
    counts = frame.drop_nulls(column).group_by(name=pl.col(column).cast(pl.String))
    lost = pl.col("lost").sum().cast(pl.Int64)
    return (
        counts.agg(readable=pl.len().cast(pl.Int64), discarded=lost)
        .sort("name")
        .select(pl.lit(kind).alias("kind"), "name", "readable", "discarded")
    )


def _domains(frame: pl.DataFrame) -> pl.DataFrame:
    found = _counted(frame, "domain", "domain")
    order = [pl.col("readable").rank("ordinal", descending=True) <= MOST_DOMAINS]
    named = pl.col("name").str.len_chars().is_between(1, LONGEST)
    name = pl.when(*order, named).then("name").otherwise(pl.lit(OTHER))
    summed = found.with_columns(name).group_by("kind", "name").agg(pl.col("readable", "discarded").sum())
    return summed.sort("name")


def domains(groups: pl.DataFrame, ceilings: dict[int, float]) -> pl.DataFrame:
    """Of `groups` (`GROUPS` and `week`) the domains, with the ceiling of their week, for `rates`."""
    found = groups.filter(kind="domain").rename({"name": "domain"})
    ceiling = pl.col("week").replace_strict(ceilings, return_dtype=pl.Float64)
    return found.select("week", "domain", "readable", "discarded", ceiling=ceiling)


def annotators(groups: pl.DataFrame) -> pl.DataFrame:
    """Of `groups` the annotators, each a cohort of one, for `cohort_paths`."""
    found = groups.filter(kind="annotator").rename({"name": "cohort"})
    return found.select("week", "cohort", "readable", "discarded")


def cohorts(groups: pl.DataFrame) -> pl.DataFrame:
    """Of `groups` the annotators, together with those who began in the same week, for `cohort_paths`."""
    found = groups.filter(kind="annotator")
    began = pl.format("began in week {}", pl.col("week").min().over("name"))
    together = found.with_columns(cohort=began).group_by("week", "cohort")
    return together.agg(pl.col("readable", "discarded").sum()).sort("week", "cohort")
