"""How many accepted units of a redelivery are work done again: what `redelivery.price: free` does not pay.

A discarded unit that is accepted later was the vendor's to get right at first. Records of a redelivery may
carry new ids, so it is counted and not looked up: of the units accepted beyond those of the earlier
deliveries, as many are re-work as the earlier deliveries lost; only what comes on top of both is new.
"""

from collections.abc import Iterable

Delivered = tuple[int, int]  # accepted and discarded units of one delivery, as last judged


def reworked_units(accepted: int, earlier: Iterable[Delivered]) -> int:
    """Of `accepted` units, those done again; `earlier` are the week's deliveries before, in their order."""
    paid, lost = 0, 0  # units that passed when they were first seen, and those that did not
    for kept, dropped in earlier:
        new = max(0, kept + dropped - paid - lost)
        new_kept = max(0, kept - paid - lost)
        paid, lost = paid + new_kept, lost + new - new_kept
    return min(max(0, accepted - paid), lost)
