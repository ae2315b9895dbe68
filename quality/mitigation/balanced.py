r"""The largest subset in which the side with more of a feature wins half.

**Model.** Let $W_+$ and $W_-$ be the weight of strict comparisons that the side with more of the feature won
and lost. All of the lighter group is kept, and of the heavier one, in random order, as long as its weight
stays within the lighter's: equal weights make it the largest subset with a win rate of exactly 1/2, unequal
ones (K-wise rankings) leave it within one comparison of that. Ties, and comparisons whose sides do not
differ, stay.

**Fields needed.** `responses`, `ranking`.

**Why at random.** A rule that chose which to drop, by agreement or by quality, would be a second lean. The
seed makes it repeatable.

**What it does not say.** That what is left out was wrong, or may be discarded: it was judged and is paid
for. Within small or large differences the win rate may still differ from 1/2; weights
(`quality.mitigation.propensity`) see to that.
"""

import numpy as np
import polars as pl

from quality.intervals.clustered_share import Numbers
from quality.mitigation.audited import decided


def kept(frame: pl.DataFrame, delta: pl.Series, seed: int) -> Numbers:
    """(n,) 1 where a comparison stays, 0 where not.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        delta: the feature's difference, first less second, rows as in `frame`.
        seed: of the order in which the heavier group is taken.
    """
    inside, weight = decided(frame, delta), frame["weight"].to_numpy()
    won = inside & ((delta.fill_null(0.0).to_numpy() > 0) == (frame["outcome"].to_numpy() == 1.0))
    heavy, light = sorted((won, inside & ~won), key=lambda group: -float(weight[group].sum()))
    order = np.random.default_rng(seed).permutation(np.flatnonzero(heavy))
    room = float(weight[light].sum()) * (1 + 1e-12)
    found = np.ones(frame.height)
    found[order[np.cumsum(weight[order]) > room]] = 0.0
    return found
