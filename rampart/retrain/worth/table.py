"""The columns of a table of pairs (`snapshot.PAIR`) that worth is counted on, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rampart.retrain.evaluate import correctness
from rampart.retrain.worth.clustered import Clustered, Floats, Mask, Names, clustered

BatchId = tuple[str, int]  # contract id, week


@dataclass(frozen=True, eq=False)
class Judged:
    """m pairs; every array has shape (m,). `group` tells the judgement, unique over all batches."""

    target: Floats
    weight: Floats
    prompt: Names
    contract: Names
    week: "np.ndarray[tuple[int], np.dtype[np.int32]]"
    group: Names
    train: Mask

    @property
    def strict(self) -> Mask:
        """Pairs that one side won: a tie has no right answer."""
        return np.isin(self.target, [0.0, 1.0])

    @property
    def holdout(self) -> Mask:
        """Strict pairs of the permanent holdout."""
        return ~self.train & self.strict

    def batches(self) -> Sequence[BatchId]:
        """The batches there are, in the order of weeks."""
        found = set(zip(self.contract.tolist(), self.week.tolist(), strict=True))
        return sorted(found, key=lambda one: (one[1], one[0]))

    def of(self, batch: BatchId) -> Mask:
        """The pairs of one batch."""
        return np.asarray((self.contract == batch[0]) & (self.week == batch[1]), dtype=np.bool_)

    def right(self, margins: Floats) -> Floats:
        """1 where margins agree with the label, 0.5 where they are 0, else 0."""
        return correctness(margins, self.target)

    def mean(self, values: Floats, among: Mask) -> Clustered:
        """The weighted mean of `values` over the pairs `among`, at least one."""
        return clustered(values[among], self.weight[among], self.prompt[among])


def judged(pairs: pa.Table) -> Judged:
    """The columns of `pairs`."""
    names = {
        name: np.asarray(pairs[name].to_pylist(), dtype=np.str_)
        for name in ("prompt_key", "contract_id", "group")
    }
    week = pairs["week"].to_numpy()
    where = np.char.add(np.char.add(names["contract_id"], "\x1f"), week.astype(np.str_))
    return Judged(
        target=pairs["target"].to_numpy(),
        weight=pairs["weight"].to_numpy(),
        prompt=names["prompt_key"],
        contract=names["contract_id"],
        week=week,
        group=np.char.add(np.char.add(where, "\x1f"), names["group"]),
        train=np.asarray(pairs["split"].to_pylist(), dtype=np.str_) == "train",
    )
