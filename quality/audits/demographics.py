r"""Do groups of annotators prefer different things?

**Model.** `quality.audits.contrasts`: how often the response with more of a feature won, in the judgements
of one group and of all others that may be shown. A cell (group x feature) of fewer than `min_cell`
comparisons, or of fewer annotators than the contract's `annotators.min_group`, is suppressed: no figure of
it is shown, and it is nobody's "others", for who knows a large group and the large with the tiny one knows
the tiny one.

**Fields needed.** `annotator_id`, and a table of people with their groups (a roster's columns). Canonical
records carry no demographics.

**Why these defaults.** Thirty comparisons tell 1/2 from 3/4; under five annotators a figure is about
persons. That preferences differ by who is asked is known (Kirk et al. 2024, PRISM, arXiv:2404.16019); how
far they may is for the contract.

**What it does not say.** That a group is wrong, or that a difference is the group's: groups may have been
given other prompts.
"""

from collections.abc import Iterator

import polars as pl

from contracts.model import ContrastLimit
from quality.audits.contrasts import COMPARED_ON, contrast, contrast_spec, feature_wins, not_comparable
from quality.audits.features.measuring import Measured
from quality.audits.fields import COMPARED, lacking
from quality.audits.finding import Finding, untested
from quality.verdict import Verdict

METRIC = "wins_by_group"


def audit(
    frame: pl.DataFrame,
    found: Measured,
    people: pl.DataFrame | None,
    limit: ContrastLimit,
    *,
    min_group: int = 5,
    evidence: str | None = None,
) -> tuple[Finding, ...]:
    """What each group of annotators prefers more than all others that may be shown.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        found: at least the features `COMPARED_ON`, measured on `frame`.
        people: one row a person: `annotator_id` and a column of text for each way of grouping; None where the
            batch comes without.
        limit: the contract's `audits.groups`.
        min_group: the contract's `annotators.min_group`.
        evidence: address of the rows.

    Returns:
        A finding a cell, metric ``<feature>_wins_by_group``, `feature` as ``length x region: north``.
    """
    missing = lacking(frame, *COMPARED, "annotator_id")
    if missing is None and (people is None or people.width < 2):
        missing = "There is no `people` table that says which group an annotator belongs to."
    if missing or people is None:
        return (not_comparable(METRIC, limit, missing or "", evidence),)
    grouped = frame.join(
        people.unique("annotator_id", keep="first"), on="annotator_id", how="left", maintain_order="left"
    )
    ways = [name for name in people.columns if name != "annotator_id"]
    return tuple(
        _cell(rows, way, group, feature, limit, min_group, evidence)
        for feature in COMPARED_ON
        for wins in (feature_wins(grouped, found, feature),)
        for way in ways
        for rows in (_shown(wins, way, limit.min_cell, min_group),)
        for group in _groups(people, way)
    ) or (not_comparable(METRIC, limit, "No annotator belongs to a known group in `people`.", evidence),)


def _groups(people: pl.DataFrame, way: str) -> Iterator[str]:
    yield from people[way].drop_nulls().unique().sort()


def _shown(wins: pl.DataFrame, way: str, min_cell: int, min_group: int) -> pl.DataFrame:
    """The rows of groups that are large enough for a figure about them."""
    large = (pl.len() >= min_cell) & (pl.col("annotator_id").n_unique() >= min_group)
    return wins.drop_nulls(way).filter(large.over(way))


def _cell(  # noqa: PLR0917
    rows: pl.DataFrame,
    way: str,
    group: str,
    feature: str,
    limit: ContrastLimit,
    min_group: int,
    evidence: str | None,
) -> Finding:
    spec, named = contrast_spec(f"{feature}_{METRIC}", limit), f"{feature} x {way}: {group}"
    rows = rows.with_columns(inside=pl.col(way) == group)
    if rows["inside"].n_unique() < 2:
        reason = (
            f"Suppressed: {way} {group}, or each of the others, has fewer than {min_group} annotators or "
            f"fewer than {limit.min_cell:,} comparisons."
        )
        return untested(Verdict(spec, "not_testable", None, None, None, 0, reason, evidence), named)
    said = f"More {feature} won {{inside}} with {way} {group}, {{outside}} with all others shown"
    return contrast(rows, spec, limit, said, evidence, feature=named)
