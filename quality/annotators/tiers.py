"""Whom to look at, and whom the evidence would bear a consequence for: two tiers over all evidence at once.

**Investigate.** Every figure of every annotator has a predictive p-value against the crowd
(`quality.annotators.crowd`). Benjamini & Hochberg's procedure (1995, doi:10.1111/j.2517-6161.1995.tb02031.x)
over all of them together keeps the expected share of false ones among those shown at 20 %: a list to read,
where missing somebody costs more than reading one row too many.

**Sanction.** A list to act on must be right almost always, and a difference must matter. Of each annotator's
figures that may carry a consequence (not speed, not how a text reads) the same test is made again, with a
margin granted that honest differences of taste may have; the procedure at 5 %. Who is here is also in the
first tier.

Neither tier says why somebody differs. Each row shows what was seen, of how many judgements, and what is
usual.
"""

import numpy as np
import polars as pl
from scipy import stats

INVESTIGATE = 0.20
SANCTION = 0.05


def tiered(
    evidence: pl.DataFrame, investigate: float = INVESTIGATE, sanction: float = SANCTION
) -> pl.DataFrame:
    """`evidence` with `q`, `sanction_q`, and booleans `investigate` and `sanction`.

    Args:
        evidence: one row a figure, with `p`, and `sanction_p`, null where the figure may not carry a
            consequence.
        investigate: share of false rows expected among those shown.
        sanction: the same for the second tier.
    """
    q, strict = (_adjusted(evidence[name]) for name in ("p", "sanction_p"))
    return evidence.with_columns(q=q, sanction_q=strict).with_columns(
        investigate=pl.col("q").fill_null(1.0) <= investigate,
        sanction=(pl.col("sanction_q").fill_null(1.0) <= sanction) & (pl.col("q") <= investigate),
    )


def _adjusted(p: pl.Series) -> pl.Series:
    """Benjamini-Hochberg over what is there."""
    known = p.is_not_null().to_numpy()
    adjusted = np.full(len(p), np.nan)
    if known.any():
        adjusted[known] = stats.false_discovery_control(p.drop_nulls().to_numpy())
    return pl.Series(adjusted, dtype=pl.Float64).fill_nan(None)
