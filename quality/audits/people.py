"""A finding about who stands out, out of a table of people; it shows figures and never says why."""

import polars as pl

from quality.audits.finding import Finding
from quality.audits.outliers import MIN_PEOPLE, MIN_WORK
from quality.verdict import GateSpec, Status

FALSE_SHARE = 0.05  # of those named, how many may be named by chance (Benjamini & Hochberg 1995)
_NAMED = 5


def people_finding(
    spec: GateSpec, apart: pl.DataFrame, about: str, evidence: str | None, *, feature: str = ""
) -> Finding:
    """How many of the people in `apart` stand out.

    Args:
        spec: what is asked; the threshold is the largest tolerated share of chance among those named.
        apart: from `quality.audits.outliers.people_apart`, with `annotator_id`, `n`, `share`.
        about: what the share is of, as in ``ties``.
        evidence: address of the rows.
        feature: what is compared.

    Returns:
        A finding whose `observed` is how many stand out; *warn* when somebody does, never *fail*: a person is
        looked into, not sentenced. Its p is Simes' (1986, doi:10.1093/biomet/73.3.751) over all people.
    """
    if apart.is_empty():
        reason = (
            f"Fewer than {MIN_PEOPLE} annotators with an `annotator_id` have {MIN_WORK} judgements: who"
            f" stands out in their share of {about} cannot be told."
        )
        return Finding(spec, "not_testable", None, None, None, 0, reason, evidence, feature)
    named = apart.filter(pl.col("q") < spec.threshold)
    status: Status = "pass" if named.is_empty() else "warn"
    listed = ", ".join(
        f"{row['annotator_id']} ({row['share']:.0%} of {row['n']:,}, q {row['q']:.2g})"
        for row in named.head(_NAMED).iter_rows(named=True)
    )
    more = f" and {named.height - _NAMED} more" if named.height > _NAMED else ""
    reason = (
        f"{named.height:,} of {apart.height:,} annotators stand out from the others in their share of {about}"
        f"{f': {listed}{more}' if listed else ''} (at most {spec.threshold:.0%} of those named by chance)."
    )
    n, p = int(apart["n"].sum()), float(apart["q"].min())  # type: ignore[arg-type]
    return Finding(
        *(spec, status, float(named.height), None, None, n, reason, evidence),
        *(feature, "association", 0.0, p),
    )
