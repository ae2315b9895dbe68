r"""What held-out accuracy loses without one batch.

**Quantity.** The held-out accuracy of the model trained on everything, less that of a model trained without
the batch, pair by pair on the same held-out comparisons. The interval (clustered by prompt) covers the
difference between *these two models* in the share of fresh judgements they order as people do, of prompts and
people as in the holdout. It is not about what another draw of the batch would have done: that varies more.

A batch's own held-out pairs come from its own people, so a lean they share pays off on them. `elsewhere`
leaves them out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rampart.retrain.worth.clustered import Clustered, Floats, Mask
from rampart.retrain.worth.refit import Refit
from rampart.retrain.worth.table import BatchId, Judged


@dataclass(frozen=True)
class LeftOut:
    """Accuracy (0..1) with a batch less without it: on the whole holdout, and on the other batches' pairs."""

    contract_id: str
    week: int
    n_train: int  # pairs of the batch that were trained on
    difference: Clustered
    elsewhere: Clustered | None


def refits_without(
    pairs: Judged, refit: Refit, batches: Iterable[BatchId] | None = None
) -> dict[BatchId, Floats]:
    """Batch → margins (m,) of a model trained on all others; empty where there is only one. None: each."""
    left = pairs.batches() if batches is None else batches
    chosen: dict[BatchId, Mask] = {batch: pairs.train & ~pairs.of(batch) for batch in left}
    return {batch: refit(mask) for batch, mask in chosen.items() if mask.any()}


def left_out(pairs: Judged, everything: Floats, without: Mapping[BatchId, Floats]) -> tuple[LeftOut, ...]:
    """One a batch; none where nothing is held out.

    Args:
        pairs: m pairs.
        everything: margins (m,) of the model trained on all of the training side.
        without: batch → margins (m,) of a model trained without it.
    """
    if not pairs.holdout.any():
        return ()
    whole = pairs.right(everything)
    found = []
    for batch, margins in without.items():
        lost, others = whole - pairs.right(margins), pairs.holdout & ~pairs.of(batch)
        elsewhere = pairs.mean(lost, others) if others.any() else None
        n_train = int((pairs.of(batch) & pairs.train).sum())
        found.append(LeftOut(*batch, n_train, pairs.mean(lost, pairs.holdout), elsewhere))
    return tuple(found)
