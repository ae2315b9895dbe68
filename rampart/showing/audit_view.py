"""A report of audits, sorted for a reader: what to look at first, how far to trust it, then all of it.

It works on the report's JSON form, so that a stored report of any week is shown as a fresh one is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quality.report.model import GRAVITY, VERSION
from rampart.showing.forest import Forest, forest

Told = Mapping[str, Any]
# Their figures are no rates.
OWN_AXIS = ("style_auc", "coefficient_change")
# Ids and names of groups, domains and models are as a vendor delivers them, of whatever length. A page shows
# the beginning; the JSON form keeps the whole, to look a record up by.
LONGEST_NAME, LONGEST_SENTENCE = 100, 2_000
SENTENCES = ("reason", "sentence", "about", "quality", "shows", "method", "not_sliced")
FOUND = 0.05  # the q at which the report calls something found


@dataclass(frozen=True)
class AuditView:
    """What the template shows. `report` is the whole JSON form.

    `first` are failures, then warnings. `described` are figures on no axis that others share, `statistics`
    those of all annotators. `lacking` is field → what could not be asked without it; `unanswered` could not
    be answered for another reason.
    """

    report: Told
    first: tuple[Told, ...]
    passed: int
    forests: tuple[Forest, ...]
    described: tuple[Told, ...]
    statistics: tuple[Told, ...]
    shown_people: tuple[Told, ...]
    shown_slices: tuple[Told, ...]
    lacking: tuple[tuple[str, tuple[Told, ...]], ...]
    unanswered: tuple[Told, ...]


@dataclass(frozen=True)
class AuditPanel:
    """The report in a few figures, for the page of its week."""

    summary: Mapping[str, int]
    first: tuple[Told, ...]
    own: Told | None


def audit_view(report: Told) -> AuditView:
    """Sort `report` (`quality.report.canonical.plain`); `ValueError` for a form that is not known here."""
    _must_be_known(report)
    report = _bounded(report)
    rows = every_row(report)
    untold = [row for row in rows if row["status"] == "not_testable"]
    told = [row for row in rows if row["status"] != "not_testable"]
    return AuditView(
        report=report,
        first=first_rows(report),
        passed=sum(row["status"] == "pass" for row in rows),
        forests=tuple(_forests(report)),
        described=tuple(row for row in told if not _drawn(row) and row["audit"] != "people"),
        statistics=tuple(row for row in told if not _drawn(row) and row["audit"] == "people"),
        shown_people=tuple(row for row in report["people"]["evidence"] if row["investigate"]),
        shown_slices=tuple(
            sorted(
                (row for row in report["slices"] if row["q"] is not None and row["q"] <= FOUND),
                key=lambda row: (row["q"], row["dimension"], row["slice"], row["feature"]),
            )
        ),
        lacking=_lacking(untold),
        unanswered=tuple(row for row in untold if row["lacks"] is None),
    )


def audit_panel(report: Told) -> AuditPanel:
    """The few figures of `report`."""
    _must_be_known(report)
    return AuditPanel(report["summary"], _bounded(first_rows(report)), report["own"])


def every_row(report: Told) -> tuple[Told, ...]:
    """Every question of the report, gravest answers first."""
    people = report["people"]
    every = [*report["joint"]["effects"], *report["findings"], *people["reliability"], *people["statistics"]]
    return tuple(sorted(every, key=lambda row: GRAVITY.index(row["status"])))


def first_rows(report: Told) -> tuple[Told, ...]:
    """What failed, then what warns."""
    return tuple(row for row in every_row(report) if row["status"] in ("fail", "warn"))


def _must_be_known(report: Told) -> None:
    if report.get("version") != VERSION:
        raise ValueError(
            f"this report is of form {report.get('version')!r}, and form {VERSION} can be shown; judge the "
            "week again, or read its JSON"
        )


def _bounded(value: Any, most: int = LONGEST_NAME) -> Any:
    """`value` with every text in it cut to what a page has room for."""
    if isinstance(value, str):
        return value if len(value) <= most else f"{value[: most - 1]}…"
    if isinstance(value, Mapping):
        return {
            _bounded(name): _bounded(each, LONGEST_SENTENCE if name in SENTENCES else most)
            for name, each in value.items()
        }
    return type(value)(_bounded(each, most) for each in value) if isinstance(value, list | tuple) else value


def _drawn(row: Told) -> bool:
    """Is the row in a forest plot?"""
    return (
        row["status"] != "not_testable"
        and row["observed"] is not None
        and row["low"] is not None
        and row["metric"] not in OWN_AXIS
        and (row["null"] is not None or row["clause"] == "annotators.agreement")
    )


def _forests(report: Told) -> Iterable[Forest]:
    findings = [row for row in report["findings"] if _drawn(row)]
    for title, says, rows, null, ends in (
        (
            "The joint model",
            "Win rate of the side with a typical difference more, all else in the model equal",
            [row for row in report["joint"]["effects"] if _drawn(row)],
            0.5,
            (0.3, 0.7),
        ),
        (
            "One feature at a time",
            "Win rate of the side with the feature, or with more of it",
            [row for row in findings if row["null"] == 0.5],
            0.5,
            (0.3, 0.7),
        ),
        (
            "Differences and changes",
            "One rate less another, in points",
            [row for row in findings if row["null"] == 0.0],
            0.0,
            (-0.2, 0.2),
        ),
        (
            "Agreement",
            "Coefficient, 0 for chance and 1 for always (raw agreement: a share)",
            [row for row in report["people"]["reliability"] if _drawn(row)],
            None,
            (0.0, 1.0),
        ),
    ):
        if rows:
            yield forest(title, says, _ordered(rows), null, ends)


def _ordered(rows: Sequence[Told]) -> Sequence[Told]:
    return sorted(rows, key=lambda row: GRAVITY.index(row["status"]))


def _lacking(rows: Iterable[Told]) -> tuple[tuple[str, tuple[Told, ...]], ...]:
    found: dict[str, list[Told]] = {}
    for row in rows:
        if row["lacks"] is not None:
            found.setdefault(row["lacks"], []).append(row)
    ranked = sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))
    return tuple((field, tuple(each)) for field, each in ranked)
