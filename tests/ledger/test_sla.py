from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from contracts.terms.ramp import Term
from contracts.terms.rights import Rights
from quality.verdict import GateSpec, Verdict
from rampart.ledger.chain import contract_stream, events
from rampart.ledger.disputes import Dispute, open_dispute, rule_on
from rampart.ledger.engine import reading
from rampart.ledger.outbox import CLOCK, pending
from rampart.ledger.outcome import Settlement
from rampart.ledger.sla import Call, deadline, note, overdue_data, unanswered, undelivered, volumes
from tests.ledger.books import anyone, day, judged, outcome, register, terms

HOUR = timedelta(hours=1)
# Week 1 is due on the Monday after the clocks went forward, at nine.
BERLIN = Term(
    start=date(2026, 3, 23), weeks=2, timezone="Europe/Berlin", remind_days_before=2, missing_after_days=3
)


def test_a_reminder_and_the_grace_keep_the_local_hour_when_the_clocks_change() -> None:
    assert BERLIN.due(1) == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert BERLIN.remind(1) == datetime(2026, 3, 28, 8, tzinfo=UTC)  # nine in winter time
    assert BERLIN.missing(1) == datetime(2026, 4, 2, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "topic"),
    [
        (datetime(2026, 3, 28, 7, 59, tzinfo=UTC), None),
        (datetime(2026, 3, 28, 8, tzinfo=UTC), "delivery.due"),
        (datetime(2026, 3, 30, 6, 59, tzinfo=UTC), "delivery.due"),
        (datetime(2026, 3, 30, 7, tzinfo=UTC), None),  # due and after: no reminder helps
        (datetime(2026, 4, 2, 7, tzinfo=UTC), None),  # three days sharp are within the grace
        (datetime(2026, 4, 2, 7, 1, tzinfo=UTC), "delivery.missing"),
    ],
)
def test_what_an_undelivered_week_is_called_follows_the_moment(at: datetime, topic: str | None) -> None:
    found = deadline(BERLIN, 1, at)
    assert (found[0] if found else None) == topic


def test_without_the_terms_nobody_is_reminded_and_nothing_is_ever_missing() -> None:
    plain = Term(start=date(2026, 3, 23), weeks=2)
    assert deadline(plain, 1, plain.due(1) - HOUR) is deadline(plain, 1, plain.due(1) + 999 * HOUR) is None


def reminding(**more: int) -> Contract:
    given = terms()
    return given.model_copy(update={"term": given.term.model_copy(update=more)})


def test_a_missing_week_is_one_event_and_one_notice_however_often_the_clock_runs(engine: Engine) -> None:
    contract = register(engine, reminding(missing_after_days=2))
    for at in (day(9), day(9) + HOUR, day(10), day(30)):
        call = undelivered(engine, "acme-1", contract, 1, at)
        note(engine, [call] if call else [], at)
    with reading(engine) as session:
        (event,) = [e for e in events(session, contract_stream("acme-1")) if e.kind == "delivery.missing"]
    assert event.as_of == day(9) + HOUR  # nine sharp on the second day is within the grace
    (row,) = pending(engine, "delivery.missing")
    assert row.payload["missing_since"] == "2026-01-14T09:00:00.000000Z"


def test_a_week_that_was_delivered_is_neither_due_nor_missing(engine: Engine) -> None:
    contract = register(engine, reminding(missing_after_days=0, remind_days_before=5))
    judged(engine, contract, 1)
    assert undelivered(engine, "acme-1", contract, 1, day(30)) is None
    assert undelivered(engine, "acme-1", contract, 2, day(10)) is not None


def sized(delivered: int, status: str = "warn") -> Verdict:
    spec = GateSpec("ramp.weeks.1.units", "volume", 100.0, "none")
    return Verdict(spec, status, delivered, None, None, delivered, f"{delivered} of 100.")  # type: ignore[arg-type]


@pytest.mark.parametrize(("delivered", "topic"), [(60, "delivery.short"), (180, "delivery.over")])
def test_a_batch_outside_the_tolerated_volume_is_told_of_with_its_figures(
    engine: Engine, contract: Contract, delivered: int, topic: str
) -> None:
    settled = outcome()
    judged(engine, contract, 1, replaced(settled, sized(delivered)))
    note(engine, volumes(engine), day(9))
    assert note(engine, volumes(engine), day(10)) == ()
    (row,) = pending(engine, *CLOCK)
    assert row.topic == topic
    assert (row.payload["delivered"], row.payload["planned"]) == (delivered, 100)
    assert row.payload["clause"] == "ramp.weeks.1.units"


def test_a_redelivery_that_is_short_again_is_told_of_for_its_own_revision(
    engine: Engine, contract: Contract
) -> None:
    judged(engine, contract, 1, replaced(outcome(), sized(60)))
    note(engine, volumes(engine), day(9))
    judged(engine, contract, 1, replaced(outcome(), sized(60)), delivery_id="d2", replaces="d1")
    note(engine, volumes(engine), day(10))
    assert [row.revision for row in pending(engine, "delivery.short")] == [1, 2]
    judged(engine, contract, 1, replaced(outcome(), sized(95, "pass")), delivery_id="d3", replaces="d2")
    assert tuple(volumes(engine)) == ()


def replaced(settled: Settlement, verdict: Verdict) -> Settlement:

    return replace(settled, verdicts=(verdict,))


def test_a_dispute_is_unanswered_after_the_days_the_contract_gives_and_not_once_ruled_on(
    engine: Engine, contract: Contract
) -> None:
    judged(engine, contract, 1, outcome("accepted_partial", 80, 20))
    contested = Dispute("a" * 64, "acme-1", 1, "d1", 3, "dispute.jsonl", answer_by=day(19))
    open_dispute(engine, contested, day(9))

    def calls(at: datetime) -> tuple[Call, ...]:
        return tuple(unanswered(engine, at))

    assert calls(day(19) - HOUR) == ()
    (call,) = calls(day(19))
    assert call.about["answer_by"] == "2026-01-24T09:00:00.000000Z"
    rule_on(engine, "acme-1", 1, "a" * 64, "upheld", "Ada", "Seen.", day(20), lifted_by=anyone)
    assert calls(day(21)) == ()


def test_data_held_past_their_last_day_are_told_of_once_a_week(engine: Engine, contract: Contract) -> None:
    limited = contract.model_copy(update={"rights": Rights(delete_by=date(2026, 3, 1))})
    judged(engine, contract, 1)
    judged(engine, contract, 2)

    def calls(at: datetime) -> tuple[Call, ...]:
        return tuple(overdue_data(engine, lambda _: limited, at))

    assert calls(datetime(2026, 3, 1, 23, 59, tzinfo=UTC)) == ()
    late = datetime(2026, 3, 2, tzinfo=UTC)
    assert note(engine, calls(late), late) == (
        "data.overdue: acme-1 week 1",
        "data.overdue: acme-1 week 2",
    )
    assert note(engine, calls(late + HOUR), late + HOUR) == ()
