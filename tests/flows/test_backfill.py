"""Backfills: landed weeks again, under the rules in force."""

import shutil
from datetime import timedelta

import pytest

from flows.backfill import backfill
from flows.weekly import weekly
from simulator.season import Season, amending, contract_text, due

pytestmark = pytest.mark.slow  # a second or more each

LATER = due(3) + timedelta(days=1)


@pytest.fixture
def past(season: Season) -> Season:
    """Two weeks judged, the third never delivered."""
    season.agree()
    for week in (1, 2):
        season.deliver(week)
        weekly(due(week))
    return season


def test_weeks_whose_rules_have_not_changed_stay_as_they_are(past: Season) -> None:
    before = past.export(), past.stored()
    outcomes = backfill("dc-north", 1, 3, LATER)
    assert [(o.week, o.state, o.changed) for o in outcomes] == [
        (1, "accepted", False),
        (2, "accepted", False),
        (3, "absent", False),
    ]
    assert (past.export(), past.stored()) == before


def test_only_the_weeks_asked_for_are_judged_by_the_new_rules_from_our_own_copies(past: Season) -> None:
    shutil.rmtree(past.drop)
    past.agree(at=LATER, version="1.1.0", min_duration_s=0, amendment=amending("gates.min_duration_s"))
    (outcome,) = backfill("dc-north", 2, 2, LATER)
    assert (outcome.week, outcome.accepted, outcome.changed) == (2, 40, True)
    assert past.batches()[:3] == [
        ("dc-north", 1, 1, "accepted"),
        ("dc-north", 2, 1, "superseded"),
        ("dc-north", 2, 2, "accepted"),
    ]
    assert [(m["week"], m["revision"]) for m in past.export()["models"]] == [(1, 1), (2, 1), (2, 2)]


def test_a_dry_run_over_a_range_leaves_no_trace(past: Season) -> None:
    strict = past.home / "strict.odcs.yaml"
    strict.write_text(contract_text(version="2.0.0", min_duration_s=120, on_breach="reject"))
    before = past.export(), past.stored()
    outcomes = backfill("dc-north", 1, 2, LATER, terms=str(strict), dry_run=True)
    assert [(o.state, o.accepted) for o in outcomes] == [("rejected", 0)] * 2
    assert (past.export(), past.stored()) == before
