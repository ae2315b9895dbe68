from pathlib import Path

import pytest

from flows.outcome import UnfinishedRoundError
from flows.weekly import weekly
from simulator.season import Season, due
from simulator.without_prefect import without_prefect


@pytest.fixture
def season(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Season:
    monkeypatch.setenv("RAMPART_HOME", str(tmp_path))
    return Season(tmp_path)


def test_a_round_without_prefect_judges_trains_and_fails_as_with_it(season: Season) -> None:
    season.agree()
    season.agree("south")
    season.deliver(1)
    season.deliver(1, vendor="south")
    with without_prefect():
        first = weekly(due(1))
        assert [outcome.state for outcome in first] == ["accepted", "accepted"]
        assert len(season.events("model.trained")) + len(season.events("model.skipped")) == 2
        (season.drop / "north" / "week-02").mkdir()
        (season.drop / "north" / "week-02" / "manifest.json").mkdir()  # a folder where a file should be
        assert [outcome.state for outcome in weekly(due(2))] == ["absent", "absent"]


def test_a_failed_delivery_fails_the_round_without_prefect_too(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    season.agree()
    season.deliver(1)
    monkeypatch.setenv("RAMPART_STORE", str(season.home / "store"))
    monkeypatch.setattr("tasks.records.read_and_judge", lambda *_: 1 / 0)
    with without_prefect(), pytest.raises(UnfinishedRoundError, match="dc-north week 1"):
        weekly(due(1))
