r"""How much of a feature is its own, and not its source model's?

**Model.** Least squares of the pair's difference $\Delta_i$ on $a_{m(i)} - a_{m'(i)}$, one number a source
model; the *identifiable share* is $1 - R^2$ about zero. At 0 the feature is a house style: whatever people
think of the model, they seem to think of the feature. On 5,460 real votes (llmfao) a style drawn at random
for each model alarms in 56-79 % of draws, whatever the errors are clustered by, unless the models have
effects of their own.

**What it does not say.** Anything, where the files do not say which checkpoint wrote a response, or name so
many that each wrote next to nothing. Of more than 500 the rare ones are taken as one (`source_models`), and
what is theirs alone counts as the feature's own.
"""

import numpy as np
import polars as pl

from quality.audits.source_models import OTHER, SIDES, pooled
from quality.intervals.clustered_share import Codes, Numbers

LEAST_SHARE = (
    0.2  # below it four fifths of the feature or more are the source model's: there is no contrast left
)


def identifiable_share(delta: pl.Series, frame: pl.DataFrame) -> float | None:
    """Share of the sum of squares of `delta` (n,) that no difference of source models explains, in 0..1.

    `frame` are the comparisons. Rows without a figure or a checkpoint are left out; None where none is left
    or nothing differs.
    """
    known, _ = pooled(frame.select(SIDES).with_columns(delta=delta).drop_nulls())
    known = known.filter(~pl.all_horizontal(pl.col(side) == OTHER for side in SIDES))
    total = float(known["delta"].pow(2).sum())
    if not total:
        return None
    models = pl.concat([known["first_checkpoint"], known["second_checkpoint"]]).rank("dense").to_numpy()
    codes = models.astype(np.intp) - 1
    difference = known["delta"].to_numpy()
    first, second = codes[: known.height], codes[known.height :]
    style = _styles(first, second, difference)
    left = difference - (style[first] - style[second])
    return float(left @ left) / total


def _styles(first: Codes, second: Codes, difference: Numbers) -> Numbers:
    """The least-squares style of each model, out of the normal equations: a Laplacian of who met whom."""
    size = int(max(first.max(), second.max())) + 1
    met = np.bincount(first * size + second, minlength=size * size).reshape(size, size).astype(np.float64)
    met += met.T
    had = np.bincount(first, difference, size) - np.bincount(second, difference, size)
    return np.asarray(np.linalg.lstsq(np.diag(met.sum(axis=1)) - met, had, rcond=None)[0])
