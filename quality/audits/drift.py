r"""Did what preferences go along with change from week to week?

**Model.** A coefficient has an estimate $b_w$ and a standard error $s_w$ in each week. The latest week
against the earlier ones, weighted by $1 / s_w^2$:

$$z = (b_T - \bar b) / \sqrt{s_T^2 + 1 / \textstyle\sum_{w<T} s_w^{-2}},$$

and over all weeks Cochran's $Q = \sum_w (b_w - \bar b)^2 / s_w^2$ with $W - 1$ degrees of freedom (Cochran
1954, doi:10.2307/3001666). A feature *warns* when its $z$, corrected for all features looked at (Benjamini
& Hochberg 1995), is below 5 %.

**Fields needed.** A history: a coefficient of each feature in at least two weeks, all on one scale and from
models with the same terms (`quality.report.earlier`).

**Why 5 %.** It is the false share among those named. Where the same people work in all weeks their taste
cancels in the difference, and the test is conservative: 1.6 % instead of 5 %. `quality.audits.lean_drift`
knows about them.

**What it does not say.** Why: new people, new prompts and new instructions all move coefficients. Looking
every week finds a false alarm sooner or later.
"""

import numpy as np
import polars as pl
from scipy import stats

from quality.audits.finding import Finding
from quality.verdict import GateSpec, Status

FALSE_SHARE = 0.05
SPEC = GateSpec("audits.drift", "coefficient_change", FALSE_SHARE, "none")


def audit(history: pl.DataFrame | None, evidence: str | None = None) -> tuple[Finding, ...]:
    """How much each feature's coefficient changed in the latest week.

    Args:
        history: `week` (sortable), `feature`, `beta` and `se`, one row a week and feature; None without one.
        evidence: address of the rows.

    Returns:
        A finding for each feature of the latest week that has an earlier one; without any, `not_testable`.
    """
    table = None if history is None else changes(history)
    if table is None or table.is_empty():
        reason = "There is no `history` with a coefficient of the same feature in two weeks."
        return (Finding(SPEC, "not_testable", None, None, None, 0, reason, evidence),)
    return tuple(_finding(row, evidence) for row in table.iter_rows(named=True))


def changes(history: pl.DataFrame) -> pl.DataFrame:
    """The latest against the earlier weeks, one row a feature of the latest.

    Returns `feature`, `weeks`, `before`, `now`, `change` with its `se`, `p`, `q`, and `homogeneity`, the
    p-value of Cochran's Q over all weeks.
    """
    known = history.drop_nulls(["beta", "se"]).filter(pl.col("se") > 0).with_columns(w=pl.col("se") ** -2)
    now = pl.col("week") == pl.col("week").max()
    earlier, latest = known.filter(~now), known.filter(now)
    pooled = earlier.group_by("feature").agg(
        before=pl.col("beta").dot("w") / pl.col("w").sum(), variance=1 / pl.col("w").sum()
    )
    mean = (pl.col("beta").dot("w") / pl.col("w").sum()).over("feature")
    spread = known.with_columns(part=pl.col("w") * (pl.col("beta") - mean) ** 2)
    whole = spread.group_by("feature").agg(q_total=pl.col("part").sum(), weeks=pl.len())
    table = latest.join(pooled, on="feature").join(whole, on="feature").sort("feature")
    table = table.with_columns(
        change=pl.col("beta") - pl.col("before"), error=(pl.col("se") ** 2 + pl.col("variance")).sqrt()
    )
    p = 2 * stats.norm.sf(np.abs(table["change"].to_numpy() / table["error"].to_numpy()))
    homogeneity = stats.chi2.sf(table["q_total"].to_numpy(), table["weeks"].to_numpy() - 1)
    corrected = np.asarray(stats.false_discovery_control(p) if len(p) else p)
    return table.select(
        *("feature", "weeks", "before", "change"),
        now="beta",
        se="error",
        p=pl.Series(np.asarray(p), dtype=pl.Float64),
        q=pl.Series(corrected, dtype=pl.Float64),
        homogeneity=pl.Series(np.asarray(homogeneity), dtype=pl.Float64),
    )


def _finding(row: dict[str, float], evidence: str | None) -> Finding:
    half = float(stats.norm.ppf(0.975)) * row["se"]
    change, q = row["change"], row["q"]
    status: Status = "warn" if q < FALSE_SHARE else "pass"
    reason = (
        f"The coefficient of {row['feature']} is {row['now']:+.3f} this week and was {row['before']:+.3f} in "
        f"{row['weeks'] - 1} before: a change of {change:+.3f} (95 % interval {change - half:+.3f} to "
        f"{change + half:+.3f}, q {q:.2g}); all {row['weeks']} weeks alike: p {row['homogeneity']:.2g}."
    )
    return Finding(
        *(SPEC, status, change, change - half, change + half, int(row["weeks"]), reason, evidence),
        *(str(row["feature"]), "association", 0.0, row["p"]),
    )
