r"""Where do the discards of a vendor's week come from?

**Model.** A discarded record carries all its reasons, in the registry's order (`rampart.records.reasons`).
Its *first* reason is the one it counts under in the waterfall, so first reasons add up to the discards and

$$\text{readable} - \sum_r \text{first}_r = \text{kept}.$$

*Every* reason counts each record once under each of its reasons: these overlap and do not add up. Both are
given as a share of the week's readable records. *Only through order* is `every` - `first`: the records a
reason would have discarded too, had the reasons before it not. Mending a reason wins back at least the
records that have no other, which counts by reason cannot tell; `first` is not that number.

**Fields needed.** Two small frames of counts: readable and discarded records, and per reason `first` and
`every` (`quality.gates.fates.count_reasons`).

**What it does not say.** Which reason to mend first: a reason late in the order may hide behind others.
"""

from dataclasses import dataclass

import polars as pl

from quality.intervals.wilson import wilson
from rampart.records.reasons import REASONS

_ORDER = {reason.code: place for place, reason in enumerate(REASONS)}
KEYS = ("vendor", "week")


@dataclass(frozen=True)
class Step:
    """One reason's step down the waterfall.

    `first` counts the records it took away, `left` those still kept after it, `every` all that have it.
    `share` is `first` / readable with Wilson's 95 % interval `low`..`high`; `every_share` is `every` /
    readable.
    """

    reason: str
    first: int
    every: int
    left: int
    share: float
    low: float
    high: float
    every_share: float

    @property
    def only_through_order(self) -> int:
        """Records that have this reason and were counted under an earlier one."""
        return self.every - self.first


@dataclass(frozen=True)
class Waterfall:
    """A vendor's week from readable to kept records, reason by reason in the registry's order."""

    vendor: str
    week: int
    readable: int
    discarded: int
    steps: tuple[Step, ...]

    @property
    def kept(self) -> int:
        """Readable records without any reason."""
        return self.readable - self.discarded


def waterfalls(counts: pl.DataFrame, reasons: pl.DataFrame) -> tuple[Waterfall, ...]:
    """The waterfall of every vendor and week with readable records, ordered by (vendor, week).

    Args:
        counts: one row a vendor and week: `vendor`, `week`, `readable`, `discarded`.
        reasons: one row a vendor, week and reason: `vendor`, `week`, `reason`, `first`, `every`.

    Raises:
        ValueError: first reasons do not add up to the discards, a reason has more firsts than records, or
            it belongs to no row of `counts`.
    """
    orphans = reasons.join(counts, on=KEYS, how="anti")
    if orphans.height:
        raise ValueError(f"reasons of {orphans.select(KEYS).row(0)} have no row of counts; give one")
    return tuple(
        _waterfall(vendor, week, readable, discarded, reasons.filter(vendor=vendor, week=week))
        for vendor, week, readable, discarded in counts.filter(pl.col("readable") > 0)
        .sort(KEYS)
        .select(*KEYS, "readable", "discarded")
        .iter_rows()
    )


def _waterfall(vendor: str, week: int, readable: int, discarded: int, reasons: pl.DataFrame) -> Waterfall:
    firsts = int(reasons["first"].sum())
    if firsts != discarded or reasons.filter(pl.col("first") > pl.col("every")).height:
        raise ValueError(
            f"{vendor}, week {week}: first reasons count {firsts:,} records and {discarded:,} were "
            "discarded; expected each discarded record under exactly one first reason, and under `every` too"
        )
    steps, left = [], readable
    rows = reasons.select("reason", "first", "every").iter_rows()
    for reason, first, every in sorted(rows, key=lambda row: _place(row[0])):
        left -= first
        low, high = wilson(first / readable, readable)
        steps.append(Step(reason, first, every, left, first / readable, low, high, every / readable))
    return Waterfall(vendor, week, readable, discarded, tuple(steps))


def _place(code: str) -> tuple[int, str]:
    """A reason the registry no longer has comes last, by name."""
    return _ORDER.get(code, len(_ORDER)), code
