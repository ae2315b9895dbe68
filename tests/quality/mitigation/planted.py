"""Simulated batches under a contract, with the truth beside them."""

from dataclasses import dataclass

import numpy as np

from contracts.load import load_contract
from contracts.model import Contract
from quality.audits.every import Batch
from simulator import DEMO_CONTRACTS
from simulator.tilted import tilted

TILT = 2.0
CONTRACT: Contract = load_contract(DEMO_CONTRACTS[1])


@dataclass(frozen=True)
class Planted:
    """A batch, and for each of its comparisons the true utility of the first response less the second's."""

    batch: Batch
    gap: np.ndarray


def planted(tilt: float, items: int, count: int, seed: int = 0) -> Planted:
    """`count` judgements of `items` pairs by people with a `tilt` to the longer response."""
    made = tilted(seed, items, count, tilt)
    return Planted(Batch(made.records, CONTRACT), made.gap)
