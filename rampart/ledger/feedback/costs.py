"""What to fix first: reasons ranked by the money that mending them would have saved.

A record counts for a reason if that reason is its only one: mended, it would have been accepted. What that is
worth is the difference of two invoices, priced by the contract: the units paid at the price in force, and the
credits its discard cost. A frequent reason that never stands alone is therefore worth nothing by itself; what
it is worth once the reasons ranked above it are mended stands beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rampart.records.reasons import REASONS, Reason

Pays = Callable[[int, int], Decimal]  # accepted, discarded → what the batch pays


@dataclass(frozen=True)
class Saving:
    """One reason: records that have it `first`, at all (`any`) and `alone`, and what mending it is worth.

    `worth` is that of mending it alone; `with_above` that of mending it and all that rank above it.
    """

    reason: Reason
    first: int
    any: int
    alone: int
    worth: Decimal
    with_above: Decimal


def savings(masks: Mapping[int, int], accepted: int, discarded: int, pays: Pays) -> tuple[Saving, ...]:
    """Every reason among `masks` (reasons → records), the costliest first."""
    found = [reason for reason in REASONS if any(mask & reason.mask for mask in masks)]
    now = pays(accepted, discarded)

    def saved(mended: int) -> Decimal:
        back = sum(count for mask, count in masks.items() if not mask & ~mended)
        return pays(accepted + back, discarded - back) - now

    alone = {reason: masks.get(reason.mask, 0) for reason in found}
    every = {reason: sum(n for mask, n in masks.items() if mask & reason.mask) for reason in found}
    ranked = sorted(found, key=lambda r: (-saved(r.mask), -alone[r], -every[r], r.bit))
    made, mended = [], 0
    for reason in ranked:
        mended |= reason.mask
        first = sum(n for mask, n in masks.items() if mask & -mask == reason.mask)
        one = saved(reason.mask)
        made.append(Saving(reason, first, every[reason], alone[reason], one, saved(mended)))
    return tuple(made)
