from dataclasses import replace

import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from quality.verdict import Status
from rampart.delivery.open_store import open_store
from rampart.ledger.batches import expect
from rampart.ledger.errors import LedgerError, ReviewStateError, UnknownBatchError, UnknownReviewError
from rampart.ledger.named import named_objects
from rampart.ledger.outbox import Topic, pending
from rampart.ledger.review_events import Review
from rampart.ledger.reviews import (
    book_reading,
    failed_review,
    open_review,
    open_reviews,
    review_named,
    reviewable,
    reviews,
    wanting_the_rest,
)
from rampart.ledger.verify import verify_books
from tests.ledger.books import day, drawn, found, judged, outcome

KEY = "acme-1"


@pytest.fixture
def review(engine: Engine, contract: Contract) -> Review:
    """A sample of a judged delivery, not on the books yet."""
    judged(engine, contract, 3, outcome(accepted=60))
    return drawn(engine, 3, day(24))


def topics(engine: Engine) -> list[str]:
    wanted: tuple[Topic, ...] = ("review.drawn", "review.read", "review.failed")
    return sorted(row.topic for row in pending(engine, *wanted))


def test_a_drawn_sample_is_on_the_books_once_and_waits_to_be_read(engine: Engine, review: Review) -> None:
    for _ in range(2):
        assert open_review(engine, review) == review
    assert reviews(engine, KEY) == reviews(engine, KEY, 3) == open_reviews(engine) == (review,)
    assert (reviews(engine, KEY, 2), review.status, review.left) == ((), "drawn", 20)
    assert topics(engine) == ["review.drawn"]
    assert verify_books(engine) == ()


def test_nobody_draws_again_until_the_sample_pleases(engine: Engine, review: Review) -> None:
    open_review(engine, review)
    with pytest.raises(ReviewStateError, match=r"was drawn with 20 records; a judgement is sampled once"):
        open_review(engine, replace(review, sheet="cd" * 32, records=40))


@pytest.mark.parametrize(("status", "asks"), [("fail", ["review.failed"]), ("pass", [])])
def test_a_reading_is_written_down_once_and_asks_for_a_judgement_where_it_fails(
    engine: Engine, review: Review, status: Status, asks: list[str]
) -> None:
    open_review(engine, review)
    reading = found(status, day(25))
    for _ in range(2):
        assert book_reading(engine, review, reading).status == status
    (told,) = reviews(engine, KEY)
    assert (told.readings, told.verdict, told.left) == ((reading,), reading.verdict, 0)
    assert topics(engine) == ["review.drawn", *asks, "review.read"]
    assert (open_reviews(engine), verify_books(engine)) == ((), ())
    assert failed_review(engine, KEY, review.delivery_id) == (told if asks else None)


def test_a_failure_asks_once_however_much_is_read_later(engine: Engine, review: Review) -> None:
    open_review(engine, review)
    after = book_reading(engine, review, found("fail", day(25), left=5))
    assert open_reviews(engine) == (after,)
    book_reading(engine, after, found("fail", day(26), file="f2" * 32))
    assert topics(engine) == ["review.drawn", "review.failed", "review.read", "review.read"]


def test_a_result_that_knew_less_than_the_books_is_refused(engine: Engine, review: Review) -> None:
    open_review(engine, review)
    book_reading(engine, review, found("not_testable", day(25), left=5))
    with pytest.raises(ReviewStateError, match=r"another sheet of .* was read meanwhile"):
        book_reading(engine, review, found("pass", day(25), file="f2" * 32))


def test_advice_asks_for_nothing(engine: Engine, review: Review) -> None:
    open_review(engine, review)
    reading = found("fail", day(25))
    assert reading.verdict is not None
    spec = replace(reading.verdict.spec, consequence="none")
    book_reading(engine, review, replace(reading, verdict=replace(reading.verdict, spec=spec)))
    assert topics(engine) == ["review.drawn", "review.read"]
    assert failed_review(engine, KEY, review.delivery_id) is None


def test_where_all_is_to_be_reviewed_it_is_asked_for_until_it_is_drawn(
    engine: Engine, review: Review
) -> None:
    whole = replace(review, on_fail="review_all")
    open_review(engine, whole)
    assert wanting_the_rest(engine) == ()
    failed = book_reading(engine, whole, found("fail", day(25)))
    assert wanting_the_rest(engine) == (failed,)
    open_review(engine, replace(whole, review_id="7e" * 32, rest=True, n=0))
    assert wanting_the_rest(engine) == ()


def test_a_redelivery_ends_a_review(engine: Engine, contract: Contract, review: Review) -> None:
    open_review(engine, review)
    judged(engine, contract, 3, delivery_id="d2", replaces=review.delivery_id)
    assert open_reviews(engine) == ()
    with pytest.raises(ReviewStateError, match="was replaced since"):
        book_reading(engine, review, found("pass", day(25)))
    with pytest.raises(ReviewStateError, match="was replaced since"):
        open_review(engine, replace(review, review_id="7e" * 32))


@pytest.mark.parametrize(
    ("week", "refusal", "says"),
    [
        (1, ReviewStateError, "is expected"),
        (2, ReviewStateError, "rejected"),
        (4, UnknownBatchError, "not on the books"),
    ],
)
def test_only_what_is_accepted_or_held_is_reviewed(
    engine: Engine, contract: Contract, week: int, refusal: type[LedgerError], says: str
) -> None:
    expect(engine, KEY, 1, contract.digest, day(1))
    judged(engine, contract, 2, outcome("rejected", 80, 20))
    with pytest.raises(refusal, match=says):
        reviewable(engine, KEY, week)


def test_a_review_is_known_by_what_tells_it_apart(engine: Engine, review: Review) -> None:
    open_review(engine, review)
    open_review(engine, replace(review, review_id="5f" * 32))
    assert review_named(engine, "5e5e5e5e") == review
    for name, says in (("5", "several reviews"), ("9", "no review"), ("", "no review")):
        with pytest.raises(UnknownReviewError, match=says):
            review_named(engine, name)


def test_every_object_of_a_review_is_named(engine: Engine, review: Review, tmp_path: object) -> None:
    open_review(engine, review)
    reading = found("pass", day(25))
    book_reading(engine, review, reading)
    named = {one.key for one in named_objects(engine, open_store(str(tmp_path)))}
    assert {review.sheet_key, review.design_key, reading.object_key, reading.result_key} <= named
