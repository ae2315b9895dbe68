"""What really happened in a week: for tests and benchmarks only, never for the gates."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.judgement import Judgement
from simulator.roster import ROSTER
from simulator.work import vendor_items
from simulator.world import World


@dataclass(frozen=True)
class Truth:
    """A week as it was.

    `gaps`: item → true utility of the first response sent out less that of the second. `rows`: vendor → its
    delivered rows in file order, each with its `fault` (empty: good) and its own `gap`.
    """

    gaps: Mapping[str, float]
    rows: Mapping[str, tuple[Judgement, ...]]

    def fault_share(self, vendor: str) -> float:
        """Faulty rows / readable rows of `vendor`: the discard rate a perfect gate would find."""
        readable = [row for row in self.rows[vendor] if row.fault != "broken_line"]
        return sum(bool(row.fault) for row in readable) / len(readable)


def truth(world: World, week: int) -> Truth:
    """The truth about `week`."""
    items = (item for vendor in ROSTER for item in vendor_items(world, vendor.id, week))
    return Truth(
        {item.item: item.gap for item in items},
        {vendor.id: vendor.deliver(world, week) for vendor in ROSTER},
    )
