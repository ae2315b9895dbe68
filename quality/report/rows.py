r"""Findings and effects as rows of one report, judged with one allowance for false alarms.

A finding of an audit was judged on its own interval. Among a hundred others some intervals lie beyond a limit
by chance, so in a report it stands only if its q, over the whole report, is at most `FALSE_DISCOVERIES`;
otherwise *fail* becomes *warn*, and *warn* becomes *pass*. What the contract itself limits and the books
decide on (`DECIDED`) stays as it was decided.

Where the placebos say that this batch cries wolf (`quality.audits.joint.placebos`), p-values and intervals of
findings widen by the same factor $\sigma$ as those of the joint model (a share's in logits, so that it stays
a share), and what no longer lies beyond its limit no longer fails.
"""

from collections.abc import Iterable
from dataclasses import replace

from scipy import special, stats

from quality.audits.every import AUDITS, Answer, Batch
from quality.audits.fields import COMPARED
from quality.audits.finding import Finding
from quality.audits.joint.design import POSITION
from quality.audits.joint.effects import FALSE_DISCOVERIES, Effect
from quality.audits.lean import ROUNDING
from quality.report.lacking import first_lacking
from quality.report.model import Row, Status
from quality.verdict import Verdict

HALF = 0.5  # what a share is where nothing is preferred
DECIDED = ("longer_wins", "first_wins", "tie_share")
MILDER: dict[str, Status] = {"fail": "warn", "warn": "pass"}


def finding_row(audit: str, finding: Finding, batch: Batch) -> Row:
    """A finding of `audit` on `batch`, before anything is known of the others."""
    return replace(
        verdict_row(audit, finding, first_lacking(batch, AUDITS[audit].needs)),
        feature=finding.feature,
        basis=finding.basis,
        null=finding.null,
        effective_n=finding.effective_n,
        # A figure that must not be judged is shown, but not tested.
        p=None if finding.status == "not_testable" else finding.p,
    )


def verdict_row(audit: str, verdict: Verdict, lacks: str | None) -> Row:
    """A verdict that tests nothing; `lacks` is what it cannot do without, where it is not testable."""
    return Row(
        audit=audit,
        clause=verdict.spec.clause,
        metric=verdict.spec.metric,
        feature="",
        basis="association",
        status=verdict.status,
        observed=verdict.observed,
        low=verdict.low,
        high=verdict.high,
        null=None,
        n=verdict.n,
        effective_n=None,
        p=None,
        q=None,
        threshold=verdict.spec.threshold,
        consequence=verdict.spec.consequence,
        reason=verdict.reason,
        lacks=lacks if verdict.status == "not_testable" else None,
        more={},
    )


def effect_row(effect: Effect, batch: Batch, scale: float | None) -> Row:
    """One feature of the joint model, whose typical difference is `scale` (None: it is not in the model)."""
    more = {
        "scale": scale,
        "beta": effect.beta,
        "se": effect.se,
        "design_effect": effect.design_effect,
        "minimum_detectable": effect.minimum_detectable,
        "identifiable_share": effect.identifiable_share,
    }
    return Row(
        audit="joint",
        clause="audits.joint",
        metric=f"{effect.feature}_effect",
        feature=effect.feature,
        basis=effect.evidence,
        status=effect.status,
        observed=effect.win_rate,
        low=effect.low,
        high=effect.high,
        null=0.5,
        n=effect.n,
        effective_n=effect.effective_n,
        p=effect.p,
        q=effect.q,
        threshold=effect.threshold,
        consequence="none",
        reason=effect.reason,
        lacks=_lacking(effect, batch) if effect.status == "not_testable" else None,
        more=more,
    )


def _lacking(effect: Effect, batch: Batch) -> str | None:
    if effect.feature == POSITION and not batch.frame.is_empty():
        return "order_shown" if batch.frame["first_position"].null_count() == batch.frame.height else None
    return first_lacking(batch, COMPARED)


def calibrated(row: Row, spread: float) -> Row:
    """`row` with p and, unless the books decided on it, its interval widened by `spread` of the placebos.

    A failure that the widened interval no longer supports becomes a warning: its estimate is still beyond.
    """
    if spread == 1 or row.p is None or row.observed is None or row.low is None or row.high is None:
        return row
    p = float(2 * stats.norm.sf(stats.norm.isf(row.p / 2) / spread))
    if row.metric in DECIDED:
        return replace(row, p=p)
    low, high = _widened(row.observed, row.low, row.high, spread, share=row.null == HALF)
    held = row.status == "fail" and not _beyond(row, low, high)
    said = (
        f"Before calibration on the placebos: {row.reason} Calibrated, the interval is {low:.3f} to "
        f"{high:.3f}{', which reaches into what is tolerated' if held else ''}."
    )
    return replace(row, p=p, low=low, high=high, status="warn" if held else row.status, reason=said)


def _widened(observed: float, low: float, high: float, spread: float, *, share: bool) -> tuple[float, float]:
    """The interval, each end `spread` times as far off: a share in logits, a difference in points."""
    if share and low > 0 and high < 1:
        middle, *ends = (float(special.logit(each)) for each in (observed, low, high))
        wide = [float(special.expit(middle + spread * (end - middle))) for end in ends]
        return wide[0], wide[1]
    least = 0.0 if share else -1.0
    return max(least, observed - spread * (observed - low)), min(1.0, observed + spread * (high - observed))


def _beyond(row: Row, low: float, high: float) -> bool:
    """Does the interval still lie wholly beyond what the contract tolerates?"""
    if row.metric == "style_auc":
        return low > row.threshold + ROUNDING
    centre = row.null or 0.0
    return max(low - centre, centre - high) > row.threshold + ROUNDING


def with_q(rows: Iterable[Row], q: Iterable[float | None]) -> tuple[Row, ...]:
    """The rows with q, one a row, and the status and the sentence that follow."""
    return tuple(_judged(row, each) for row, each in zip(rows, q, strict=True))


def _judged(row: Row, q: float | None) -> Row:
    if q is None:
        return row
    if q <= FALSE_DISCOVERIES or row.metric in DECIDED or row.status not in MILDER:
        return replace(row, q=q)
    reason = f"{row.reason} Over the whole report q is {q:.2g}: of so many figures chance gives one like it."
    return replace(row, q=q, status=MILDER[row.status], reason=reason)


def finding_rows(answers: dict[str, Answer], batch: Batch) -> tuple[Row, ...]:
    """Every finding of every audit of `batch`."""
    return tuple(finding_row(name, finding, batch) for name, found in answers.items() for finding in found)
