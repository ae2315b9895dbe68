r"""Do groups of annotators prefer different things?

**Model.** `quality.audits.contrasts`: how often the response with more of a feature won, in the judgements
of one group and of all others whose group is known. A cell (group x feature) of fewer than `min_cell`
comparisons, or of fewer annotators than the contract's `annotators.min_group`, is suppressed: no figure of
it is shown.

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
    """What each group of annotators prefers more than all others.

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
        _cell(rows.drop_nulls(way), way, group, feature, limit, min_group, evidence)
        for feature in COMPARED_ON
        for rows in (feature_wins(grouped, found, feature),)
        for way in ways
        for group in _groups(people, way)
    ) or (not_comparable(METRIC, limit, "No annotator belongs to a known group in `people`.", evidence),)


def _groups(people: pl.DataFrame, way: str) -> Iterator[str]:
    yield from people[way].drop_nulls().unique().sort()


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
    persons = rows.group_by("inside").agg(pl.col("annotator_id").n_unique())
    if persons.height < 2 or persons["annotator_id"].min() < min_group:  # type: ignore[operator]
        reason = f"Suppressed: {way} {group}, or all others, are fewer than {min_group} annotators."
        return untested(Verdict(spec, "not_testable", None, None, None, 0, reason, evidence), named)
    said = f"More {feature} won {{inside}} with {way} {group}, {{outside}} with all others"
    return contrast(rows, spec, limit, said, evidence, feature=named)
