r"""The joint model's coefficients of earlier weeks, on one scale, from weeks whose model had the same terms.

A report's coefficient is in logits a *typical difference* of its own week (`quality.audits.joint.design`),
and what is typical changes. So $\beta_w / s_w$ is in logits a unit of the feature in every week, and
$\beta_w \cdot s_T / s_w$ in logits a typical difference of the latest. A coefficient also depends on what
else is in the model: with another set of terms it is another figure.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from quality.audits.joint.design import QUALITY
from quality.audits.joint.fit import JointResult
from quality.report.model import Row

# A row a week and feature of the joint model: `beta` and `se` in logits a typical difference of that week,
# which is `scale`; `terms` names all that the model of that week had.
HISTORY = pl.Schema(
    {
        "week": pl.Int64,
        "feature": pl.String,
        "beta": pl.Float64,
        "se": pl.Float64,
        "scale": pl.Float64,
        "terms": pl.String,
    }
)
SOURCES = "source models"


def scales_of(result: JointResult) -> dict[str, float]:
    """The typical difference of each term of the model."""
    if result.linearised is None:
        return {}
    terms = result.linearised.fit.design
    return dict(zip(terms.names, terms.scales.tolist(), strict=True))


def coefficients(effects: Iterable[Row], result: JointResult, week: int) -> pl.DataFrame:
    """Those of this week's model that are judged."""
    rows = [{"feature": row.feature, "q": row.q, "more": row.more} for row in effects]
    has_quality = result.quality_coefficient is not None
    return _table(rows, has_quality, bool(result.source_strengths), week)


def coefficients_of(report: Mapping[str, Any], week: int) -> pl.DataFrame:
    """Those of a stored report (`quality.report.canonical`); none where it does not tell the scale."""
    joint = report["joint"]
    return _table(joint["effects"], joint["quality_coefficient"] is not None, bool(joint["sources"]), week)


def _table(
    effects: Iterable[Mapping[str, Any]], has_quality: bool, has_sources: bool, week: int
) -> pl.DataFrame:
    known = [row for row in effects if row["more"].get("scale")]
    names = sorted(row["feature"] for row in known)
    terms = ", ".join([*names, *([QUALITY] * has_quality), *([SOURCES] * has_sources)])
    rows = [
        {
            "week": week,
            "feature": row["feature"],
            **{name: row["more"][name] for name in ("beta", "se", "scale")},
            "terms": terms,
        }
        for row in known
        if row["q"] is not None
    ]
    return pl.DataFrame(rows, schema=HISTORY)


def comparable(before: pl.DataFrame | None, now: pl.DataFrame) -> tuple[pl.DataFrame | None, str]:
    """Earlier weeks of the same terms and `now`, all on its scale; and what to say of weeks left out."""
    if before is None or before.is_empty():
        return None, ""
    given = before.match_to_schema(HISTORY, integer_cast="upcast")
    alike = given.filter(pl.col("terms").is_in(now["terms"].unique().implode()))
    left = given["week"].n_unique() - alike["week"].n_unique()
    weeks = f"{left:,} earlier week{'s' if left > 1 else ''}"
    said = f" Left out: {weeks}, as the model had other terms in it then." if left else ""
    unit = pl.col("scale_now") / pl.col("scale")
    latest = now.select("feature", scale_now="scale")
    rescaled = alike.join(latest, on="feature").with_columns(pl.col("beta", "se") * unit, scale="scale_now")
    return pl.concat([rescaled.select(HISTORY.names()), now]), said
