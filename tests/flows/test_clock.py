"""The SLA clock in the rounds: a reminder, late, missing, each once, whichever round comes first."""

from datetime import timedelta

import pytest

from flows.reconcile import reconcile
from flows.weekly import weekly
from simulator.season import Season, contract_text, due, week_rows
from tasks.workspace import put_in_force, workspace

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TERM = "{start: 2026-01-05, weeks: 3}"
LEADS = "{start: 2026-01-05, weeks: 3, remind_days_before: 1, missing_after_days: 2}"


@pytest.fixture
def agreed(plain: Season) -> Season:
    with workspace() as place:
        text = contract_text("north").replace(TERM, LEADS)
        put_in_force(text.encode(), "north.odcs.yaml", place, due(0))
    return plain


def told(season: Season) -> list[tuple[str, int]]:
    kinds = ("batch.late", "delivery.due", "delivery.missing", "delivery.short", "delivery.over")
    return [(kind, said["week"]) for kind in kinds for said in season.events(kind)]


def test_a_week_nobody_delivers_is_due_late_and_missing_once_each(agreed: Season) -> None:
    for at in (due(1) - 25 * HOUR, due(1) - DAY, due(1) - HOUR):
        weekly(at)
        reconcile(at)
    assert told(agreed) == [("delivery.due", 1)]
    for at in (due(1) + HOUR, due(1) + 2 * DAY, due(1) + 2 * DAY + HOUR, due(1) + 3 * DAY):
        reconcile(at)
        weekly(at)
    assert told(agreed) == [("batch.late", 1), ("delivery.due", 1), ("delivery.missing", 1)]
    notices = [row["topic"] for row in agreed.export()["outbox"] if row["week"] == 1]
    assert notices == ["delivery.due", "delivery.late", "delivery.missing"]


def test_what_lies_whole_in_the_drop_is_not_asked_for(agreed: Season) -> None:
    agreed.deliver(1)
    reconcile(due(1) - HOUR)
    reconcile(due(1) + 5 * DAY)
    assert told(agreed) == []


def test_a_short_delivery_is_told_of_by_the_round_that_judges_it(agreed: Season) -> None:
    agreed.deliver(1, week_rows("north", 1)[:20])
    weekly(due(1))
    weekly(due(1) + HOUR)
    (said,) = agreed.events("delivery.short")
    assert (said["delivered"], said["planned"], said["revision"]) == (20, 40, 1)
