r"""How well does style alone predict who wins?

**Model.** A logistic regression of the winner on the differences of style features, without an intercept so
that it knows no sides, ridge penalty 1 on features scaled to mean square 1. Each comparison is scored by a
model that saw neither its prompt nor its annotator (five folds of each). With $m_i$ the score's lead of the
winner,

$$\widehat{AUC} = P(m_i + m_j > 0) + \tfrac12 P(m_i + m_j = 0),$$

the probability that the model tells a winner on the first side from a winner on the second, over both ways
to show each pair: swapping sides changes nothing. Its influence values are $2 w_i (P_j(m_j > -m_i) -
\widehat{AUC}) / W$ (Sen 1960; DeLong, DeLong & Clarke-Pearson 1988, doi:10.2307/2531595), clustered by
annotator and prompt. The variance is doubled: where nothing is to be found, what fold $k$ learned from $l$
and $l$ from $k$ are the same product $\hat\beta_k \cdot \hat\beta_l$, counted twice.

**Fields needed.** `responses`, `ranking`; `annotator_id` for the full interval.

**Why this default.** Data whose winners can be told without reading for content teaches a reward model not to
read; at `max_auc` 0.65 style picks the winner in some 60 %. For scale: 0.71 on expert majorities (PandaLM,
interval 0.62 to 0.80) and 0.65 on crowd votes on 13 prompts (llmfao, interval 0.48 to 0.81).

**What it does not say.** That people chose by style: better responses may look different. With a strong
signal the doubled variance makes the interval wider than it need be.
"""

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.linear_model import LogisticRegression

from contracts.model import StyleLimit
from quality.audits.dependence import dependence
from quality.audits.fields import COMPARED, lacking
from quality.audits.finding import Finding, untested
from quality.audits.lean import ROUNDING, strict
from quality.intervals.clustered_estimate import Estimate, clustered_estimate
from quality.intervals.clustered_share import Codes, Numbers
from quality.verdict import GateSpec, Status, Verdict, consequence_of

CLAUSE = "audits.style"
METRIC = "style_auc"
FOLDS = 5
SEED = 0  # of who goes into which fold


def audit(
    frame: pl.DataFrame, delta: pl.DataFrame, limit: StyleLimit, evidence: str | None = None
) -> Finding:
    """The cross-fitted AUC of style features alone.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        delta: style features' differences (`quality.audits.features.measuring`), aligned with `frame`.
        limit: the contract's `audits.style`.
        evidence: address of the rows.
    """
    spec = GateSpec(CLAUSE, METRIC, limit.max_auc, consequence_of(limit.severity))
    rows, missing = strict(frame.with_row_index("row")), lacking(frame, *COMPARED)
    if missing is None and rows.height < limit.min_comparisons:
        missing = f"There are {rows.height:,} strict comparisons, at least {limit.min_comparisons:,} asked."
    features = delta[rows["row"].to_numpy()].fill_null(0.0)
    features = features.select(column for column in features if column.ne(0.0).any())
    if missing is None and not features.width:
        missing = "No two responses of a strict comparison differ in style."
    ways = {} if missing else dependence(rows).ways
    if missing is None and not ways:
        missing = "All comparisons are of one item: there is nothing to generalise from."
    if missing:
        return untested(Verdict(spec, "not_testable", None, None, None, 0, missing, evidence), "style")
    sign = 2 * rows["outcome"].to_numpy() - 1
    lead = sign * cross_fitted(features.to_numpy(), sign, rows["weight"].to_numpy(), list(ways.values()))
    found = auc(lead, rows["weight"].to_numpy(), ways)
    return _judged(found, spec, features.width, evidence)


def _judged(found: Estimate, spec: GateSpec, features: int, evidence: str | None) -> Finding:
    most = spec.threshold + ROUNDING
    status: Status = "fail" if found.low > most else "warn" if found.value > most else "pass"
    reason = (
        f"{features:,} style features alone tell the winner with an AUC of {found.value:.3f} (95 % interval "
        f"{found.low:.3f} to {found.high:.3f}; 0.5 is chance) on prompts and people they were not fitted on; "
        f"at most {spec.threshold:.2f} tolerated."
    )
    low, high = max(0.0, found.low), min(1.0, found.high)
    return Finding(
        *(spec, status, found.value, low, high, found.n, reason, evidence),
        *("style", "association", 0.5, found.p(0.5)),
    )


def cross_fitted(features: Numbers, sign: Numbers, weight: Numbers, ways: list[Codes]) -> Numbers:
    """Each row's score by a model that shares no cluster with it; (n,), for the first side.

    Args:
        features: (n, k) differences.
        sign: (n,) 1 where the first side won, else -1.
        weight: (n,) above 0.
        ways: one or two (n,) arrays of cluster codes.
    """
    scaled = features / np.sqrt((features**2).mean(axis=0))
    folds = [_folds(way) for way in ways]
    score = np.zeros(len(sign))
    for block in np.unique(np.stack(folds), axis=1).T:
        inside = np.logical_and.reduce([fold == part for fold, part in zip(folds, block, strict=True)])
        apart = np.logical_and.reduce([fold != part for fold, part in zip(folds, block, strict=True)])
        score[inside] = scaled[inside] @ _fitted(scaled[apart], sign[apart], weight[apart])
    return score


def _folds(way: Codes) -> Codes:
    codes = np.unique(way, return_inverse=True)[1]
    clusters = int(codes.max()) + 1
    return np.asarray(np.random.default_rng(SEED).permutation(clusters)[codes] % min(FOLDS, clusters))


def _fitted(features: Numbers, sign: Numbers, weight: Numbers) -> Numbers:
    if not len(sign):
        return np.zeros(features.shape[1])
    # Every comparison shown both ways, in one: the loss without an intercept is the same for both.
    winning = features * sign[:, None]
    both = np.concatenate([winning, -winning[:1]])  # the solver wants to see two classes
    label = np.concatenate([np.ones(len(sign)), [-1.0]])
    weighed = np.concatenate([weight, [0.0]])
    model = LogisticRegression(fit_intercept=False, C=1.0, solver="newton-cholesky")
    return np.asarray(model.fit(both, label, sample_weight=weighed).coef_[0])


def auc(lead: Numbers, weight: Numbers, ways: dict[str, Codes]) -> Estimate:
    """The AUC of scores whose lead of the winner is `lead` (n,), over both ways to show each pair."""
    order = np.argsort(lead, kind="stable")
    ranked, below = lead[order], np.concatenate([[0.0], np.cumsum(weight[order])])
    total = below[-1]

    def at_most(side: str) -> npt.NDArray[np.float64]:
        return np.asarray(below[np.searchsorted(ranked, -lead, side=side)])  # type: ignore[call-overload]

    ahead = 1 - (at_most("left") + at_most("right")) / 2 / total
    value = float(weight @ ahead / total)
    found = clustered_estimate(value, 2 * weight * (ahead - value) / total, ways, inflation=2.0)
    if found is None:
        raise ValueError(f"ways {sorted(ways)} have a single cluster; leave them out")
    return found
