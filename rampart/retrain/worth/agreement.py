"""How far a batch agrees with a reward model that was fitted on all others.

Every strict pair of the batch counts, held out or not: the model has seen no label of the batch. A week of
labels turned over shows at once here, where what it does to held-out accuracy drowns in the holdout's noise.
Low agreement is not wrong work: harder prompts, another crowd or a new policy have it too. It says where
people should look, and discards nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rampart.retrain.worth.clustered import Clustered, Floats, Names
from rampart.retrain.worth.outlying import Held, outlying
from rampart.retrain.worth.table import BatchId, Judged

# Below this a share of right pairs is within ± 18 points, which tells nobody apart.
FEWEST_PAIRS = 30


@dataclass(frozen=True)
class Agreement:
    """A batch's agreement with a model of the others, and what the other batches lead one to expect.

    `held` is None where there are too few batches, or too few prompts in one, to tell.
    """

    contract_id: str
    week: int
    share: Clustered
    held: Held | None

    @property
    def flagged(self) -> bool:
        """Is it below what the other batches say?"""
        return self.held is not None and self.held.flagged


@dataclass(frozen=True)
class Part:
    """The same for one annotator, or one domain, of a batch, held against the others of the batch."""

    contract_id: str
    week: int
    name: str
    share: Clustered
    held: Held | None


def agreements(pairs: Judged, without: Mapping[BatchId, Floats]) -> tuple[Agreement, ...]:
    """One a batch that has a strict pair.

    Args:
        pairs: m pairs.
        without: batch → margins (m,) of a model that was trained without it.
    """
    batches = [batch for batch in without if bool((pairs.of(batch) & pairs.strict).any())]
    shares = [pairs.mean(pairs.right(without[batch]), pairs.of(batch) & pairs.strict) for batch in batches]
    held = _held(shares)
    return tuple(
        Agreement(*batch, share, one) for batch, share, one in zip(batches, shares, held, strict=True)
    )


def parts(pairs: Judged, without: Mapping[BatchId, Floats], names: Names) -> tuple[Part, ...]:
    """Annotators (or domains) of each batch, each held against the others of its batch.

    Args:
        pairs: m pairs.
        without: as in `agreements`.
        names: (m,) whose pair each is; empty where nobody's.

    Returns:
        Those with at least 30 strict pairs.
    """
    found: list[Part] = []
    for batch, margins in without.items():
        right, among = pairs.right(margins), pairs.of(batch) & pairs.strict & (names != "")
        known, counts = np.unique(names[among], return_counts=True)
        big = [str(name) for name in known[counts >= FEWEST_PAIRS]]
        shares = [pairs.mean(right, among & (names == name)) for name in big]
        held = _held(shares)
        told = zip(big, shares, held, strict=True)
        found += [Part(*batch, name, share, one) for name, share, one in told]
    return tuple(found)


def most_disagreeing(pairs: Judged, without: Mapping[BatchId, Floats], batch: BatchId) -> Names:
    """Judgements (`group`) of a batch that a model of the others contradicts, the surest contradiction first.

    For people to look at; a judgement with several pairs counts by its surest one.
    """
    margins, rows = without[batch], pairs.of(batch) & pairs.strict
    against = np.where(pairs.target > 0.5, -margins, margins)
    order = np.argsort(-against[rows], kind="stable")
    groups, sure = pairs.group[rows][order], against[rows][order]
    _, first = np.unique(groups[sure > 0], return_index=True)
    return np.asarray(groups[sure > 0][np.sort(first)])


def _held(shares: Sequence[Clustered]) -> Sequence[Held | None]:
    errors: list[float] = [one.error for one in shares if one.error]
    if len(errors) < len(shares):  # too few prompts somewhere, or no spread at all: no error to judge by
        return [None] * len(shares)
    found = outlying(np.array([one.value for one in shares]), np.array(errors))
    return found or [None] * len(shares)
