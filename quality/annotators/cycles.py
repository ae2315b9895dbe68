r"""Does somebody prefer A to B, B to C and C to A?

**Model.** A triad is three responses to one prompt that annotator $a$ compared two by two, without ties. It
is a cycle or it is transitive. Of votes tossed by a coin a quarter of the triads are cycles, and any two
triads are uncorrelated (Kendall & Babington Smith 1940, doi:10.1093/biomet/31.3-4.324; Moran 1947,
doi:10.1093/biomet/34.3-4.363), so that the count's variance is binomial. The share of cycles stands against
the crowd's (`quality.annotators.crowd`), upper tail; a quarter is what no preference at all would give.

**Fields needed.** `annotator_id`, `prompt`, comparisons of two responses, three of them among the same three.

**Why this default.** From 10 triads on. Rankings of three and more have no cycles by construction and do not
count.

**What it does not say.** That a cycle is a mistake: nearly equal responses are ranked nearly by chance, by
careful people too. That is why the crowd's rate on such responses is the reference, and not zero.
"""

import numpy as np
import polars as pl

from quality.annotators.evidence import Missing, of_shares

STATISTIC = "cycles"
LEAST = 10
BY_CHANCE = 0.25


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
    paths = wins.join(wins.select(*group, lost="won", last="lost"), on=[*group, "lost"])
    closed = {
        name: paths.join(wins.select(*group, **ends), on=[*group, "won", "last"])
        .group_by("annotator_id")
        .agg(pl.len())
        for name, ends in {
            "transitive": {"won": "won", "last": "lost"},
            "round": {"won": "lost", "last": "won"},
        }.items()
    }
    # A transitive triad is one path that a win shortens; a cycle is three paths that a win brings back.
    both = closed["transitive"].join(
        closed["round"], on="annotator_id", how="full", coalesce=True, suffix="_round"
    )
    cycles = pl.col("len_round").fill_null(0) // 3
    return both.select("annotator_id", triads=pl.col("len").fill_null(0) + cycles, cycles=cycles).sort(
        "annotator_id"
    )


def evidence(frame: pl.DataFrame, least: int = LEAST) -> pl.DataFrame | Missing:
    """Evidence on each annotator with at least `least` triads."""
    found = triads(frame)
    if found.is_empty():
        reason = "Nobody compared three responses to one prompt two by two."
        return Missing(STATISTIC, "prompt", reason)
    judged = found.filter(pl.col("triads") >= least)
    cycles, count = (judged[name].to_numpy().astype(np.float64) for name in ("cycles", "triads"))
    return of_shares(STATISTIC, judged["annotator_id"].to_list(), cycles, count, tail="high")
