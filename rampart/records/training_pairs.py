"""Which comparisons of a judgement a reward model trains on: the rule of the contract's label scheme.

Audits look at every comparison (`rampart.records.comparisons`); training takes what its scheme says:

- K ranked responses give all C(K,2) pairs, each weighted 1/C(K,2), ties as half a win; the pairs of one
  judgement carry one `group`, to be kept in one optimiser step (InstructGPT: Ouyang et al. 2022,
  arXiv:2203.02155, section 3.5).
- Ratings closer than the contract's `min_gap` are no pair. Of the others `best_and_lower` takes one a
  judgement: the best response against a lower one drawn uniformly, as Zephyr's pairs were taken from the
  ratings of UltraFeedback (Tunstall et al. 2023, arXiv:2310.16944, section 3; Cui et al. 2023,
  arXiv:2310.01377); `all` takes every one, weighted alike.
"""

import hashlib
from typing import Literal

import numpy as np
import polars as pl
import pyarrow as pa

from contracts.terms.annotation import Rating, Scheme
from rampart.records.comparisons import JUDGED_BY, PAIRED, every_pair
from rampart.records.labels.numbered import least_gap
from rampart.records.prompt_key import SEPARATOR

PAIR_COLUMNS = (*PAIRED, "language", "group", *JUDGED_BY)


def training_pairs(
    records: pa.Table, scheme: Scheme, aggregation: Literal["judgement", "majority"] = "judgement"
) -> pl.DataFrame:
    """The pairs of `records` to train on, in their order.

    Args:
        records: canonical records (`RECORD`), all of one scheme; those that compare nothing give no pair.
        scheme: the contract's annotation scheme.
        aggregation: as in `comparisons`. By majority the best response of an item is the one that wins most
            of its pairs (a tie counts half), and the lower ones are those it beats.

    Returns:
        A frame with `PAIR_COLUMNS`. The weights of a `group` (record id; by majority the item's id) sum to 1.
        A rated judgement whose responses all lie too close together has no pair.
    """
    return drawn_pairs(every_pair(records, aggregation), scheme)


def drawn_pairs(pairs: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """`training_pairs` out of `every_pair`, for those who count what is left out."""
    if isinstance(scheme, Rating):
        pairs = _rated(pairs, scheme)
    return pairs.select(PAIR_COLUMNS)


def _rated(pairs: pl.DataFrame, scheme: Rating) -> pl.DataFrame:
    gap = pl.col("gap") if scheme.higher_is_better else -pl.col("gap")
    apart = (pl.col("gap").abs() >= least_gap(scheme)).fill_null(pl.col("outcome") != 0.5)
    judged = pairs.with_columns(
        apart=apart, lead=((gap.sign() + 1) / 2).fill_null(pl.col("outcome"))
    ).with_row_index("pair")
    if scheme.pairs == "all":
        return judged.filter("apart").with_columns(weight=1.0 / pl.len().over("unit"))
    drawn = _best_and_lower(judged, scheme.seed)
    return judged.join(drawn, on="pair", how="semi", maintain_order="left").with_columns(weight=pl.lit(1.0))


def _best_and_lower(judged: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The numbers (`pair`) of the pairs drawn: one for each unit that has a lower response."""
    draws = _draws(judged.select("unit", "group").unique("unit", keep="first"), seed)
    one = judged.select("unit", "pair", "apart", "lead", me="first_identity", other="second_identity")
    turned = one.select("unit", "pair", "apart", lead=1.0 - pl.col("lead"), me="other", other="me")
    sides = pl.concat([one, turned])
    points = sides.group_by("unit", "me").agg(pl.col("lead").sum())
    top = points.filter(pl.col("lead") == pl.col("lead").max().over("unit"))
    best = _one_of(top, "me", draws.select("unit", draw="for_best"))
    beaten = sides.filter(pl.col("apart") & (pl.col("lead") == 1.0)).join(best, on=["unit", "me"], how="semi")
    return _one_of(beaten, "other", draws.select("unit", draw="for_lower")).select("pair")


def _one_of(rows: pl.DataFrame, by: str, draws: pl.DataFrame) -> pl.DataFrame:
    """One row a unit: of its n rows in the order of `by`, the one at its draw modulo n."""
    ordered = rows.sort("unit", by).join(draws, on="unit", maintain_order="left")
    place, many = pl.int_range(pl.len()).over("unit"), pl.len().over("unit")
    return ordered.filter(place == pl.col("draw") % many)


def _draws(units: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Two 64-bit numbers for each unit, out of its group and the seed alone, whatever else is delivered."""
    digests = b"".join(
        hashlib.blake2b(f"{seed}{SEPARATOR}{group}".encode(), digest_size=16).digest()
        for group in units["group"]
    )
    numbers = np.frombuffer(digests, ">u8").astype(np.uint64).reshape(-1, 2)
    return units.select("unit").with_columns(
        for_best=pl.Series(numbers[:, 0]), for_lower=pl.Series(numbers[:, 1])
    )
