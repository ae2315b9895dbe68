"""Amendments in a running season: who judges which week, and what registering one refuses."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.load import ContractError
from flows.backfill import backfill
from flows.process_delivery import process_delivery
from flows.weekly import weekly
from rampart.ledger.errors import UnknownContractError
from rampart.ledger.verify import verify_books
from simulator.season import START, Season, amending, contract_text, due
from tasks.workspace import put_in_force, workspace

PATIENT: dict[str, Any] = {"version": "1.1.0", "min_duration_s": 0}  # keeps what was clicked through
FROM_WEEK_2 = amending("gates.min_duration_s", effective="2026-01-19")


def judged_by(season: Season) -> dict[tuple[int, int], str]:
    """(week, revision) → the version it was judged under."""
    export = season.export()
    versions = {row["digest"]: row["version"] for row in export["contracts"]}
    delivered = [batch for batch in export["batches"] if batch["delivery_id"]]
    return {(b["week"], b["revision"]): versions[b["contract_digest"]] for b in delivered}


def test_each_week_is_judged_by_the_version_in_force_when_it_is_due(season: Season) -> None:
    """Both deliveries come after the amendment was registered; only the second was due under it."""
    season.agree()
    season.agree(**PATIENT, amendment=FROM_WEEK_2)
    for week in (1, 2):
        season.deliver(week)
    outcomes = weekly(due(2))
    assert [(one.week, one.accepted) for one in outcomes] == [(1, 36), (2, 40)]
    assert judged_by(season) == {(1, 1): "1.0.0", (2, 1): "1.1.0"}


@pytest.mark.slow
def test_a_verdict_stays_when_an_amendment_is_registered_later(season: Season) -> None:
    season.agree()
    season.deliver(1)
    weekly(due(1))
    season.agree(**PATIENT, amendment=amending("gates.min_duration_s"))
    weekly(due(1) + timedelta(days=1))
    assert judged_by(season) == {(1, 1): "1.0.0"}


@pytest.mark.slow
def test_a_past_week_is_judged_anew_under_a_version_asked_for(season: Season) -> None:
    season.agree()
    season.deliver(1)
    weekly(due(1))
    season.agree(**PATIENT, amendment=FROM_WEEK_2)
    later = due(1) + timedelta(days=1)
    (same,) = backfill("dc-north", 1, 1, later)
    assert not same.changed
    (tried,) = backfill("dc-north", 1, 1, later, under="1.1.0", dry_run=True)
    assert (tried.accepted, judged_by(season)) == (40, {(1, 1): "1.0.0"})
    (other,) = backfill("dc-north", 1, 1, later, under="1.1.0")
    assert (other.accepted, other.changed) == (40, True)
    assert judged_by(season) == {(1, 1): "1.0.0", (1, 2): "1.1.0"}
    books = season.books()
    assert verify_books(books) == ()
    books.dispose()


def test_a_version_that_is_not_on_the_books_cannot_be_asked_for(season: Season) -> None:
    season.agree()
    with pytest.raises(
        UnknownContractError, match=r"no version '2' of contract 'dc-north' .*; there are: 1\.0\.0"
    ):
        process_delivery("dc-north", 1, due(1), under="2")


def test_a_week_outside_the_term_is_named(season: Season) -> None:
    season.agree()
    with pytest.raises(
        UnknownContractError, match=r"version 1\.0\.0 .* has no week 4; its term has weeks 1 to 3"
    ):
        process_delivery("dc-north", 4, due(3), under="1.0.0")
    with pytest.raises(UnknownContractError, match=r"dc-north has no week 4; its term has weeks 1 to 3"):
        process_delivery("dc-north", 4, due(3))


def test_a_retired_contract_is_no_longer_looked_for(season: Season) -> None:
    season.agree()
    season.agree(version="1.0.1", status="retired")
    season.deliver(1)
    assert weekly(due(1)) == ()


def refused(season: Season, text: str) -> str:
    """What registering `text` is refused with; nothing of it may stay behind."""
    before = season.export(), season.stored()
    with workspace() as place, pytest.raises(ContractError) as caught:
        put_in_force(text.encode(), "new.odcs.yaml", place, START)
    assert (season.export(), season.stored()) == before
    return str(caught.value)


def test_terms_changed_without_an_amendment_are_refused_with_the_group_to_paste(season: Season) -> None:
    season.agree()
    told = refused(season, contract_text(**PATIENT))
    group = (
        'amendment: {of: "1.0.0", effective: 2026-01-05, clauses: [gates.min_duration_s], reason: "say why"}'
    )
    assert told.endswith(f"Fix: below `value:` write {group}")
    season.agree(**PATIENT, amendment=f"      {group}\n")
    assert [row["version"] for row in season.export()["contracts"]] == ["1.0.0", "1.1.0"]


def test_an_amendment_that_changes_more_than_it_names_is_refused(season: Season) -> None:
    season.agree()
    told = refused(season, contract_text(**PATIENT, ceiling=0.6, amendment=FROM_WEEK_2))
    assert "line 19, ramp.phases.production.discard_ceiling: differs from version 1.0.0 (30 % → 60 %)" in told


def test_registering_what_is_on_the_books_changes_nothing(season: Season) -> None:
    season.agree()
    season.agree(**PATIENT, amendment=FROM_WEEK_2)
    before = season.export(), season.stored()
    season.agree()  # the first again: it was checked when it came
    season.agree(**PATIENT, amendment=FROM_WEEK_2)
    assert (season.export(), season.stored()) == before


def test_a_money_clause_that_is_not_billed_cannot_come_into_force(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever clauses these are: the model says so, and here the price of re-work does."""
    monkeypatch.setattr("contracts.versions.unjudged.refused", lambda _terms: ("redelivery.price",))
    told = refused(season, contract_text())
    assert "redelivery.price: would change what is paid, and Rampart does not bill it yet" in told
