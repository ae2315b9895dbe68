r"""How fast does each annotator work, beside themselves and beside the others?

**Model.** The pace of judgement $r$ is $t_r = \log(\text{seconds}_r / \text{words}_r)$, with the words of
prompt and responses; of label-only work, whose texts are not in the files, $\log(\text{seconds}_r)$. An
annotator's pace is the median $m_a$, its scale $s_a$ = 1.4826 MAD, shrunken to the crowd's as if by ten
judgements more. Then

- *beside the others*: $m_a$, with variance $1.57 s_a^2 / n_a$, against the crowd's
  (`quality.annotators.crowd`), lower tail: where this annotator's shrunken pace stands among the crowd's
  quantiles;
- *beside themselves*: how many judgements are faster than the shrunken $\tilde m_a - 2.326 s_a$, where one in
  a hundred of one's own would be: a share against the crowd's, upper tail. It shows hasty stretches.

**Fields needed.** `annotator_id`, `duration_s`; prompt and responses for the words.

**Why these defaults.** From 20 durations on. **Neither carries a consequence**: fast is not bad. On CF_amt,
6,030 labels of tweets, the fastest quarter of judgements is the most accurate (.799, .717, .645 and .660 from
fast to slow); `accuracy_by_pace` makes that table of every batch with known answers, and it is shown beside
the evidence.

**What it does not say.** That a text was not read. Durations come from the vendor's own clock.
"""

import numpy as np
import polars as pl
import pyarrow as pa
from scipy import stats

from quality.annotators.crowd import LEAST_CROWD, crowd_of
from quality.annotators.evidence import Missing, of_estimates, of_shares, too_few
from quality.intervals.wilson import wilson

PACE, HASTE = "pace", "haste"
LEAST = 20
_BORROWED = 10.0  # judgements that the crowd's scale weighs in an annotator's
_OWN_QUANTILE = 0.01


def paces(records: pa.Table) -> pl.DataFrame:
    """`annotator_id` and `pace`, log seconds a word, of every judgement with both."""
    frame = pl.DataFrame(pl.from_arrow(records.select(["annotator_id", "duration_s", "prompt", "responses"])))
    content = pl.element().struct.field("content").str.count_matches(r"\S+").sum()
    words = pl.sum_horizontal(
        pl.col("prompt").list.eval(content).list.first(), pl.col("responses").list.eval(content).list.first()
    )
    seconds = pl.col("duration_s")
    return (
        frame.select("annotator_id", seconds, words=words)
        .filter(pl.col("annotator_id").is_not_null(), seconds > 0, seconds.is_finite())
        .select("annotator_id", pace=(seconds / pl.max_horizontal("words", 1)).log())
    )


def evidence(paced: pl.DataFrame, least: int = LEAST) -> list[pl.DataFrame | Missing]:
    """Evidence on each annotator with at least `least` durations; `paced` as from `paces`."""
    if paced.is_empty():
        reason = "No judgement has an annotator and a duration."
        return [Missing(name, "duration_s", reason) for name in (PACE, HASTE)]
    pace = pl.col("pace")
    each = (
        paced.group_by("annotator_id")
        .agg(n=pl.len().cast(pl.Float64), middle=pace.median(), mad=(pace - pace.median()).abs().median())
        .filter(pl.col("n") >= least)
        .sort("annotator_id")
    )
    if each.height < LEAST_CROWD:
        return [too_few(name, each.height) for name in (PACE, HASTE)]
    who, n, middle = each["annotator_id"].to_list(), each["n"].to_numpy(), each["middle"].to_numpy()
    scale = _scale(n, each["mad"].to_numpy())
    variance = np.pi / 2 * scale**2 / n
    crowd = crowd_of(middle, variance)
    bound = crowd.shrunken(middle, variance)[0] + stats.norm.ppf(_OWN_QUANTILE) * scale
    hasty = _below(paced, each.select("annotator_id", bound=pl.Series(bound)))
    return [
        of_estimates(
            PACE, who, n, estimates=middle, variances=variance, tail="low", margin=None, crowd=crowd
        ),
        of_shares(HASTE, who, hasty, n, tail="high", margin=None),
    ]


def _scale(n: np.ndarray, mad: np.ndarray) -> np.ndarray:
    """Each annotator's standard deviation of log paces, leaning on the crowd's where n is small."""
    usual = max(float(np.median(mad)), 1e-3)  # whole seconds can make everybody's MAD 0
    return np.asarray(1.4826 * np.sqrt((n * mad**2 + _BORROWED * usual**2) / (n + _BORROWED)))


def _below(paced: pl.DataFrame, bounds: pl.DataFrame) -> np.ndarray:
    """How many judgements of each annotator in `bounds`, in order, are faster than their bound."""
    counted = paced.join(bounds, on="annotator_id").group_by("annotator_id")
    hasty = counted.agg(hasty=(pl.col("pace") < pl.col("bound")).sum().cast(pl.Float64))
    return hasty.sort("annotator_id")["hasty"].to_numpy()


def accuracy_by_pace(durations: np.ndarray, right: np.ndarray, parts: int = 4) -> pl.DataFrame:
    """Accuracy from the fastest part of the judgements to the slowest.

    Gives `part`, `n`, `slowest` (s), `accuracy`, `low`, `high`. Parts are of equal size;
    equal durations keep the order of the rows. Intervals are Wilson's.
    """
    order = np.argsort(durations, kind="stable")
    rows = []
    for part, chosen in enumerate(np.array_split(order, parts), 1):
        share = float(right[chosen].mean())
        rows.append((part, len(chosen), float(durations[chosen].max()), share, *wilson(share, len(chosen))))
    return pl.DataFrame(rows, schema=["part", "n", "slowest", "accuracy", "low", "high"], orient="row")
