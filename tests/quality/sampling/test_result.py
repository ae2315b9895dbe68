"""What a review has shown so far, and how its design is kept."""

import polars as pl
import pytest

from contracts.terms.review import ReviewPlan
from quality.sampling.design import Design, design_from, design_of_sample, rows_said
from quality.sampling.lots import plan_for, spec_of
from quality.sampling.opinions import Opinion, verdicts_of
from quality.sampling.result import Asked, ReviewResult, review_result
from quality.sampling.two_part import DISCARDED, PLAN, Frame, Sizes, two_part

TERMS = ReviewPlan(method="aql", aql_percent=2.5)
PLAN_OF_200 = plan_for(TERMS, 200)


@pytest.fixture(scope="module")
def design() -> Design:
    """32 records that decide, 20 beside them where the risk is, 6 discarded ones."""
    people = [f"a{number % 6}" for number in range(200)]
    frame = Frame(
        pl.DataFrame(
            {
                "record_id": [f"{number:012d}" for number in range(200)],
                "annotator_id": people,
                "flags": [["flagged"] if number % 9 == 0 else [] for number in range(200)],
            }
        ),
        pl.DataFrame({"record_id": [f"{200 + n:012d}" for n in range(9)], "annotator_id": people[:9]}),
        pl.DataFrame(
            {"annotator_id": [f"a{n}" for n in range(6)], "readable": [40] * 6, "discarded": range(6)}
        ),
    )
    assert PLAN_OF_200 is not None
    sample = two_part(frame, Sizes(PLAN_OF_200.n, 20, 6), ("annotator", "flags"), 3)
    names = [f"r-{int(row)}" for row in sample.rows["record_id"]]
    return design_of_sample("5f2c" * 16, sample, names, Asked(PLAN_OF_200, spec_of(TERMS, "review.plan"), 1))


def items(design: Design, part: str) -> list[str]:
    return [row.item for row in design.rows if row.part == part]


def shown(design: Design, defects: list[str], *, kind: str = "") -> ReviewResult:
    said = [
        Opinion(
            row.item, "Ann", "defect" if row.item in defects else "ok", kind if row.item in defects else ""
        )
        for row in design.rows
    ]
    return review_result(design.sample, said, design.asked, "key")


def test_a_design_is_read_back_as_it_was_written(design: Design) -> None:
    back = design_from(design.as_json())
    assert back == design
    assert back.sample.rows.equals(design.sample.rows)
    assert (design.accepted, design.discarded) == (52, 6)


def test_only_the_plan_s_own_records_decide(design: Design) -> None:
    """Two defects are accepted of 32; the rate rests on all, wherever they are."""
    assert PLAN_OF_200 is not None
    accept = PLAN_OF_200.accept
    risk = items(design, "risk")[: accept + 1]
    spared = shown(design, risk)
    assert spared.verdict is not None and spared.verdict.status == "pass"
    assert spared.rate.share is not None and spared.rate.share > 0
    failed = shown(design, items(design, PLAN)[: accept + 1])
    assert failed.verdict is not None
    assert (failed.verdict.status, failed.verdict.consequence) == ("fail", "hold")
    assert (failed.verdict.evidence, failed.verdict.n) == ("key", PLAN_OF_200.n)


def test_discarded_records_tell_only_how_many_were_discarded_wrongly(design: Design) -> None:
    lost = items(design, DISCARDED)
    found = shown(design, lost[:2], kind="label")
    assert (found.discarded.judged, found.discarded.fit, found.rate.share) == (6, 4, 0.0)
    assert found.kinds == ()


def test_kinds_count_defective_records(design: Design) -> None:
    assert shown(design, items(design, PLAN)[:2], kind="label").kinds == (("label", 2),)


def test_a_decision_stands_and_the_rate_goes_on(design: Design) -> None:
    failed = shown(design, items(design, PLAN)[:9])
    said = [Opinion(row.item, "Bob", "ok") for row in design.rows]
    after = review_result(design.sample, said, design.asked, "later", decided=failed.verdict)
    assert after.verdict == failed.verdict
    assert after.rate.share == 0


def test_a_review_without_a_plan_has_no_verdict(design: Design) -> None:
    asked = Asked(None, design.asked.spec, 1)
    found = review_result(design.sample, [Opinion(design.rows[0].item, "Ann", "ok")], asked)
    assert (found.verdict, found.curve, found.rate.share) == (None, None, None)


def test_strata_have_their_own_shares(design: Design) -> None:
    found = shown(design, [])
    assert sum(one.found.size for one in found.strata) == 200
    assert {one.share for one in found.strata} == {0.0}
    assert all(one.high is not None and one.high > 0 for one in found.strata)


def test_the_rows_behind_the_figures_are_those_with_a_verdict(design: Design) -> None:
    first = design.rows[0]
    (row,) = rows_said(design, verdicts_of([Opinion(first.item, "Ann", "ok")]))
    assert (row["item"], row["record_id"], row["verdict"]) == (first.item, first.record_id, "ok")
