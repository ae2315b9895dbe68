r"""How often is each annotator right where the answer is known?

**Model.** Of $n_a$ gold questions annotator $a$ answered $x_a$ right. Three things are said of it:

- the posterior with Jeffreys' prior, $\mathrm{Beta}(x_a + \frac12, n_a - x_a + \frac12)$, from this
  annotator's answers alone (Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286);
- a share against the crowd's (`quality.annotators.crowd`), lower tail: worse than is usual here;
- where the contract promises an accuracy, `quality.annotators.sequential`: worse than promised, by a p-value
  that holds however often one looks.

**Fields needed.** `gold`, a label, `annotator_id`; for the sequential test the contract's
`annotators.gold.min_accuracy`.

**Why this default.** From 5 questions on; the beta-binomial law is exact at any number.

**What it does not say.** That the key is right. A question that nearly all get wrong is a question to look
at.
"""

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

from quality.annotators.evidence import Missing, of_shares
from quality.annotators.sequential import anytime_p

Numbers = npt.NDArray[np.float64]
STATISTIC = "gold_accuracy"
SEQUENTIAL = "gold_promise"
LEAST = 5


def posterior(right: Numbers, wrong: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Mean and 95 % interval of accuracies by Jeffreys' prior."""
    law = stats.beta(right + 0.5, wrong + 0.5)
    low, high = law.interval(0.95)
    return np.asarray(law.mean()), np.asarray(low), np.asarray(high)


def evidence(
    answered: pl.DataFrame, promised: float | None = None, least: int = LEAST
) -> list[pl.DataFrame | Missing]:
    """Evidence on each annotator with at least `least` gold questions.

    Args:
        answered: judgements of gold questions (`quality.gates.batch.gold.answered`), in order of time.
        promised: the contract's least accuracy.
        least: fewer questions than this are not judged.
    """
    known = answered.drop_nulls(["annotator_id", "right"])
    if known.is_empty():
        reason = "There is no gold question whose known answer could be read."
        return [Missing(name, "gold", reason) for name in (STATISTIC, SEQUENTIAL)]
    names = known["annotator_id"].unique().sort()
    codes = known["annotator_id"].rank("dense").to_numpy().astype(np.intp) - 1
    right = known["right"].to_numpy()
    tries = np.bincount(codes).astype(np.float64)
    hits = np.bincount(codes, weights=right.astype(np.float64)).astype(np.float64)
    judged = np.flatnonzero(tries >= least)
    found = of_shares(STATISTIC, names[judged].to_list(), hits[judged], tries[judged], tail="low")
    if promised is None:
        reason = "The contract promises no accuracy (annotators.gold.min_accuracy)."
        return [found, Missing(SEQUENTIAL, "annotators.gold.min_accuracy", reason)]
    if isinstance(found, Missing) or not 0 < promised < 1:
        return [found]
    # A promise is the same for all: the crowd neither excuses nor informs, and the p-value needs no margin.
    believed = posterior(hits[judged], tries[judged] - hits[judged])
    names_of = ("shrunken", "low", "high", "p", "sanction_p")
    p = anytime_p(right, codes, promised)[judged]
    columns = dict(zip(names_of, map(pl.Series, (*believed, p, p)), strict=True))
    broken = found.with_columns(
        statistic=pl.lit(SEQUENTIAL), usual=pl.lit(promised), spread=pl.lit(0.0), **columns
    )
    return [found, broken]
