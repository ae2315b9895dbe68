r"""The interval of a share whose rows may repeat an annotator or an item.

**Model.** The two-way cluster-robust variance of `quality.intervals.clustered_share` gives the effective n.
Wilson's interval is then taken over that many rows, with a t quantile for the number of clusters: near 0 and
1, where a gold question's accuracy lies, the symmetric interval around the share misses too often (Korn &
Graubard 1998, "Confidence intervals for proportions with small expected number of positive counts estimated
from survey data", Survey Methodology 24(2); Dean & Pagano 2015, doi:10.1093/jssam/smv024, for Wilson's).
"""

import polars as pl
from scipy import stats

from quality.intervals.clustered_share import Codes, clustered_share
from quality.intervals.wilson import Z, wilson


def repeated_share(frame: pl.DataFrame, outcome: str) -> tuple[float, float, str]:
    """The 95 % interval of the share of rows of `frame` whose boolean column `outcome` holds.

    Args:
        frame: at least one row, with `item_id` and `annotator_id`; rows without an annotator count as by
            different people.
        outcome: name of the column.

    Returns:
        Lower and upper end, and what the rows were clustered by, for the reason.
    """
    wins, n = frame[outcome].to_numpy(), frame.height
    ways = _ways(frame)
    if not ways:
        return *wilson(float(wins.mean()), n, Z), "independent rows"
    result = clustered_share(wins, [1.0] * n, ways)
    z = float(stats.t.ppf(0.975, min(result.clusters.values()) - 1))
    said = " and ".join(f"{count:,} {name}s" for name, count in result.clusters.items())
    return *wilson(result.share, result.effective_n, z), f"clustered by {said}"


def _ways(frame: pl.DataFrame) -> dict[str, Codes]:
    """The item's way first; a way in which nothing repeats, or nothing differs, says nothing."""
    named = {
        "item": frame["item_id"],
        "annotator": frame.select(
            pl.coalesce("a:" + pl.col("annotator_id"), pl.format("r:{}", pl.int_range(pl.len())))
        ).to_series(),
    }
    repeats = {name: each for name, each in named.items() if 1 < each.n_unique() < frame.height}
    return {name: each.rank("dense").to_numpy().astype("intp") - 1 for name, each in repeats.items()}
