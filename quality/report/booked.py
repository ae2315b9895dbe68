"""What of a report goes into the books: each finding that fails or warns, and one line that counts the rest.

A report asks about a hundred questions, and the books hold no text of a vendor's. So findings about openings,
groups of people or single annotators are booked under the question's own name, and the report says which.
"""

from dataclasses import replace

from quality.report.model import GRAVITY, AuditReport, Row
from quality.report.rows import DECIDED
from quality.verdict import GateSpec, Status, Verdict

CLAUSE = "audits"
METRIC = "audit_report"
# Audits whose features are words of a vendor's, or names of groups.
_FOREIGN = {"opening": "opening_wins", "demographics": "wins_by_group"}
ELSEWHERE = "The report of the batch says of whom, or of what words."
_ABOUT_PEOPLE = ("_outliers", "_rises")


def booked(report: AuditReport, evidence: str | None = None) -> tuple[Verdict, ...]:
    """The verdicts of `report` that stand beside those of the contract's own clauses.

    Args:
        report: of the batch.
        evidence: address of the rows.
    """
    found: dict[str, Row] = {}
    for row in report.rows:  # the gravest first
        if row.status in ("fail", "warn") and row.metric not in DECIDED:
            told = _without_text(row)
            found.setdefault(told.metric, told)
    return (*(_verdict(row, evidence) for row in found.values()), _summary(report, evidence))


def _without_text(row: Row) -> Row:
    metric = row.metric
    if row.audit in _FOREIGN:
        metric = _FOREIGN[row.audit] + ("_matched" if row.metric.endswith("_matched") else "")
    elif not metric.endswith(_ABOUT_PEOPLE):
        return row
    return replace(row, metric=metric, reason=ELSEWHERE)


def _verdict(row: Row, evidence: str | None) -> Verdict:
    status: Status = "fail" if row.status == "fail" else "warn"
    spec = GateSpec(row.clause, row.metric, row.threshold, row.consequence)
    return Verdict(spec, status, row.observed, row.low, row.high, row.n, row.reason, evidence)


def _summary(report: AuditReport, evidence: str | None) -> Verdict:
    counts = ", ".join(
        f"{report.summary[status]:,} {status.replace('_', ' ')}"
        for status in GRAVITY
        if report.summary[status]
    )
    own = (
        report.own.reason
        if report.own
        else "No feature could be judged, so false alarms and power are not known."
    )
    judged = sum(report.summary[status] for status in ("fail", "warn", "pass"))
    status: Status = "pass" if judged else "not_testable"
    rate = max(report.own.false_alarms.values(), default=None) if report.own else None
    reason = f"Of the questions of the audit report: {counts}. {own}"
    spec = GateSpec(CLAUSE, METRIC, 0.07, "none")
    return Verdict(spec, status, rate, None, None, report.facts.comparisons, reason, evidence)
