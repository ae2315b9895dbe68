"""The seed of everything: a world, its calendar, and the random streams drawn from it."""

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np

PROGRAM = "rm-refresh"
START = date(2026, 1, 5)
WEEKS = 6
VENDORS = ("alder", "birch", "cedar")

# Planned judgements a vendor and week; the demonstration contracts plan the same.
UNITS = (240, 400, 700, 1000, 1000, 1000)

SPECS = Path(__file__).parent.parent / "contracts" / "specs" / "demo"
DEMO_CONTRACTS: tuple[Path, ...] = tuple(SPECS / f"{vendor}.odcs.yaml" for vendor in VENDORS)


@dataclass(frozen=True)
class World:
    """A repeatable world: the same seed and scale give the same bytes, each week on its own.

    `scale` multiplies the planned volumes; away from 1.0 a delivery no longer has its contract's volume.
    """

    seed: int
    scale: float = 1.0

    def rng(self, week: int, *purpose: str) -> np.random.Generator:
        """The random stream of one purpose in one week; streams do not depend on each other."""
        names = (zlib.crc32(name.encode()) for name in purpose)
        return np.random.default_rng([self.seed, week, *names])

    def units(self, week: int) -> int:
        """Judgements a vendor owes in `week` (1 to `WEEKS`); `ValueError` outside the term."""
        if not 1 <= week <= WEEKS:
            raise ValueError(f"the world has weeks 1 to {WEEKS}, not {week}; ask for one of those")
        return max(1, round(UNITS[week - 1] * self.scale))


def week_start(week: int) -> datetime:
    """First moment of contract week `week` (from 1), UTC."""
    return datetime.combine(START + timedelta(days=7 * (week - 1)), time(), UTC)


def checkpoint(week: int) -> str:
    """The policy checkpoint whose responses are sent out in `week`."""
    return f"pol-w{week}"
