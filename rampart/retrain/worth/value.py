"""Everything that refits say of the batches behind one training, as plain values that are stored beside it.

It is an instrument: refits are of the embedded model, whatever was trained. Above a bound of work nothing is
refitted and the reason is kept instead; what a batch gained over the model before is told all the same.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.worth.agreement import Agreement, Part, agreements, most_disagreeing, parts
from rampart.retrain.worth.clustered import Floats, Names
from rampart.retrain.worth.curve import Curve, learning_curve
from rampart.retrain.worth.left_out import LeftOut, left_out, refits_without
from rampart.retrain.worth.refit import LinearRefit
from rampart.retrain.worth.since import Since
from rampart.retrain.worth.table import BatchId, Judged, judged

# Pairs x batches. 60 batches of 5,000 pairs in all; some 25 s on one core with answers of 100 words.
MOST_WORK = 300_000
# People are shown first what a model of the other batches contradicts most surely, and never more of a batch
# than this: it is a place to look, not a verdict. How sure a model is depends on how much it has seen, so the
# cut is a share of the batch.
DOUBTED_SHARE, MOST_DOUBTED = 0.1, 200


@dataclass(frozen=True)
class InBatch:
    """What names people and records, and so is kept with the batch: a deletion takes it along.

    `doubted` are the judgements (record ids; by majority item ids) that a model of the others contradicts.
    """

    annotators: tuple[Part, ...]
    doubted: tuple[str, ...]


@dataclass(frozen=True)
class Worth:
    """What the batches of a training were worth. `skipped` says why nothing was refitted; else it is empty.

    `since` is what the batch that caused the training has gained, over the model before its contract.
    """

    skipped: str
    since: Since | None
    agreements: tuple[Agreement, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    domains: tuple[Part, ...] = ()
    curve: Curve | None = None

    @property
    def flagged(self) -> tuple[BatchId, ...]:
        """The batches that agree less with the others than those lead one to expect."""
        return tuple((one.contract_id, one.week) for one in self.agreements if one.flagged)


def too_much(pairs: pa.Table) -> str:
    """Why these pairs are not refitted, as a sentence; empty where they are."""
    batches = len(set(zip(pairs["contract_id"].to_pylist(), pairs["week"].to_pylist(), strict=True)))
    if batches < 2:
        return "Nothing to compare: there is one batch."
    if pairs.num_rows * batches > MOST_WORK:
        return (
            f"Not refitted: {pairs.num_rows:,} pairs in {batches} batches are {pairs.num_rows * batches:,} "
            f"pairs to train on, one batch left out each time; at most {MOST_WORK:,} are."
        )
    return ""


def worth(
    pairs: pa.Table, config: LinearConfig, annotators: Names, since: Since | None
) -> tuple[Worth, dict[BatchId, InBatch]]:
    """Refit on `pairs` (`snapshot.PAIR`) and say what each batch was worth.

    Args:
        pairs: m pairs of all batches.
        config: how the embedded model is trained.
        annotators: (m,) who judged each; empty where nobody's name is kept.
        since: what is known without refits.
    """
    if why := too_much(pairs):
        return Worth(why, since), {}
    table = judged(pairs)
    if not table.train.any():
        return Worth("Nothing to refit: no pair is on the training side.", since), {}
    refit = LinearRefit(pairs, config)
    without = refits_without(table, refit)
    domains = np.asarray([name or "" for name in pairs["domain"].to_pylist()], dtype=np.str_)
    found = Worth(
        skipped="",
        since=since,
        agreements=agreements(table, without),
        left_out=left_out(table, refit(table.train), without),
        domains=parts(table, without, domains),
        curve=learning_curve(table, refit, _a_week(table)),
    )
    people = parts(table, without, annotators)
    return found, {
        batch: InBatch(
            tuple(one for one in people if (one.contract_id, one.week) == batch),
            _doubted(table, without, batch),
        )
        for batch in without
    }


def _doubted(pairs: Judged, without: dict[BatchId, Floats], batch: BatchId) -> tuple[str, ...]:
    judgements = len(np.unique(pairs.group[pairs.of(batch)]))
    most = min(MOST_DOUBTED, round(DOUBTED_SHARE * judgements))
    surely = most_disagreeing(pairs, without, batch)[:most]
    return tuple(group.rsplit("\x1f", 1)[-1] for group in surely.tolist())


def _a_week(pairs: Judged) -> int:
    """Training pairs of the median week, all contracts together."""
    return int(np.median(np.unique(pairs.week[pairs.train], return_counts=True)[1]))
