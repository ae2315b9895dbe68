r"""Does somebody prefer A to B, B to C and C to A?

**Model.** A triad is three responses to one prompt that annotator $a$ compared two by two, without ties. It
is a cycle or it is transitive. Of votes tossed by a coin a quarter of the triads are cycles, and any two
triads are uncorrelated (Kendall & Babington Smith 1940, doi:10.1093/biomet/31.3-4.324; Moran 1947,
doi:10.1093/biomet/34.3-4.363), so that the count's variance is binomial. The share of cycles stands against
the crowd's (`quality.annotators.crowd`), upper tail; a quarter is what no preference at all would give.

**Fields needed.** `annotator_id`, `prompt`, comparisons of two responses, three of them among the same three.

**Why these defaults.** From 10 triads on. Rankings of three and more have no cycles by construction and do
not count. Of somebody's wins on one prompt 20,000 count (each of 200 responses against each), chosen by a
hash of the texts, which no order of the rows changes: a draw of wins keeps cycles and other triads in
proportion.

**What it does not say.** That a cycle is a mistake: nearly equal responses are ranked nearly by chance, by
careful people too. That is why the crowd's rate on such responses is the reference, and not zero.
"""

import numpy as np
import polars as pl

from quality.annotators.evidence import Missing, of_shares

STATISTIC = "cycles"
LEAST = 10
BY_CHANCE = 0.25
MOST_WINS = 20_000
SEED = 0


def triads(frame: pl.DataFrame) -> pl.DataFrame:
    """Triads of each annotator in comparisons: `annotator_id`, `triads`, `cycles`."""
    group = ["annotator_id", "prompt_key"]
    first = pl.col("outcome") == 1.0
    wins = (
        frame.filter(
            pl.col("outcome") != 0.5,
            pl.col("annotator_id").is_not_null(),
            pl.col("weight") == 1.0,
            pl.col("first") != pl.col("second"),
        )
        .select(
            *group,
            won=pl.when(first).then("first").otherwise("second").hash(),
            lost=pl.when(first).then("second").otherwise("first").hash(),
        )
        .unique()
    )
    back = wins.select(*group, won="lost", lost="won")
    wins = wins.join(back, on=[*group, "won", "lost"], how="anti")  # said both ways: no preference
    drawn = pl.struct("won", "lost").hash(SEED)
    wins = wins.filter(drawn.rank("ordinal").over(group) <= MOST_WINS)
    return (
        _triads(wins, group)
        .group_by("annotator_id")
        .agg(triads=pl.len().cast(pl.Int64), cycles=pl.col("cycle").sum().cast(pl.Int64))
        .sort("annotator_id")
    )


def _triads(wins: pl.DataFrame, group: list[str]) -> pl.DataFrame:
    """Each triad once, and whether it is a `cycle`.

    Responses are numbered from the least compared on, and a triad is found from its lowest: a response
    compared with all others would otherwise be the middle of as many paths as half their number squared.
    """
    ends = pl.concat([wins.select(*group, end=name) for name in ("won", "lost")])
    degrees = ends.group_by(*group, "end").agg(degree=pl.len()).sort("degree", *group, "end")
    places = degrees.drop("degree").with_row_index("place")
    numbered = wins
    for name in ("won", "lost"):
        place = places.select(*group, pl.col("end").alias(name), pl.col("place").alias(f"{name}_place"))
        numbered = numbered.join(place, on=[*group, name])
    edges = numbered.select(
        "annotator_id",
        low=pl.min_horizontal("won_place", "lost_place"),
        high=pl.max_horizontal("won_place", "lost_place"),
        up=pl.col("won_place") < pl.col("lost_place"),  # the lower won
    )
    middle = edges.select("annotator_id", "low", middle="high", first="up")
    paths = middle.join(edges.select("low", "high", long="up"), on="low").filter(
        pl.col("middle") < pl.col("high")
    )
    found = paths.join(edges.select("high", middle="low", second="up"), on=["middle", "high"])
    cycle = (pl.col("first") == pl.col("second")) & (pl.col("first") != pl.col("long"))
    return found.select("annotator_id", cycle=cycle)


def evidence(frame: pl.DataFrame, least: int = LEAST) -> pl.DataFrame | Missing:
    """Evidence on each annotator with at least `least` triads."""
    found = triads(frame)
    if found.is_empty():
        reason = "Nobody compared three responses to one prompt two by two."
        return Missing(STATISTIC, "prompt", reason)
    judged = found.filter(pl.col("triads") >= least)
    cycles, count = (judged[name].to_numpy().astype(np.float64) for name in ("cycles", "triads"))
    return of_shares(STATISTIC, judged["annotator_id"].to_list(), cycles, count, tail="high")
