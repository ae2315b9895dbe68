"""How strongly people preferred the winner, in the four strata of Llama 2's Table 8.

Touvron et al. 2023 (arXiv:2307.09288, section 3.2.2 and Table 8) report a reward model's accuracy on pairs
whose winner is significantly better, better, slightly better, or negligibly better (or they are unsure): it
falls from stratum to stratum, from 94 % to 55 % for their helpfulness model. A model that does as well on
every stratum has learned something other than what people saw.

The cuts are the quarters of `strength` (0..1). A scale of four grades a side, as Llama 2's, puts one grade
into each (an eight-point scale gives 1/7, 3/7, 5/7 and 1); three grades a side (1/3, 2/3, 1) leave the lowest
stratum empty.
"""

import numpy as np
from numpy.typing import NDArray

# Strongest first: name, and the least strength in it.
STRATA: tuple[tuple[str, float], ...] = (
    ("significantly better", 0.75),
    ("better", 0.5),
    ("slightly better", 0.25),
    ("negligibly better or unsure", 0.0),
)


def stratum_of(strength: NDArray[np.float64]) -> NDArray[np.int64]:
    """Each pair's place in `STRATA`; -1 where the strength is NaN, that is, was not asked."""
    least = np.array([cut for _, cut in STRATA])
    place = (strength[:, None] < least[None, :]).sum(axis=1).clip(max=len(STRATA) - 1)
    return np.where(np.isnan(strength), -1, place).astype(np.int64)
