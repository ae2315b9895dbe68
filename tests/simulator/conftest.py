from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator import World, write_week
from simulator.world import WEEKS


@dataclass(frozen=True)
class Demo:
    """A world with all its weeks on disk."""

    world: World
    drop: Path
    work_orders: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    root = tmp_path_factory.mktemp("demo")
    made = Demo(World(seed=7), root / "drop", root / "work-orders")
    for week in range(1, WEEKS + 1):
        write_week(made.world, week, made.drop, made.work_orders)
    return made
