"""A redelivery that may change only what was discarded or unreadable, held against what it replaces."""

import polars as pl


def redone_problem(
    kept: pl.DataFrame, told: pl.Series, unreadable: int, now: pl.DataFrame, *, named: bool
) -> str | None:
    """What a redelivery changes that it may not, as a phrase; None where it only redoes what was lost.

    What was accepted must come again as the same judgement (prompt, responses, label and annotator). Anything
    else must be a discarded record under its id, or stand for a line that could not be read.

    Args:
        kept: keys (`KEYS`) of what is accepted of the delivery on the books.
        told: ids of its discards.
        unreadable: how many of its lines could not be read.
        now: keys of the redelivery's records.
        named: do records have ids of the vendor's own?
    """
    gone = kept.filter(~pl.col("exact_key").is_in(now["exact_key"].implode())).height
    if gone:
        return f"{gone:,} of {kept.height:,} accepted records are missing or changed in it"
    other = now.filter(~pl.col("exact_key").is_in(kept["exact_key"].implode()))
    redone = other["record_id"].is_in(told.implode()).sum() if named else min(other.height, len(told))
    if other.height - redone > unreadable:
        lost = f"{unreadable:,} lines could not be read"
        return f"{other.height - redone:,} of its records were not discarded, while {lost}"
    return None
