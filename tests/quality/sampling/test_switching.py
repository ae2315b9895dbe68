"""Which inspection the next lot gets, by the rules of ISO 2859-1:1999, 9.3 and 9.4."""

import pytest

from quality.sampling.switching import InspectedLot, Severity, inspections

GOOD, BAD = InspectedLot(0, 3, 2), InspectedLot(4, 3, 2)
JUST = InspectedLot(3, 3, 2)  # accepted, but not at an AQL one step tighter
SMALL = InspectedLot(0, 1)


def severity(*lots: InspectedLot, may_reduce: bool = False) -> Severity:
    return inspections(lots, may_reduce=may_reduce)[-1].severity


def test_inspection_starts_as_normal() -> None:
    assert severity() == "normal"


@pytest.mark.parametrize(
    ("lots", "expected"),
    [
        ((BAD,), "normal"),
        ((BAD, BAD), "tightened"),  # of fewer than five
        ((BAD, GOOD, GOOD, GOOD, BAD), "tightened"),
        ((BAD, GOOD, GOOD, GOOD, GOOD, BAD), "normal"),  # six lots: never two of five in a row
        ((GOOD, BAD, GOOD, BAD), "tightened"),
    ],
)
def test_two_of_five_lots_in_a_row_tighten(lots: tuple[InspectedLot, ...], expected: Severity) -> None:
    assert severity(*lots) == expected


@pytest.mark.parametrize(("good", "expected"), [(4, "tightened"), (5, "normal")])
def test_five_accepted_in_a_row_end_tightened_inspection(good: int, expected: Severity) -> None:
    assert severity(BAD, BAD, *[GOOD] * good) == expected


def test_a_lot_that_is_not_accepted_starts_the_five_again() -> None:
    assert severity(BAD, BAD, *[GOOD] * 4, BAD, *[GOOD] * 4) == "tightened"
    assert severity(BAD, BAD, *[GOOD] * 4, BAD, *[GOOD] * 5) == "normal"


def test_lots_before_a_return_to_normal_do_not_count_against_it() -> None:
    assert severity(BAD, BAD, *[GOOD] * 5, BAD) == "normal"


def test_the_score_adds_three_where_a_tighter_aql_would_accept_too_and_two_where_the_plan_accepts_few() -> (
    None
):
    assert [one.score for one in inspections([GOOD, GOOD, JUST, GOOD])] == [0, 3, 6, 0, 3]
    assert [one.score for one in inspections([SMALL, SMALL, InspectedLot(2, 1), SMALL])] == [0, 2, 4, 0, 2]
    assert inspections([InspectedLot(0, 2, None)])[-1].score == 0  # no plan is tighter


@pytest.mark.parametrize(
    ("lot", "lots", "expected"),
    [(GOOD, 9, "normal"), (GOOD, 10, "reduced"), (SMALL, 14, "normal"), (SMALL, 15, "reduced")],
)
def test_a_score_of_30_allows_reduced_inspection(lot: InspectedLot, lots: int, expected: Severity) -> None:
    assert severity(*[lot] * lots, may_reduce=True) == expected
    assert severity(*[lot] * lots) == "normal"  # nobody wants it


def test_production_that_is_not_steady_is_never_reduced() -> None:
    unsteady = InspectedLot(0, 3, 2, steady=False)
    assert severity(*[GOOD] * 9, unsteady, may_reduce=True) == "normal"
    assert severity(*[GOOD] * 10, unsteady, may_reduce=True) == "normal"
    assert severity(*[GOOD] * 10, GOOD, may_reduce=True) == "reduced"


def test_one_lot_that_is_not_accepted_ends_reduced_inspection_and_the_score_starts_again() -> None:
    found = inspections([*[GOOD] * 10, BAD, GOOD], may_reduce=True)
    assert [(one.severity, one.score) for one in found[-2:]] == [("normal", 0), ("normal", 3)]


def test_five_lots_not_accepted_under_tightened_inspection_stop_it_until_it_is_taken_up_again() -> None:
    lots = [BAD, BAD, BAD, GOOD, BAD, GOOD, BAD, BAD, BAD]
    assert inspections(lots)[-2].severity == "tightened"
    assert inspections(lots)[-1].severity == "stopped"
    with pytest.raises(ValueError, match="lot 10 was inspected though inspection was stopped"):
        inspections([*lots, GOOD])
    assert inspections([*lots, *[GOOD] * 4], resume=[9])[-1].severity == "tightened"
    assert inspections([*lots, *[GOOD] * 5], resume=[9])[-1].severity == "normal"
