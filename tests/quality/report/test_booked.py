"""What the books take of a report: what fails or warns, counted the rest, and no text of a vendor's."""

from dataclasses import replace

from quality.report.booked import ELSEWHERE, METRIC, booked
from quality.report.model import AuditReport, Row
from tests.quality.report.batches import report


def failing(row: Row) -> Row:
    return replace(row, status="fail")


def everything_fails() -> AuditReport:
    found = report()
    return replace(
        found,
        findings=tuple(map(failing, found.findings)),
        joint=replace(found.joint, effects=tuple(map(failing, found.joint.effects))),
    )


def test_what_fails_or_warns_is_booked_one_by_one_and_the_rest_is_counted() -> None:
    *found, rest = booked(report(), "s3://rows")
    shown = [row for row in report().rows if row.status in ("fail", "warn")]
    assert {verdict.status for verdict in found} <= {"fail", "warn"}
    assert len(found) <= len(shown)
    assert rest.spec.metric == METRIC
    for status, number in report().summary.items():
        if number:
            assert f"{number:,} {status.replace('_', ' ')}" in rest.reason
    assert {verdict.evidence for verdict in (*found, rest)} == {"s3://rows"}


def test_no_metric_is_booked_twice_or_beside_its_own_clause() -> None:
    metrics = [verdict.spec.metric for verdict in booked(everything_fails())]
    assert len(metrics) == len(set(metrics))
    assert not {"longer_wins", "first_wins", "tie_share"} & set(metrics)


def test_openings_groups_and_annotators_are_not_named_in_the_books() -> None:
    said = " ".join(f"{one.spec.metric} {one.reason}" for one in booked(everything_fails()))
    openings = [row.feature for row in report().findings if row.audit == "opening"]
    assert openings
    assert not [opening for opening in openings if f"{opening}_wins" in said]
    assert "opening_wins" in said
    assert "north" not in said
    people = [one for one in booked(everything_fails()) if one.spec.metric.endswith(("_outliers", "_rises"))]
    assert len(people) == 3
    assert {one.reason for one in people} == {ELSEWHERE}


def test_a_batch_of_which_nothing_can_be_said_says_that() -> None:
    nothing = replace(report(), summary=dict.fromkeys(report().summary, 0) | {"not_testable": 9}, own=None)
    assert booked(nothing)[-1].status == "not_testable"


def test_a_finding_that_the_contract_makes_blocking_has_a_person_decide() -> None:
    found = report()
    rows = tuple(replace(row, status="fail", consequence="hold") for row in found.findings)
    held = [one for one in booked(replace(found, findings=rows)) if one.consequence == "hold"]
    assert held
