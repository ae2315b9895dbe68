"""Pairs of a dataset as preferences: a conversation, the better answer, the worse one; and what is left out.

Every pair is either exported or left out under the first reason that holds, in the order of `REASONS` and
then of the format's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

Side = Literal["train", "holdout", "all"]

REASONS: Mapping[str, pl.Expr] = {
    # Cannot be by how datasets are made; whatever made this one, the anchor is never trained on.
    "anchor_for_training": pl.col("anchor") & (pl.col("split") == "train"),
    "tie": pl.col("target") == 0.5,
    "ambiguous_prompt": pl.col("spoken") > 1,
    "empty_prompt": pl.col("messages").list.len() == 0,
    "incomplete_prompt": pl.col("messages")
    .list.eval(pl.element().struct.field("role").is_null() | pl.element().struct.field("content").is_null())
    .list.any(),
}
OTHER_SPLIT = "other_split"


@dataclass(frozen=True, eq=False)
class Preferences:
    """What is exported and, by its reason, how many pairs are not.

    `rows` has `prompt` (messages), `chosen` and `rejected` (texts), `margin` (None where no strength is
    known), and the columns of the pair. `unmeasured` counts rows whose margin is 0 because their strength is
    not known; without any strength `margin` is not there at all.
    """

    rows: pl.DataFrame
    left_out: Mapping[str, int]
    unmeasured: int

    @property
    def has_margin(self) -> bool:
        """Is there a column of margins?"""
        return "margin" in self.rows.columns


def preferences(
    pairs: pl.DataFrame, side: Side, margin: float, refused: Mapping[str, pl.Expr] | None = None
) -> Preferences:
    """Pairs (`conversation.spoken`) as preferences.

    Args:
        pairs: of one dataset, both sides of the split.
        side: which of them.
        margin: log-odds the better answer is to lead by at full strength; 0 asks for none.
        refused: what the format cannot say, reason → which rows (`Preferences.rows`).
    """
    met = {OTHER_SPLIT: pl.lit(side != "all") & (pl.col("split") != side), **REASONS}
    first = pl.col("target") > 0.5
    turned = pairs.with_columns(
        chosen=pl.when(first).then("first").otherwise("second"),
        rejected=pl.when(first).then("second").otherwise("first"),
    ).with_columns(why=_first_met(met))
    told = turned.drop("prompt").rename({"messages": "prompt"})
    why = pl.coalesce("why", _first_met(refused)) if refused else pl.col("why")
    judged = told.with_columns(why=why)
    counts = dict(judged.group_by("why").len().iter_rows())
    names = (*met, *(refused or {}))
    rows = judged.filter(pl.col("why").is_null()).drop("why", "spoken", "first", "second")
    unknown = rows["strength"].null_count()
    if margin and unknown < len(rows):
        rows = rows.with_columns(margin=margin * pl.col("strength").fill_null(0.0))
    else:
        unknown = 0
    return Preferences(rows, {name: counts[name] for name in names if counts.get(name)}, unknown)


def _first_met(met: Mapping[str, pl.Expr]) -> pl.Expr:
    return pl.coalesce(
        pl.when(holds.fill_null(value=False)).then(pl.lit(name)) for name, holds in met.items()
    )
