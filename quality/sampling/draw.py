r"""Which accepted records should people look at?

**Model.** Accepted records fall into strata $h$ of $N_h$: by the discard rate of their annotator (three
bands of about as many records, from rates drawn towards the overall one as 20 records would) and by whether
a gate has flagged them. $n_h$ of each are drawn, at least two, about in proportion to $N_h \sqrt{p_h (1 -
p_h)}$ (Neyman 1934, doi:10.2307/2342192) with the discard rate as a stand-in for the unknown defect rate,
doubled where flagged. Within a stratum every $N_h / n_h$-th record is taken from a random start, in the
annotators' order, so that each annotator is seen about in proportion. Every record's chance is $n_h / N_h$,
known and above 0, and its weight the inverse: whatever was looked at harder counts for less (Horvitz &
Thompson 1952, doi:10.2307/2280784).

**Fields needed.** `record_id`, `annotator_id` and `flags` of the accepted records; readable and discarded
records by annotator.

**Why these defaults.** Two a stratum are the fewest that have a spread. Drawing towards the overall rate as
20 records would keeps a newcomer with one discard of two out of the top band. Shares are kept within 0.01 to
0.5, so that no stratum is passed over for being clean so far.

**What it does not say.** A discard is not a defect: where the two have little to do with each other the
sample is still unbiased, and no sharper than a simple random one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

_PRIOR_RECORDS = 20
_LEAST, _MOST, _FLAGGED = 0.01, 0.5, 2.0
LEAST_DRAWN = 2


@dataclass(frozen=True)
class Stratum:
    """A stratum of `size` accepted records, `drawn` of them; `risk` is the rate it was weighed by."""

    name: str
    size: int
    drawn: int
    risk: float

    @property
    def weight(self) -> float:
        """How many records each drawn one stands for."""
        return self.size / self.drawn


@dataclass(frozen=True)
class Sample:
    """What people are asked to look at. `rows`: `record_id`, `annotator_id`, `stratum`, `weight`."""

    rows: pl.DataFrame
    strata: tuple[Stratum, ...]
    seed: int


def stratified(
    records: pl.DataFrame, annotators: pl.DataFrame, strata: Sequence[str] = ("annotator", "flags")
) -> pl.DataFrame:
    """`records` with `stratum` (text) and `risk` (0..1).

    Args:
        records: accepted records: `record_id`, `annotator_id` (may be null), `flags` (a list).
        annotators: `annotator_id`, `readable`, `discarded`.
        strata: what parts them: ``annotator``, ``flags``, both or neither.
    """
    if "flags" not in strata:
        records = records.with_columns(flags=pl.lit([], pl.List(pl.String)))
    overall = int(annotators["discarded"].sum()) / max(int(annotators["readable"].sum()), 1)
    drawn_in = (pl.col("discarded") + _PRIOR_RECORDS * overall) / (pl.col("readable") + _PRIOR_RECORDS)
    known = annotators.select("annotator_id", rate=drawn_in)
    if "annotator" not in strata:
        known = known.clear()
    rated = records.join(known, on="annotator_id", how="left", maintain_order="left")
    place = (pl.col("rate").rank("average") - 0.5) / pl.col("rate").count()
    band = pl.when(place < 1 / 3).then(pl.lit("low")).when(place < 2 / 3).then(pl.lit("middle"))
    flagged = pl.col("flags").list.len() > 0
    named = (
        pl.when(pl.col("rate").is_null()).then(pl.lit("unknown")).otherwise(band.otherwise(pl.lit("high")))
    )
    return rated.with_columns(
        stratum=pl.format(
            "{}, {}",
            pl.when(flagged).then(pl.lit("flagged")).otherwise(pl.lit("plain")),
            named,
        ),
        risk=(pl.col("rate").fill_null(overall) * pl.when(flagged).then(_FLAGGED).otherwise(1.0)).clip(
            _LEAST, _MOST
        ),
    ).drop("rate")


def simple_random(records: pl.DataFrame, n: int, seed: int) -> Sample:
    """A simple random sample of `n` of `records` (`record_id`, `annotator_id`), as acceptance plans want it.

    `ValueError` without records, or for more than there are.
    """
    if not 0 < n <= records.height:
        raise ValueError(f"{n} of {records.height:,} records cannot be drawn; expected 1 to all of them")
    rows = records.sort("record_id").sample(n, shuffle=True, seed=seed).select("record_id", "annotator_id")
    stratum = Stratum("all", records.height, n, _MOST)
    return Sample(rows.with_columns(stratum=pl.lit("all"), weight=pl.lit(stratum.weight)), (stratum,), seed)


def draw(records: pl.DataFrame, n: int, seed: int) -> Sample:
    """A sample of about `n` records of `records` (`record_id`, `annotator_id`, `stratum`, `risk`).

    The same records, in whatever order, and seed give the same sample.

    Raises:
        ValueError: there are no records, or fewer than two a stratum are asked for.
    """
    sizes = records.group_by("stratum").agg(size=pl.len(), risk=pl.col("risk").mean()).sort("stratum")
    least = int(sizes["size"].clip(upper_bound=LEAST_DRAWN).sum())
    if not records.height or n < least:
        raise ValueError(
            f"{n} of {records.height:,} records in {sizes.height} strata cannot be drawn; expected at least "
            f"{LEAST_DRAWN} a stratum ({least})"
        )
    rng = np.random.default_rng(seed)
    shuffled = records.sort("record_id").sample(fraction=1.0, shuffle=True, seed=int(rng.integers(2**32)))
    strata, parts = [], []
    counts = _allocated(sizes["size"].to_numpy(), sizes["risk"].to_numpy(), n)
    for (name, size, risk), drawn in zip(sizes.iter_rows(), counts, strict=True):
        stratum = Stratum(name, size, drawn, risk)
        ordered = shuffled.filter(stratum=name).sort("annotator_id", maintain_order=True)
        places = np.floor((rng.random() + np.arange(drawn)) * size / drawn).astype(int)
        rows = ordered[places.tolist()].select("record_id", "annotator_id", "stratum")
        parts.append(rows.with_columns(weight=pl.lit(stratum.weight)))
        strata.append(stratum)
    return Sample(pl.concat(parts).sample(fraction=1.0, shuffle=True, seed=seed), tuple(strata), seed)


def _allocated(sizes: npt.NDArray[np.int64], risks: npt.NDArray[np.float64], n: int) -> list[int]:
    """How many of each stratum: Neyman's shares, at least two and at most all of it."""
    spread = sizes * np.sqrt(risks * (1 - risks))
    floor = np.minimum(sizes, LEAST_DRAWN)
    low, high = 0.0, float(n) / max(float(spread.min()), 1e-12) + n
    for _ in range(100):  # the scale at which the clipped shares add up to n
        scale = (low + high) / 2
        total = np.clip(scale * spread, floor, sizes).sum()
        low, high = (scale, high) if total < n else (low, scale)
    wanted = np.clip(high * spread, floor, sizes)
    counts = np.floor(wanted + 1e-9).astype(int)
    left = min(n, int(sizes.sum())) - int(counts.sum())
    for at in np.argsort(-(wanted - counts), kind="stable")[: max(left, 0)]:
        counts[at] = min(counts[at] + 1, sizes[at])
    return [int(count) for count in counts]
