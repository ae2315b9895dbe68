r"""Does what preferences go along with differ between the latest week and those before?

**Model.** `quality.audits.contrasts`: how often the response with more of a feature won, in the latest week
and in all earlier ones. People who work in both are in both groups, and the clustered interval knows it:
their taste cancels.

**Fields needed.** `submitted_at` of at least two weeks (or the contract week in a column `week`),
`responses`, `ranking`; `annotator_id` for the full interval.

**Why this default.** `max_difference` 0.10, as between any groups.

**What it does not say.** Why: new people, new prompts and new instructions all move a preference.
"""

from collections.abc import Sequence

import polars as pl

from contracts.model import ContrastLimit
from quality.audits.contrasts import contrast, contrast_spec, feature_wins, not_comparable
from quality.audits.features.feature import Feature
from quality.audits.features.measuring import Measured
from quality.audits.fields import COMPARED, lacking
from quality.audits.finding import Finding
from quality.audits.weeks import weeks


def audit(
    frame: pl.DataFrame,
    found: Measured,
    features: Sequence[Feature],
    limit: ContrastLimit,
    evidence: str | None = None,
) -> tuple[Finding, ...]:
    """How much more often the side with more of each feature won in the latest week.

    Args:
        frame: comparisons (`rampart.records.comparisons`), of several weeks.
        found: at least `features`, measured on `frame`.
        features: what to ask about.
        limit: the contract's `audits.groups`.
        evidence: address of the rows.

    Returns:
        A finding a feature, with metric ``<feature>_wins_change``.
    """
    week, missing = weeks(frame), lacking(frame, *COMPARED)
    if missing is None and week is None:
        missing = "No comparison has the field `submitted_at`, so weeks cannot be told apart."
    if missing is None and week is not None and week.n_unique() < 2:
        missing = f"All comparisons are of one week ({week[0]})."
    if missing or week is None:
        return tuple(not_comparable(_metric(each), limit, missing or "", evidence) for each in features)
    dated = frame.with_columns(inside=week == week.max())
    return tuple(_contrast(feature, dated, found, limit, evidence) for feature in features)


def _metric(feature: Feature) -> str:
    return f"{feature.name}_wins_change"


def _contrast(
    feature: Feature, dated: pl.DataFrame, found: Measured, limit: ContrastLimit, evidence: str | None
) -> Finding:
    rows = feature_wins(dated, found, feature.name).drop_nulls("inside")
    said = f"The response {feature.says} won {{inside}} in the latest week, {{outside}} before"
    spec = contrast_spec(_metric(feature), limit)
    return contrast(rows, spec, limit, said, evidence, feature=feature.name)
