"""One accepted batch as pairs of a dataset, and what became of the pairs that are not in it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl
import pyarrow as pa

from contracts.terms.annotation import Scheme
from quality.gates.evaluation.overlap import EvaluationIndex
from rampart.records.comparisons import every_pair
from rampart.records.training_pairs import drawn_pairs
from rampart.retrain.decontamination import counted, in_sets, kept_clear
from rampart.retrain.manifest import BatchSummary, Claimed
from rampart.retrain.mix import domain_factor, outside_mix
from rampart.retrain.pair import PAIR, rendered
from rampart.retrain.scope import Scope
from rampart.retrain.split import anchor_expr, split_expr, within_holdout


@dataclass(frozen=True, eq=False)
class BatchData:
    """The accepted records of one contract week, at one revision, with the terms they were accepted under."""

    contract_id: str
    week: int
    revision: int
    contract_digest: str
    aggregation: Literal["judgement", "majority"]
    scheme: Scheme  # says which pairs of a judgement are trained on
    records: pa.Table  # canonical records (`rampart.records.canonical.RECORD`)
    vendor: str
    starts: date  # first day of the contract week
    checkpoints: tuple[str, ...] = ()  # which the week's responses may come from; none: the terms name none
    evaluate: bool = True  # may models be evaluated on it? If not, its held-out pairs are left out
    contract_version: str = ""


def read_batch(
    batch: BatchData, scope: Scope, index: EvaluationIndex | None, age_weeks: float
) -> tuple[pl.DataFrame, BatchSummary]:
    """The pairs of `batch` that belong in a dataset (`PAIR`, the mix still to come), and what became of all.

    Args:
        batch: one batch.
        scope: what is trained on, and how much it counts.
        index: the evaluation sets to keep clear of; None: there are none.
        age_weeks: from the batch's first day to the newest batch's.

    Returns:
        The pairs in any order, and the summary, `pairs_digest` still empty.
    """
    every = every_pair(batch.records, batch.aggregation)
    found = in_sets(batch.records, index)
    marked = kept_clear(every, found, by_item=batch.aggregation == "majority")
    clear = marked.filter(pl.col("in_set").is_null())
    drawn = drawn_pairs(clear, batch.scheme)
    told = _told(drawn, batch)
    fated = told.with_columns(fate=_fate(told, batch, scope, age_weeks))
    factor = scope.batch_factor(batch.vendor, batch.contract_id, batch.week, age_weeks)
    pairs = _weighed(fated.filter(pl.col("fate").is_null()), scope, factor)
    claimed = _claimed(drawn.filter(fated["fate"].is_null()))
    fates = dict(fated.group_by("fate").len().iter_rows())
    rankings = pl.Series("ranking", batch.records["ranking"], dtype=pl.List(pl.Int16))
    on, off = (int((pairs["on_policy"] == value).sum()) for value in (True, False))
    train, anchor = pairs["split"] == "train", pairs["anchor"]
    summary = BatchSummary(
        contract_id=batch.contract_id,
        contract_version=batch.contract_version,
        week=batch.week,
        revision=batch.revision,
        contract_digest=batch.contract_digest,
        vendor=batch.vendor,
        aggregation=batch.aggregation,
        pairs_digest="",
        age_weeks=age_weeks,
        factor=factor,
        records=len(rankings),
        records_without_ranking=rankings.null_count(),
        records_of_one_response=int((rankings.list.len() < 2).sum()),
        pairs=len(every),
        in_evaluation_sets=counted(marked.filter(pl.col("in_set").is_not_null())),
        pairs_not_drawn=len(clear) - len(drawn),
        **{f"dropped_{fate}": fates.get(fate, 0) for fate in FATES},
        pairs_used=len(pairs),
        train_pairs=int(train.sum()),
        anchor_pairs=int(anchor.sum()),
        holdout_pairs=int((~train & ~anchor).sum()),
        ties_used=int((pairs["target"] == 0.5).sum()),
        on_policy_pairs=on,
        off_policy_pairs=off,
        on_policy_share=on / (on + off) if on + off else None,
        checkpoints=claimed,
    )
    return pairs, summary


# Why a drawn pair is not in the dataset, in the order in which it is asked.
FATES = (
    *("missing_text", "identical_texts", "not_evaluated", "beyond_holdout"),
    *("out_of_window", "outside_mix", "without_weight"),
)


def _told(drawn: pl.DataFrame, batch: BatchData) -> pl.DataFrame:
    """`drawn` with the columns of `PAIR`."""
    key = pl.col("prompt_key")
    return drawn.with_columns(
        rendered(pl.col("prompt")).alias("prompt"),
        target="outcome",
        contract_id=pl.lit(batch.contract_id),
        week=pl.lit(batch.week, dtype=pl.Int32),
        split=split_expr(key),
        vendor=pl.lit(batch.vendor),
        on_policy=_on_policy(batch.checkpoints),
        anchor=anchor_expr(key),
    ).select(PAIR.names)


def _fate(pairs: pl.DataFrame, batch: BatchData, scope: Scope, age_weeks: float) -> pl.Series:
    """The first of `FATES` that a pair meets; null for a pair of the dataset."""
    train, held = pl.col("split") == "train", pl.col("split") == "holdout"
    missing = pl.col("first").is_null() | pl.col("second").is_null()
    identical = (pl.col("first") == pl.col("second")).fill_null(value=False)
    whole = pairs.select(~missing & ~identical).to_series()
    within = within_holdout(pairs, whole, scope.holdout_prompts)
    factor = scope.batch_factor(batch.vendor, batch.contract_id, batch.week, age_weeks)
    met = {
        "missing_text": missing,
        "identical_texts": identical,
        "not_evaluated": held & (not batch.evaluate),
        # Not trained on instead: another batch may hold the prompt out, and a prompt has one side for ever.
        "beyond_holdout": held & ~within,
        "out_of_window": train & (not scope.in_window(age_weeks)),
        "outside_mix": train & outside_mix(scope),
        "without_weight": train & (factor * domain_factor(scope) == 0),
    }
    return pairs.select(pl.coalesce(pl.when(met[fate]).then(pl.lit(fate)) for fate in FATES)).to_series()


def _weighed(pairs: pl.DataFrame, scope: Scope, factor: float) -> pl.DataFrame:
    """`pairs` without their fate; those for training multiplied by the batch's and their domain's factors."""
    weight = pl.when(pl.col("split") == "train").then(pl.col("weight") * factor * domain_factor(scope))
    return pairs.select(PAIR.names).with_columns(weight=weight.otherwise("weight"))


def _claimed(used: pl.DataFrame) -> tuple[Claimed, ...]:
    sides = pl.concat([used["first_checkpoint"], used["second_checkpoint"].alias("first_checkpoint")])
    counts = sides.value_counts(name="sides").sort("first_checkpoint")
    return tuple(Claimed(*row) for row in counts.iter_rows())


def _on_policy(checkpoints: tuple[str, ...]) -> pl.Expr:
    """Do both responses claim a checkpoint of the week? Claiming none is a no, as in the record gate."""
    if not checkpoints:
        return pl.lit(None, dtype=pl.Boolean)
    claimed = (pl.col(f"{side}_checkpoint") for side in ("first", "second"))
    return pl.all_horizontal(one.is_in(list(checkpoints)).fill_null(value=False) for one in claimed)
