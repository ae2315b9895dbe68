r"""Discard rates by vendor and week, by domain or by annotator cohort, against the stepped ceiling.

**Model.** `quality.ramp.discard`'s, group by group: $\theta \mid k, n \sim \mathrm{Beta}(1/2 + k,\ 1/2 + n -
k)$, its 95 % interval and $P(\theta > \text{ceiling})$ with the ceiling of that week's phase.

**Fields needed.** One row a group and week: `readable`, `discarded`, `ceiling`, and the columns to group by.

**Why no threshold here.** The contract's clause is about the vendor's week, which `discard_verdict` judges.
A domain or a cohort is looked at because the week is in question; of twenty cohorts exactly on the ceiling
one is above 0.95 by chance, so the probability is shown and not judged by itself (`quality.ramp.room` tells
of domains beyond what looking at all of them explains). For one that is followed week after
week see `quality.ramp.cohorts`.

**What it does not say.** Why a group is worse: its items may be harder.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from quality.ramp.discard import credible_interval, probability_above


@dataclass(frozen=True)
class Rate:
    """A group's discard rate with its 95 % credible interval.

    `group` holds the values grouped by, as text. `above` is P(rate > ceiling). Without readable records
    `share`, `low`, `high` and `above` are None: there is no rate.
    """

    group: tuple[str, ...]
    readable: int
    discarded: int
    ceiling: float
    share: float | None
    low: float | None
    high: float | None
    above: float | None


def rates(counts: pl.DataFrame, by: Sequence[str] = ("vendor", "week")) -> tuple[Rate, ...]:
    """The rate of every group of `counts`, in the groups' order.

    Args:
        counts: `readable`, `discarded`, `ceiling` (0..1) and the columns of `by`; rows of a group are added.
        by: columns that name a group, such as ``vendor, week, domain``.

    Raises:
        ValueError: a group's rows are under different ceilings, so that no single one holds for their sum.
    """
    groups = counts.group_by(by).agg(
        pl.col("readable", "discarded").sum(),
        ceilings=pl.col("ceiling").n_unique(),
        ceiling=pl.col("ceiling").first(),
    )
    mixed = groups.filter(pl.col("ceilings") > 1)
    if mixed.height:
        raise ValueError(
            f"{mixed.select(by).row(0)} adds up weeks under {mixed['ceilings'][0]} ceilings; expected one: "
            "group by week, or use quality.ramp.sequence, which takes a ceiling for each week"
        )
    return tuple(
        _rate(
            tuple(str(row[name]) for name in by), int(row["readable"]), int(row["discarded"]), row["ceiling"]
        )
        for row in groups.sort(by).iter_rows(named=True)
    )


def _rate(group: tuple[str, ...], readable: int, discarded: int, ceiling: float) -> Rate:
    if readable == 0:
        return Rate(group, 0, discarded, ceiling, None, None, None, None)
    low, high = credible_interval(discarded, readable)
    above = probability_above(discarded, readable, ceiling)
    return Rate(group, readable, discarded, ceiling, discarded / readable, low, high, above)
