r"""Agreement and gold accuracy on work that several vendors were given alike.

Two vendors' own figures cannot be held against each other: the one with the easier prompts looks better. On
items that both judged (the same prompt with the same responses) the mix is the same by construction.

**Model.** On each shared item a vendor has a score: the share of pairs of its annotators that say the same
(`agreement_shared`), the share of pairs with one annotator of hers and one of another vendor's that do
(`agreement_with_others`), or the share of her answers that are right (`gold_shared`). A vendor's figure is
the mean over items. Two vendors are compared item by item, $d_i = a_i - b_i$ over the items both have;
agreement *with others* is then with third vendors alone, since each of two agrees with the other exactly as
much. Items of one prompt hang together: the variance is clustered by prompt, with $t_{G - 1}$ (Cameron &
Miller 2015, "A Practitioner's Guide to Cluster-Robust Inference", doi:10.3368/jhr.50.2.317).

Agreement is raw: chance agreement is the same for both on the same items, and correcting for it would only
add noise to the difference.

**Fields needed.** `prompt`, `responses`, a label; `annotator_id` for agreement; `gold` for gold. Judgements
that the gates kept, in the standing revision.

**Small numbers.** Under 30 prompts nothing is said: as with `quality.gates.batch.agreement`, intervals do not
hold there.

**What it does not say.** Annotators are taken as they are: other people of the same vendor may do otherwise.
What a vendor lost at the gates is not here but in its first-pass yield. Agreeing with others is no proof of
being right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from quality.intervals.clustered_estimate import clustered_estimate
from quality.intervals.clustered_share import clustered_share
from quality.intervals.wilson import wilson
from quality.scorecard.figure import Contrast, Figure, Lacking, bounded, student, untold

Kind = Literal["agreement_shared", "agreement_with_others", "gold_shared"]
KINDS: tuple[Kind, ...] = ("agreement_shared", "agreement_with_others", "gold_shared")
LEAST = 30
# One row a judgement of a unit that several contracts were given.
SAID = pl.Schema(
    {
        "contract_id": pl.String,
        "unit": pl.String,
        "prompt": pl.String,
        "annotator": pl.String,
        "value": pl.Float64,
    }
)
# One row an answer to a gold question that several contracts were given.
ANSWERED = pl.Schema({"contract_id": pl.String, "unit": pl.String, "prompt": pl.String, "right": pl.Boolean})
_NEEDED: dict[Kind, tuple[str, str]] = {
    "agreement_shared": ("shared items", "that two of its annotators and another vendor judged"),
    "agreement_with_others": ("shared items", "that another vendor judged too"),
    "gold_shared": ("shared gold questions", "that another vendor answered too"),
}


@dataclass(frozen=True)
class SharedWork:
    """What was said of shared items (`SAID`) and of shared gold questions (`ANSWERED`).

    `unreadable` says why nothing can be compared although work is shared, such as two label schemes.
    """

    said: pl.DataFrame
    answered: pl.DataFrame
    unreadable: Lacking | None = None


def shared_figure(kind: Kind, contract_id: str, work: SharedWork, evidence: tuple[str, ...] = ()) -> Figure:
    """A vendor's figure on all items it shares with any other."""
    scores = _of(kind, contract_id, work, None)
    if missing := _missing(kind, scores, work):
        return untold(kind, contract_id, "share", missing, scores.height)
    values, prompts = scores["score"].to_numpy(), _codes(scores)
    found = clustered_share(values, np.ones(len(values)), {"prompt": prompts})
    low, high = (found.low, found.high) if found.standard_error else wilson(found.share, found.effective_n)
    said = f"mean over {scores.height:,} {_NEEDED[kind][0]} of {found.clusters['prompt']:,} prompts."
    return Figure(kind, contract_id, "share", found.share, low, high, scores.height, said, evidence)


def shared_contrast(kind: Kind, one: str, other: str, work: SharedWork) -> Contrast | Lacking:
    """Score of `one` less that of `other`, over the items that both have."""
    sides = [_of(kind, name, work, (one, other)) for name in (one, other)]
    both = sides[0].join(sides[1].select("unit", other="score"), on="unit")
    if missing := _missing(kind, both, work):
        third = kind == "agreement_with_others" and 0 < work.said["contract_id"].n_unique() < 3
        reason = "Each of two agrees with the other exactly as much; a third vendor's judgements are needed."
        return Lacking("a third vendor", reason) if third else missing
    apart = (both["score"] - both["other"]).to_numpy()
    value = float(apart.mean())
    found = clustered_estimate(value, (apart - value) / len(apart), {"prompt": _codes(both)})
    assert found is not None  # noqa: S101 (narrows the type: there are prompts enough)
    # Where no item differs there is no spread to measure: no narrower than one item of all that did.
    error = found.standard_error or 1 / len(apart)
    said = f"item by item over {len(apart):,} {_NEEDED[kind][0]} of {found.clusters:,} prompts"
    return Contrast(value, bounded(student(value, error, found.clusters - 1)), len(apart), said)


def _of(kind: Kind, contract_id: str, work: SharedWork, pair: tuple[str, str] | None) -> pl.DataFrame:
    """`unit`, `prompt` and `score` of a contract's items; of a `pair`, others are those beside the two."""
    if kind == "gold_shared":
        mine = work.answered.filter(pl.col("contract_id") == contract_id).drop_nulls("right")
        scored = mine.group_by("unit").agg(pl.col("prompt").first(), score=pl.col("right").mean())
        return scored.sort("unit")
    said = work.said.unique(["contract_id", "unit", "annotator"], keep="first", maintain_order=True)
    own = said.filter(pl.col("contract_id") == contract_id)
    if kind == "agreement_shared":
        return _within(own)
    apart = [contract_id] if pair is None else list(pair)
    return _between(own, said.filter(~pl.col("contract_id").is_in(apart)))


def _within(own: pl.DataFrame) -> pl.DataFrame:
    by_value = own.group_by("unit", "value").agg(pl.col("prompt").first(), n=pl.len().cast(pl.Float64))
    by_unit = by_value.group_by("unit").agg(
        pl.col("prompt").first(), same=(pl.col("n") * (pl.col("n") - 1)).sum(), m=pl.col("n").sum()
    )
    several = by_unit.filter(pl.col("m") >= 2)
    return several.select("unit", "prompt", score=pl.col("same") / (pl.col("m") * (pl.col("m") - 1))).sort(
        "unit"
    )


def _between(own: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    pairs = own.join(others.select("unit", theirs="value"), on="unit")
    same = (pl.col("value") == pl.col("theirs")).mean()
    return pairs.group_by("unit").agg(pl.col("prompt").first(), score=same).sort("unit")


def _missing(kind: Kind, scores: pl.DataFrame, work: SharedWork) -> Lacking | None:
    if work.unreadable is not None and kind != "gold_shared":
        return work.unreadable
    prompts = scores["prompt"].n_unique()
    if prompts >= LEAST:
        return None
    lacks, which = _NEEDED[kind]
    return Lacking(lacks, f"There are {prompts:,} prompts of {lacks} {which}; {LEAST} are needed.")


def _codes(scores: pl.DataFrame) -> np.ndarray:
    return scores["prompt"].rank("dense").to_numpy().astype(np.intp) - 1


def together(frames: Sequence[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    """Some frames of `schema` as one; empty where there is none."""
    return pl.concat([schema.to_frame(), *(frame.select(schema.names()) for frame in frames)])
