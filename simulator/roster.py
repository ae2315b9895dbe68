"""The three vendors of the demonstration, by what a writer of deliveries must know of each."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.judgement import Judgement
from simulator.vendors import alder, birch, cedar
from simulator.world import World


@dataclass(frozen=True)
class Vendor:
    """A vendor: whose contract, which file, what it delivers, and how it writes that down."""

    id: str
    contract_id: str
    file: str
    deliver: Callable[[World, int], tuple[Judgement, ...]]
    encode: Callable[[tuple[Judgement, ...]], bytes]


ROSTER: tuple[Vendor, ...] = (
    Vendor("alder", "dc-alder-rm-refresh-2026", alder.FILE, alder.deliver, alder.encode),
    Vendor("birch", "dc-birch-rm-refresh-2026", birch.FILE, birch.deliver, birch.encode),
    Vendor("cedar", "dc-cedar-rm-refresh-2026", cedar.FILE, cedar.deliver, cedar.encode),
)
