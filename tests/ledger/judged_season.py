"""A small season on disk, judged once and copied for every test: two vendors, two weeks, models trained."""

import shutil
from pathlib import Path

import pytest

from flows.weekly import weekly
from simulator.season import Season, due
from simulator.without_prefect import without_prefect

RIGHTS = "      rights: {retention_days: 30, delete_by: 2026-03-31}\n"


def settings_of(home: Path, patched: pytest.MonkeyPatch) -> Season:
    """Make `home` the home folder, with nothing set beside."""
    for name in ("DATABASE_URL", "STORE", "DROP", "PSEUDONYM_KEY"):
        patched.delenv(f"RAMPART_{name}", raising=False)
    patched.setenv("RAMPART_HOME", str(home))
    return Season(home)


def play(season: Season) -> None:
    """Two vendors deliver two weeks, the first vendor's contract limits how long its data may be held."""
    season.agree(amendment=RIGHTS)
    season.agree("south")
    with without_prefect():
        for week in (1, 2):
            season.deliver(week)
            season.deliver(week, vendor="south")
            weekly(due(week))


def copy_of(home: Path, to: Path) -> Path:
    """The judged season in a home of the test's own."""
    shutil.copytree(home, to)
    return to
