r"""Which discard rate was to be expected in each week, of the weeks before it?

**Model.** For week $w$ the median of `quality.ramp.learning`'s rate, given the weeks before $w$ of every
vendor of the programme. Nothing of week $w$ itself is in it.

**Why.** During the ramp the rate is meant to fall. Held against the contract's overall rate, Laney's chart
calls 2 to 31 % of the weeks of the four kinds of simulated contracts out of line; held against this, 0.2 to
1.7 %. `tests/quality/ramp/test_expected.py` measures a part of it.

**What it does not say.** Anything of a first week: there is only what is believed of vendors in general.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from quality.ramp.forecast import SEED
from quality.ramp.learning import learning_curves

DRAWS = 1000  # place the median of a rate within a few per cent of its own spread


def expected_rates(programme: pl.DataFrame, vendor: str, weeks: Sequence[int]) -> tuple[float, ...]:
    """The rate expected of `vendor` in each of `weeks`.

    Args:
        programme: one row a vendor and week: `vendor`, `week`, `readable`, `discarded`.
        vendor: whose rates.
        weeks: contract weeks.
    """
    return tuple(_expected(programme.filter(pl.col("week") < week), vendor, week) for week in weeks)


def _expected(before: pl.DataFrame, vendor: str, week: int) -> float:
    drawn = learning_curves(before).draw(vendor, [week], DRAWS, np.random.default_rng(SEED))
    return float(np.median(drawn))
