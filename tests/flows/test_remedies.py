"""Clauses on disputes and redeliveries hold: in time, as often as agreed, and of what was agreed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.process_delivery import process_delivery
from flows.weekly import weekly
from rampart.ledger.deadlines import end_of
from rampart.ledger.disputes import disputes
from rampart.ledger.errors import DisputeStateError
from simulator.season import Row, Season, contract_text, due, row, week_rows
from tasks.dispute import take_dispute
from tasks.workspace import Workspace, put_in_force, workspace
from tests.flows.test_dispute import CONTRACT, HASTY, lines

HOUR = timedelta(hours=1)
# Judged on Monday the 12th: five days later is Saturday, whose last moment is before midnight.
MIDNIGHT = datetime(2026, 1, 18, tzinfo=UTC)


def agreed(season: Season, **groups: str) -> None:
    """A contract with these groups of terms, and its first week judged."""
    added = "".join(f"      {name}: {terms}\n" for name, terms in groups.items())
    text = contract_text().replace("      gates:", f"{added}      gates:")
    with workspace() as place:
        put_in_force(text.encode(), "c.odcs.yaml", place, due(0))
    season.deliver(1)
    weekly(due(1))


@pytest.fixture
def place(plain: Season) -> Iterator[Workspace]:  # noqa: ARG001 (its settings are in force)
    with workspace() as opened:
        yield opened


def contest(place: Workspace, at: datetime, *record_ids: str) -> Any:
    return take_dispute(place, CONTRACT, 1, lines(*record_ids), "d.jsonl", at)


def test_days_are_whole_days_of_the_contract_s_zone_across_a_change_of_clocks() -> None:
    begun = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)  # 23:30 in Berlin, whose clocks change on the 29th
    assert end_of(begun, 0, "Europe/Berlin") == datetime(2026, 3, 27, 23, tzinfo=UTC)
    assert end_of(begun, 3, "Europe/Berlin") == datetime(2026, 3, 30, 22, tzinfo=UTC)


def test_a_dispute_is_taken_in_to_the_end_of_the_last_day_and_not_after(
    plain: Season, place: Workspace
) -> None:
    agreed(plain, disputes="{within_days: 5}")
    assert contest(place, MIDNIGHT - HOUR, HASTY[0]).ruling is None
    with pytest.raises(DisputeStateError, match=r"until 2026-01-18 00:00 UTC, 5 days .*disputes.within_days"):
        contest(place, MIDNIGHT, HASTY[1])


def test_a_refused_dispute_is_written_down_once_and_is_none(plain: Season, place: Workspace) -> None:
    agreed(plain, disputes="{within_days: 5}")
    for _ in range(2):
        with pytest.raises(DisputeStateError):
            contest(place, MIDNIGHT, HASTY[1])
    (said,) = plain.events("dispute.refused")
    assert (said["week"], "disputes.within_days" in said["problem"]) == (1, True)
    assert disputes(place.books, CONTRACT) == ()


def test_a_dispute_that_was_in_time_stays_one_when_its_file_comes_again_late(
    plain: Season, place: Workspace
) -> None:
    agreed(plain, disputes="{within_days: 5}")
    first = contest(place, MIDNIGHT - HOUR, HASTY[0])
    assert contest(place, MIDNIGHT + HOUR, HASTY[0]).dispute_id == first.dispute_id


def test_discards_are_not_contested_where_the_contract_does_not_count_them(
    plain: Season, place: Workspace
) -> None:
    agreed(plain, disputes="{counts: [money]}")
    with pytest.raises(DisputeStateError, match=r"disputes\.counts has no `gate`"):
        contest(place, MIDNIGHT, HASTY[0])


def test_an_answer_is_overdue_after_the_days_agreed(plain: Season, place: Workspace) -> None:
    agreed(plain, disputes="{answer_within_days: 2}")
    contest(place, due(1) + HOUR, HASTY[0])
    (found,) = disputes(place.books, CONTRACT)
    assert (found.opened_at, found.answer_by) == (due(1) + HOUR, datetime(2026, 1, 15, tzinfo=UTC))
    assert found.answer_by is not None
    assert not found.overdue(found.answer_by - HOUR)
    assert found.overdue(found.answer_by)


def again(season: Season, at: datetime, rows: list[Row], replaces: str | None = None) -> tuple[str, str]:
    """(state, reason) of a redelivery of the first week."""
    named = replaces or season.export()["batches"][-1]["delivery_id"]
    found = [b["delivery_id"] for b in season.export()["batches"] if b["week"] == 1]
    season.deliver(1, rows, replaces=found[-1] or named)
    outcome = process_delivery(CONTRACT, 1, at)
    return outcome.state, outcome.reason


def test_a_redelivery_comes_in_time_or_is_refused(plain: Season) -> None:
    agreed(plain, redelivery="{within_days: 5}")
    state, reason = again(plain, MIDNIGHT, week_rows("north", 1, hasty=1))
    assert state == "refused"
    assert "5 days after the feedback pack of 2026-01-12 (redelivery.within_days)" in reason
    assert [said["problem"] for said in plain.events("delivery.refused")] == [reason]
    assert again(plain, MIDNIGHT - HOUR, week_rows("north", 1, hasty=1))[0] == "accepted"


def test_a_week_is_redelivered_as_often_as_agreed(plain: Season) -> None:
    agreed(plain, redelivery="{max_rounds: 1}")
    assert again(plain, due(1) + HOUR, week_rows("north", 1, hasty=2))[0] == "accepted"
    state, reason = again(plain, due(1) + HOUR, week_rows("north", 1, hasty=1))
    assert (state, "redelivered 1 times, at most 1 is agreed" in reason) == ("refused", True)


def test_judging_a_delivery_anew_is_no_redelivery(plain: Season) -> None:
    agreed(plain, redelivery="{max_rounds: 0, within_days: 0}")
    assert process_delivery(CONTRACT, 1, MIDNIGHT, from_books=True).state == "accepted"


def test_only_what_was_discarded_may_change_where_the_contract_says_so(plain: Season) -> None:
    agreed(plain, redelivery="{scope: discarded_records}")
    changed = week_rows("north", 1, hasty=0)
    changed[20] = {**changed[20], "label": "b" if changed[20]["label"] == "a" else "a"}
    state, reason = again(plain, due(1) + HOUR, changed)
    assert state == "refused"
    assert "1 of 36 accepted records are missing or changed in it" in reason
    state, reason = again(plain, due(1) + HOUR, [*week_rows("north", 1, hasty=0), row("north", 1, 40)])
    assert "1 of its records were not discarded" in reason
    assert again(plain, due(1) + HOUR, week_rows("north", 1, hasty=0))[0] == "accepted"
