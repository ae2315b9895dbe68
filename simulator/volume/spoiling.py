"""Faults planted among clean judgements, and the truth about them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.volume.faults import CLOCK, FAULTS, Around, Fault
from simulator.volume.prose import Prose
from simulator.volume.vendors import Draft, Vendor

_TWICE = 0.1  # of the faulty rows have a second fault, in their clock
_REMEMBERED = 2_000  # clean judgements that later ones may repeat: from near and far, in bounded memory


class Planted(NamedTuple):
    """What was done to the row at `place` of a block: names of faults, codes it must have and may have."""

    place: int
    faults: tuple[str, ...]
    reasons: tuple[str, ...]
    also: tuple[str, ...]


class Spoiler:
    """Spoils a share of one vendor's judgements, block by block; every fault that fits comes as often."""

    def __init__(self, vendor: Vendor, prose: Prose, share: float) -> None:
        self._vendor, self._prose, self._share = vendor, prose, share
        self._faults = [fault for fault in FAULTS if fault.responses <= vendor.responses]
        self._turn = 0
        self._clean: list[Draft] = []

    def spoil(self, rng: np.random.Generator, block: list[Draft]) -> list[Planted]:
        """Spoil rows of `block` in place. The very first row of all stays clean, to be repeated."""
        wanted = set(np.flatnonzero(rng.random(len(block)) < self._share).tolist())
        planted = []
        for place, draft in enumerate(block):
            if place in wanted and self._clean:
                faults = tuple(self._next(rng))
                block[place] = self._spoilt(draft, faults, rng)
                planted.append(_truth(place, faults))
            elif len(self._clean) < _REMEMBERED:
                self._clean.append(draft)
            elif place % 16 == 0:
                self._clean[int(rng.integers(_REMEMBERED))] = draft
        return planted

    def _next(self, rng: np.random.Generator) -> Iterator[Fault]:
        fault = self._faults[self._turn % len(self._faults)]
        self._turn += 1
        yield fault
        if fault not in CLOCK and rng.random() < _TWICE:
            yield CLOCK[int(rng.integers(len(CLOCK)))]

    def _spoilt(self, draft: Draft, faults: tuple[Fault, ...], rng: np.random.Generator) -> Draft:
        around = Around(self._vendor, self._clean[int(rng.integers(len(self._clean)))], self._prose, rng)
        for fault in faults:
            draft = fault.spoil(draft, around)
        return draft


def _truth(place: int, faults: tuple[Fault, ...]) -> Planted:
    return Planted(
        place,
        tuple(fault.name for fault in faults),
        tuple(code for fault in faults for code in fault.reasons),
        tuple(sorted(frozenset[str]().union(*(fault.also for fault in faults)))),
    )
