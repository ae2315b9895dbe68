r"""How often does somebody say what most others say of the same item?

**Model.** Of annotator $a$'s judgements, those count whose item's *other* judgements have one value that most
of them gave; $x_a$ of $n_a$ have it too. A share against the crowd's (`quality.annotators.crowd`), lower
tail.

**Fields needed.** `item_id`, `annotator_id`, a label of the item as a whole, items that several judged.

**Why this default.** From 10 such judgements on.

**What it does not say.** Who is right. Somebody who knows more than the others disagrees with them too; where
gold questions exist, they decide.
"""

import numpy as np
import polars as pl

from quality.annotators.evidence import Missing, of_shares
from quality.annotators.labels import Labels

STATISTIC = "peer_agreement"
LEAST = 10


def peers(labels: Labels) -> tuple[np.ndarray, np.ndarray]:
    """How often each annotator (a,) agreed with what the others of an item mostly said, and of how many."""
    others = labels.counts[labels.items]
    others[np.arange(labels.size), labels.values] -= 1
    most = others.max(axis=1, initial=0.0)
    clear = (most > 0) & ((others == most[:, None]).sum(axis=1) == 1)
    same = clear & (others.argmax(axis=1) == labels.values)
    count = len(labels.annotator_names)
    hits, tries = (np.bincount(labels.annotators[rows], minlength=count) for rows in (same, clear))
    return hits.astype(np.float64), tries.astype(np.float64)


def evidence(labels: Labels, least: int = LEAST) -> pl.DataFrame | Missing:
    """Evidence on each annotator with at least `least` judgements that others share."""
    hits, tries = peers(labels)
    judged = np.flatnonzero(tries >= least)
    if not tries.any():
        return Missing(STATISTIC, "item_id", "No item was judged by several annotators.")
    names = [labels.annotator_names[code] for code in judged]
    return of_shares(STATISTIC, names, hits[judged], tries[judged], tail="low")
