r"""One sheet, two questions: is the batch good enough, and where are its defects?

**Model.** First $n$ of $N$ records are drawn at random; they decide, by the plan, whose arithmetic wants just
that (`quality.sampling.operating`). Of the rest some are drawn where the risk is (`quality.sampling.draw`).
Given how many $n_h$ of a stratum's $N_h$ came together that way, each set of $n_h$ of its records was as
likely as any other but for the order of annotators in the second draw, so every drawn record stands for $N_h
/ n_h$: poststratification (Holt & Smith 1979, doi:10.2307/2344652), which keeps Horvitz and Thompson's
estimate unbiased and counts for less what was looked at harder. All drawn records tell the defect rate.

**Discarded records** may lie among them, drawn at random too, so that nobody who judges a record knows what
became of it. They tell how many were discarded wrongly, and count for nothing else.

**Fields needed.** As for `quality.sampling.draw.stratified`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from quality.sampling.draw import LEAST_DRAWN, Sample, Stratum, draw, simple_random, stratified

PLAN, RISK, DISCARDED = "plan", "risk", "discarded"


@dataclass(frozen=True)
class Frame:
    """What may be drawn: accepted and discarded records, and what is known of the annotators.

    `accepted` has `record_id`, `annotator_id` and `flags` (a list), `discarded` `record_id` and
    `annotator_id`, `annotators` `annotator_id`, `readable` and `discarded`.
    """

    accepted: pl.DataFrame
    discarded: pl.DataFrame
    annotators: pl.DataFrame


@dataclass(frozen=True)
class Sizes:
    """How many records of each part: the plan's, those where the risk is, and discarded ones."""

    plan: int
    risk: int
    discarded: int

    @property
    def total(self) -> int:
        """Lines of the sheet."""
        return self.plan + self.risk + self.discarded


@dataclass(frozen=True)
class ReviewSample:
    """What people are asked to judge.

    `rows`: `record_id`, `annotator_id`, `part` (``plan``, ``risk`` or ``discarded``), `stratum`, `weight`, in
    the order of the sheet; `strata` are those of the accepted records. `lot` counts accepted records,
    `lot_discarded` the discarded ones.
    """

    rows: pl.DataFrame
    strata: tuple[Stratum, ...]
    lot: int
    lot_discarded: int
    seed: int

    @property
    def accepted(self) -> Sample:
        """The accepted records alone, whatever part drew them."""
        rows = self.rows.filter(pl.col("part") != DISCARDED).drop("part")
        return Sample(rows, self.strata, self.seed)

    def part(self, name: str) -> tuple[str, ...]:
        """Ids of the records of one part."""
        return tuple(self.rows.filter(pl.col("part") == name)["record_id"].to_list())


def two_part(frame: Frame, sizes: Sizes, strata: Sequence[str], seed: int) -> ReviewSample:
    """Draw the sample. The same frame, in whatever order, sizes and seed give the same sample.

    Raises:
        ValueError: more is asked for than there is, nothing is, or too few where the risk is.
    """
    named = stratified(frame.accepted, frame.annotators, strata if sizes.risk else ())
    keys = ["record_id", "annotator_id"]
    known = named.select(keys)
    first = simple_random(known, sizes.plan, seed).rows if sizes.plan else known.clear()
    rest = named.join(first, on="record_id", how="anti", maintain_order="left")
    second = _where_the_risk_is(rest, sizes.risk, seed)
    drawn = pl.concat([_said(first, PLAN), _said(second, RISK)]).join(
        named.select("record_id", "stratum"), on="record_id", how="left", maintain_order="left"
    )
    found = _strata(named, drawn)
    weights = pl.DataFrame(
        {"stratum": [one.name for one in found], "weight": [one.weight for one in found]},
        schema={"stratum": pl.String, "weight": pl.Float64},
    )
    accepted = drawn.join(weights, on="stratum", how="left", maintain_order="left")
    rows = pl.concat([accepted, _discarded(frame.discarded, sizes.discarded, seed)])
    return ReviewSample(
        rows.sort("record_id").sample(fraction=1.0, shuffle=True, seed=seed),
        found,
        frame.accepted.height,
        frame.discarded.height,
        seed,
    )


def least_risky(frame: Frame, strata: Sequence[str]) -> int:
    """The fewest records that can be drawn where the risk is: two of each stratum."""
    named = stratified(frame.accepted, frame.annotators, strata)
    return int(named.group_by("stratum").len()["len"].clip(upper_bound=LEAST_DRAWN).sum())


def _where_the_risk_is(rest: pl.DataFrame, n: int, seed: int) -> pl.DataFrame:
    if not n:
        return rest.clear()
    if n >= rest.height:
        return rest
    return draw(rest, n, seed + 1).rows


def _said(rows: pl.DataFrame, part: str) -> pl.DataFrame:
    return rows.select("record_id", "annotator_id", part=pl.lit(part))


def _strata(named: pl.DataFrame, drawn: pl.DataFrame) -> tuple[Stratum, ...]:
    sizes = named.group_by("stratum").agg(size=pl.len(), risk=pl.col("risk").mean()).sort("stratum")
    counts = dict(drawn.group_by("stratum").len().iter_rows())
    return tuple(Stratum(name, size, counts.get(name, 0), risk) for name, size, risk in sizes.iter_rows())


def _discarded(records: pl.DataFrame, n: int, seed: int) -> pl.DataFrame:
    schema = {"record_id": pl.String, "annotator_id": pl.String, "part": pl.String, "stratum": pl.String}
    if not n:
        return pl.DataFrame(schema={**schema, "weight": pl.Float64})
    rows = simple_random(records.select("record_id", "annotator_id"), n, seed + 2).rows
    part = pl.lit(DISCARDED)
    return rows.select("record_id", "annotator_id", part=part, stratum=part, weight="weight")
