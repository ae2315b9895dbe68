"""Where each readable record goes: kept, or discarded with every reason."""

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from quality.gates.record.judging import Gated
from rampart.records.fates import codes_of
from rampart.records.identity import KEYS


@dataclass(frozen=True)
class Fates:
    """A delivery's readable records, parted.

    `accepted` has the canonical columns; `discarded` has them too, with `reason_mask` and `reasons` (codes in
    waterfall order). `keys` are those of the accepted records, for later batches to be compared with.
    """

    accepted: pa.Table
    discarded: pa.Table
    keys: pa.Table


def part(records: pa.Table, gated: Gated) -> Fates:
    """Part `records` by their masks: each row is in exactly one of the two tables, in its old order."""
    kept = (gated.masks == 0).to_arrow()
    masks = gated.masks.filter(gated.masks != 0)
    lost = records.filter((gated.masks != 0).to_arrow())
    why = masks.to_arrow()
    discarded = lost.append_column("reason_mask", why).append_column("reasons", codes_of(why))
    keys = gated.keys.filter(gated.masks == 0).to_arrow()
    return Fates(records.filter(kept), discarded, keys.cast(_KEYS))


_KEYS = pa.schema([(name, pa.string()) for name in KEYS])


def count_reasons(discarded: pa.Table) -> dict[str, tuple[int, int]]:
    """Reason code → (records for which it is the first reason, records that have it at all)."""
    listed = discarded["reasons"].to_pylist()
    first = Counter(reasons[0] for reasons in listed)
    every = Counter(code for reasons in listed for code in reasons)
    return {code: (first[code], count) for code, count in every.items()}
