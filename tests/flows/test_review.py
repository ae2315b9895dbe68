"""What people find in a sample takes an acceptance back, and the books, the money and the store follow."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from flows.reconcile import reconcile
from flows.weekly import weekly
from quality.verdict import Verdict
from rampart.delivery.judged_rows import stored_rows
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.decisions import decide
from rampart.ledger.deletion.carry_out import delete_data
from rampart.ledger.errors import DeliveryConflictError, ReviewStateError
from rampart.ledger.outbox import pending
from rampart.ledger.read import batch_detail
from rampart.ledger.verify_all import verify_all
from simulator.season import Season, due, week_rows
from tasks.review import Drawn, Wanted, design_kept, draw_review
from tasks.review_reading import ReadBack, read_review
from tasks.workspace import Workspace, workspace
from tests.ledger.books import anyone

CONTRACT = "dc-north"
LATER = due(1) + timedelta(days=2)
REVIEW = "      review: {{plan: {{method: confidence, tolerable: 0.2{more}}}{beside}}}\n"


def asking(more: str = "", beside: str = "") -> str:
    """The review group of a contract: eleven of 36 records, no defect."""
    return REVIEW.format(more=more, beside=beside)


@pytest.fixture
def asked(plain: Season) -> Season:
    """A judged week of a contract that asks for a review: 36 records accepted, 4 discarded."""
    plain.agree(amendment=asking())
    plain.deliver(1)
    weekly(due(1))
    return plain


@pytest.fixture
def place(asked: Season) -> Iterator[Workspace]:  # noqa: ARG001 (its settings are in force)
    with workspace() as opened:
        yield opened


def draw(place: Workspace, wanted: Wanted | None = None) -> Drawn:
    return draw_review(place, CONTRACT, 1, wanted or Wanted(), LATER)


def filled(drawn: Drawn, verdict: Callable[[int], str]) -> bytes:
    rows = list(csv.DictReader(io.StringIO(drawn.sheet.decode("utf-8-sig"), newline="")))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows({**row, "verdict": verdict(number)} for number, row in enumerate(rows))
    return text.getvalue().encode()


def read(
    place: Workspace, drawn: Drawn, verdict: Callable[[int], str], by: str = "Ann", *, partial: bool = False
) -> ReadBack:
    return read_review(place, filled(drawn, verdict), "s.csv", by, LATER, partial)


def one_defect(number: int) -> str:
    return "defect" if number == 3 else "ok"


def all_ok(_number: int) -> str:
    return "ok"


def billed(season: Season) -> list[tuple[int, str]]:
    return [(b["revision"], b["state"]) for b in season.export()["batches"] if b["week"] == 1]


def said(place: Workspace) -> list[Verdict]:
    """What the judgement on the books says of its review."""
    verdicts = batch_detail(place.books, CONTRACT, 1).verdicts
    return [one for one in verdicts if one.spec.clause == "review.plan"]


def test_a_judgement_says_that_people_are_still_to_look(place: Workspace) -> None:
    (verdict,) = said(place)
    assert (verdict.status, verdict.consequence) == ("not_testable", "none")
    assert "People are to review 11 of 36 accepted records, with at most 0 defects" in verdict.reason


@pytest.mark.parametrize(
    "round_", [lambda: weekly(LATER), lambda: reconcile(LATER)], ids=["weekly", "reconcile"]
)
def test_the_rounds_hold_a_week_whose_review_failed_until_a_person_decides(
    place: Workspace, asked: Season, round_: Any
) -> None:
    drawn = draw(place)
    assert read(place, drawn, one_defect).review.status == "fail"
    round_()
    assert billed(asked) == [(1, "superseded"), (2, "held")]
    (verdict,) = said(place)
    assert (verdict.status, verdict.n, verdict.spec.threshold) == ("fail", 11, 0.2)
    assert verdict.evidence is not None and place.store.exists(verdict.evidence)
    assert pending(place.books, "review.failed") == ()
    decide(place.books, CONTRACT, 1, True, "Ada", "one slip", LATER, lifted_by=anyone)
    round_()
    assert billed(asked) == [(1, "superseded"), (2, "accepted_partial")]
    assert verify_all(place.books, place.store).violations == ()


def test_a_passed_review_judges_nothing_anew(place: Workspace, asked: Season) -> None:
    before = billed(asked)
    assert read(place, draw(place), all_ok).review.status == "pass"
    weekly(LATER)
    assert billed(asked) == before == [(1, "accepted")]


def test_a_redelivery_is_judged_without_the_review_of_the_one_before(place: Workspace, asked: Season) -> None:
    drawn = draw(place)
    read(place, drawn, one_defect)
    asked.deliver(1, week_rows("north", 1, hasty=2), replaces=drawn.review.delivery_id)
    weekly(LATER)
    assert billed(asked)[-1][1] == "accepted"
    assert pending(place.books, "review.failed") == ()
    with pytest.raises(ReviewStateError, match="was replaced since"):
        read(place, drawn, all_ok, "Bob")


def test_reviewers_who_differ_are_settled_by_a_third(plain: Season) -> None:
    plain.agree(amendment=asking(beside=", verdicts_each: 2"))
    plain.deliver(1)
    weekly(due(1))
    with workspace() as place:
        drawn = draw(place)
        assert read(place, drawn, all_ok).review.status == "undecided"
        back = read(place, drawn, one_defect, "Bob")
        assert (back.review.status, back.review.left, len(back.result["split"])) == ("undecided", 1, 1)
        assert back.result["agreement"]["raw"] == pytest.approx(10 / 11)
        only = read(place, drawn, lambda number: "ok" if number == 3 else "", "Eve", partial=True)
        assert (only.review.status, only.review.left) == ("pass", 0)


def test_a_decision_of_the_plan_stands_whatever_is_said_later(place: Workspace) -> None:
    drawn = draw(place)
    read(place, drawn, one_defect)
    for by in ("Bob", "Eve"):
        back = read(place, drawn, all_ok, by)
    assert back.review.status == "fail"
    assert back.result["rate"]["share"] == 0


def test_the_first_defects_decide_before_the_sheet_is_full(place: Workspace, asked: Season) -> None:
    drawn = draw(place)
    back = read(place, drawn, lambda number: "defect" if number == 3 else "", partial=True)
    assert (back.review.status, back.review.left) == ("fail", 10)
    weekly(LATER)
    assert billed(asked)[-1] == (2, "held")


def test_all_that_was_accepted_can_be_reviewed_once_the_plan_failed(plain: Season) -> None:
    plain.agree(amendment=asking(more=", on_fail: review_all"))
    plain.deliver(1)
    weekly(due(1))
    with workspace() as place:
        first = draw(place)
        read(place, first, one_defect)
        weekly(LATER)
        rest = draw(place, Wanted(rest=True))
        rows = {row.row for drawn in (first, rest) for row in design_kept(place, drawn.review).rows}
        assert (rest.review.records, len(rows)) == (25, 36)
        back = read(place, rest, one_defect)
        assert (back.review.status, back.result["rate"]["share"]) == ("read", 1 / 25)
        assert back.result["rate"]["low"] == back.result["rate"]["high"] == 1 / 25
        with pytest.raises(ReviewStateError, match="a judgement is sampled once"):
            draw(place, Wanted(size=20, rest=True))


def test_every_line_of_a_result_leads_to_the_record_it_is_about(place: Workspace) -> None:
    drawn = draw(place, Wanted(size=30, discarded=4))
    back = read(place, drawn, one_defect)
    batch = current_batch(place.books, CONTRACT, 1)
    assert batch is not None
    rows = stored_rows(place.store, batch.artefacts)
    kept, lost = (set(table["record_id"].to_pylist()) for table in (rows.accepted(), rows.discards()))
    for row in back.result["rows"]:
        assert row["record_id"] in (lost if row["part"] == "discarded" else kept)
        assert rows.at([row["row"]], ["record_id"])["record_id"].to_list() == [row["record_id"]]
    assert len(back.result["rows"]) == 34


def test_a_deleted_week_takes_its_reviews_with_it(place: Workspace) -> None:
    drawn = draw(place)
    back = read(place, drawn, all_ok)
    assert back.review.last is not None
    delete_data(place.books, place.store, CONTRACT, by="Ada", reason="asked to", as_of=LATER)
    for key in (drawn.review.sheet_key, drawn.review.design_key, back.review.last.result_key):
        assert not place.store.exists(key)
    with pytest.raises(DeliveryConflictError, match="were deleted"):
        draw(place)
    assert verify_all(place.books, place.store).violations == ()
