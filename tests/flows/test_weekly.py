"""The weekly round: what is due or has arrived, what is late, and one broken delivery among good ones."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import tasks.settle
from contracts.model import Contract
from flows.outcome import UnfinishedRoundError
from flows.weekly import weekly
from rampart.ledger.feedback.pack import feedback_pack
from simulator.season import START, Season, due, week_rows

HOUR = timedelta(hours=1)


def test_a_round_judges_every_delivery_and_trains_once_for_each_accepted_batch(season: Season) -> None:
    for vendor in ("north", "south"):
        season.agree(vendor)
        season.deliver(1, vendor=vendor)
    outcomes = weekly(due(1))
    assert [(o.contract_id, o.week, o.state) for o in outcomes] == [
        ("dc-north", 1, "accepted"),
        ("dc-south", 1, "accepted"),
    ]
    models = season.export()["models"]
    assert [(m["version"], m["contract_id"], m["week"]) for m in models] == [
        (1, "dc-north", 1),
        (2, "dc-south", 1),
    ]
    before = season.export(), season.stored()
    assert weekly(due(1) + HOUR) == ()
    assert (season.export(), season.stored()) == before


@pytest.mark.slow
def test_a_delivery_before_its_time_is_judged_and_a_week_not_begun_is_not_opened(season: Season) -> None:
    season.agree()
    season.deliver(1)
    (outcome,) = weekly(START + timedelta(days=3))
    assert (outcome.week, outcome.state) == (1, "accepted")
    assert [week for _, week, _, _ in season.batches()] == [1]


@pytest.mark.slow
def test_what_has_not_come_when_due_is_late_and_may_still_come(season: Season) -> None:
    season.agree()
    assert weekly(due(1) - HOUR) == ()
    assert [outcome.state for outcome in weekly(due(1))] == ["absent"]
    assert season.batches()[0][3] == "expected"  # nine sharp is not yet late
    weekly(due(1) + HOUR)
    assert season.batches()[0] == ("dc-north", 1, 1, "late")
    season.deliver(1)
    weekly(due(1) + 2 * HOUR)
    assert season.batches()[0] == ("dc-north", 1, 1, "accepted")


@pytest.mark.slow
def test_a_refused_delivery_is_late_and_its_reason_is_on_the_books(season: Season) -> None:
    season.agree()
    season.deliver(1, listed={"sha256": "0" * 64})
    (outcome,) = weekly(due(1) + HOUR)
    assert outcome.state == "refused"
    assert season.batches()[0][3] == "late"
    assert "SHA-256" in season.events("delivery.refused")[0]["problem"]


@pytest.mark.slow
def test_a_settled_week_that_is_delivered_anew_is_judged_anew(season: Season) -> None:
    season.agree()
    first = season.deliver(1)
    weekly(due(1))
    season.deliver(1, week_rows("north", 1, hasty=0), replaces=first)
    outcomes = weekly(due(1) + HOUR)
    assert [(o.week, o.state, o.accepted) for o in outcomes] == [(1, "accepted", 40)]
    assert [(m["version"], m["revision"]) for m in season.export()["models"]] == [(1, 1), (2, 2)]


@pytest.mark.slow
def test_one_contract_s_failure_does_not_hold_up_the_others_and_is_named_at_the_end(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    for vendor in ("north", "south", "west"):
        season.agree(vendor)
        season.deliver(1, vendor=vendor, listed={"bytes": 1} if vendor == "south" else None)

    def failing(contract: Contract, *given: Any, **more: Any) -> dict[str, Path]:
        if contract.contract_id == "dc-north":
            raise ValueError("the pack cannot be written")
        return feedback_pack(contract, *given, **more)

    monkeypatch.setattr(tasks.settle, "feedback_pack", failing)
    with pytest.raises(UnfinishedRoundError, match="could not finish dc-north week 1: "):
        weekly(due(1) + HOUR)
    assert [batch for batch in season.batches() if batch[1] == 1] == [
        ("dc-north", 1, 1, "landed"),
        ("dc-south", 1, 1, "late"),
        ("dc-west", 1, 1, "accepted"),
    ]
    monkeypatch.setattr(tasks.settle, "feedback_pack", feedback_pack)
    assert [o.state for o in weekly(due(1) + HOUR) if o.contract_id == "dc-north"] == ["accepted"]


@pytest.mark.slow
def test_only_active_contracts_are_looked_for(season: Season) -> None:
    season.agree(status="draft")
    season.deliver(1)
    assert weekly(due(1)) == ()


def test_a_round_that_dies_before_its_scorecard_makes_the_same_one_when_it_is_repeated(
    plain: Season, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    plain.agree()
    plain.deliver(1)
    with monkeypatch.context() as dying, pytest.raises(KeyboardInterrupt):
        dying.setattr("flows.weekly.keep_scorecards", dies)
        weekly(due(1))
    assert plain.events("scorecard.made") == []
    weekly(due(1))
    calm = Season(tmp_path_factory.mktemp("calm"))
    monkeypatch.setenv("RAMPART_HOME", str(calm.home))
    calm.agree()
    calm.deliver(1)
    weekly(due(1))
    assert len(calm.events("scorecard.made")) == 1
    assert plain.events("scorecard.made") == calm.events("scorecard.made")
    assert plain.batches() == calm.batches()
