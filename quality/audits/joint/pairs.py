"""Features drawn by lot: for each pair of responses one number, whoever judged it and on whichever side."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from quality.audits.joint.design import Numbers
from quality.intervals.clustered_share import Codes


@dataclass(frozen=True)
class Pairs:
    """`code` (n,) numbers the pairs of an item from 0; `turned` (n,) is -1 where the sides are exchanged."""

    code: Codes
    turned: Numbers

    def draw(self, rng: np.random.Generator, number: int) -> Numbers:
        """(n, number) standard normal differences, first less second."""
        values = rng.normal(size=(int(self.code.max(initial=-1)) + 1, number))
        return np.asarray(values[self.code] * self.turned[:, None])


def pairs(frame: pl.DataFrame) -> Pairs:
    """The pairs of a frame of comparisons, told by item and by both texts."""
    hashed = frame.select("item_id", one=pl.col("first").hash(), other=pl.col("second").hash())
    low, high = pl.min_horizontal("one", "other"), pl.max_horizontal("one", "other")
    told = hashed.select(
        code=pl.struct("item_id", low.alias("low"), high.alias("high")).rank("dense"),
        turned=pl.when(pl.col("one") > pl.col("other")).then(-1.0).otherwise(1.0),
    )
    return Pairs(told["code"].to_numpy().astype(np.intp) - 1, told["turned"].to_numpy())
