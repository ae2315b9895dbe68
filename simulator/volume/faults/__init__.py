"""Every fault a large delivery can have."""

from simulator.volume.faults.copies import COPIES
from simulator.volume.faults.facts import CLOCK, FACTS
from simulator.volume.faults.fault import Around, Fault
from simulator.volume.faults.texts import TEXTS

FAULTS: tuple[Fault, ...] = (*FACTS, *CLOCK, *COPIES, *TEXTS)

__all__ = ["CLOCK", "FAULTS", "Around", "Fault"]
