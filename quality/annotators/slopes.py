r"""What sways each annotator, beside what sways all: one slope a feature and annotator.

**Model.** $\operatorname{logit} P(\text{first wins}) = \eta_r + \delta_{af} x_{rf}$, one feature at a time,
with the crowd's own fit (all features, and whatever else explains a row) as the offset $\eta_r$ and a weak
prior $\delta \sim N(0, 2^2)$, which keeps the slope of somebody who always chose one way finite (Gelman,
Jakulin, Pittau & Su 2008, doi:10.1214/08-AOAS191). With the signed root $r_{af}$ of twice the log-likelihood
gained, the sampling variance is $(\hat\delta_{af} / r_{af})^2$, so that the ratio to it is the
likelihood-ratio test's and not Wald's, which fails at few judgements (Hauck & Donner 1977,
doi:10.1080/01621459.1977.10479969). What the other features' honest spread $\tau_g$ adds through their
overlap is $\sum_{g \ne f} (I_{afg} / I_{aff})^2 \tau_g^2$, with the information $I_a$ at the crowd's fit. The
slopes then stand against the crowd (`quality.annotators.crowd`).

All annotators are fitted at once: a Newton step is three sums by annotator.

**Fields needed.** Feature differences first less second, `outcome` and `annotator_id`.

**Why this default.** Under 20 strict comparisons an annotator is not judged: a slope says next to nothing.

**What it does not say.** Why somebody differs. Features that go together are told apart for the crowd only:
who likes long answers also looks like one who likes lists.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import optimize, special

from quality.annotators.crowd import LEAST_CROWD, Crowd, crowd_of
from quality.annotators.evidence import LOGIT_MARGIN, Missing, of_estimates, too_few

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
LEAST_COMPARISONS = 20
PRIOR_SD = 2.0  # logits a standard deviation of the feature
_ROUNDS = 4
_STEPS, _MOST_STEPS = 8, 60
_STILL = 1e-6  # a step in logits too small to matter
_NEAR = 1e-3  # below, the likelihood ratio is lost to rounding and equals the curvature


@dataclass(frozen=True)
class Slopes:
    """How annotators differ from the crowd, feature by feature.

    `annotators` (a,) are codes of those who could be judged, `comparisons` (a,) how many they made;
    `deviations` and `variances` (a, f) are slopes less the crowd's, and their sampling variances;
    `crowd` one `Crowd` a feature; `pooled` (f,) the crowd's slopes.
    """

    annotators: Codes
    comparisons: Numbers
    deviations: Numbers
    variances: Numbers
    crowd: tuple[Crowd, ...]
    pooled: Numbers


def slopes(
    features: Numbers,
    won: Numbers,
    annotators: Codes,
    known: Numbers | None = None,
    least: int = LEAST_COMPARISONS,
) -> Slopes:
    """Each annotator's slopes beside the crowd's.

    Args:
        features: (n, f) differences, each of about unit variance.
        won: (n,) 1.0 where the first won, 0.0 where the second.
        annotators: (n,) codes.
        known: (n, k) other explanations (quality, source models), fitted for the crowd as a whole.
        least: annotators with fewer rows are left out of the answer.
    """
    others = np.ones((len(won), 1)) if known is None else np.column_stack([np.ones(len(won)), known])
    fitted = _pooled(np.column_stack([features, others]), won)
    offset = np.column_stack([features, others]) @ fitted
    p = special.expit(offset)
    rows = np.bincount(annotators)
    judged = np.flatnonzero(rows >= least)
    information = _information(features, p * (1 - p), annotators, judged)
    diagonal = np.einsum("aff->af", information) + np.finfo(float).tiny
    found = [_deviations(column, won, offset, annotators) for column in features.T]
    deviations, sampling = (np.column_stack(each)[judged] for each in zip(*found, strict=True))
    variances, crowd = _spread(deviations, sampling, information, diagonal)
    return Slopes(
        judged, rows[judged].astype(np.float64), deviations, variances, crowd, fitted[: features.shape[1]]
    )


def _deviations(x: Numbers, won: Numbers, offset: Numbers, annotators: Codes) -> tuple[Numbers, Numbers]:
    """Every annotator's slope of one feature beside the crowd's, and its variance by likelihood ratio."""
    delta = np.zeros(annotators.max() + 1)
    low, high = np.full_like(delta, -np.inf), np.full_like(delta, np.inf)
    for round_ in range(_MOST_STEPS):
        p = special.expit(offset + delta[annotators] * x)
        score = np.bincount(annotators, weights=(won - p) * x) - delta / PRIOR_SD**2
        curvature = np.bincount(annotators, weights=p * (1 - p) * x**2) + 1 / PRIOR_SD**2
        step = np.clip(score / curvature, -1.0, 1.0)  # a step too far would not come back
        moving = np.abs(step) > _STILL
        if round_ >= _STEPS:
            if not moving.any():
                break
            step = np.where(moving, step, 0.0)
        # The score falls in delta, so its sign says on which side the top lies. One great difference among
        # small ones makes Newton's steps jump to and fro across it; those are halved.
        low, high = np.where(score > 0, delta, low), np.where(score < 0, delta, high)
        across = moving & ((delta + step <= low + _STILL / 2) | (delta + step >= high - _STILL / 2))
        across &= np.isfinite(low) & np.isfinite(high)
        middle = np.where(across, low, 0.0) / 2 + np.where(across, high, 0.0) / 2
        delta = np.where(across, middle, delta + step)
    eta = offset + delta[annotators] * x
    gained = (won * eta - np.logaddexp(0, eta)) - (won * offset - np.logaddexp(0, offset))
    twice = 2 * np.bincount(annotators, weights=gained) - (delta / PRIOR_SD) ** 2
    near = np.abs(delta) < _NEAR
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(near, 1 / curvature, delta**2 / twice)
    return delta, variance


def _spread(
    deviations: Numbers, sampling: Numbers, information: Numbers, diagonal: Numbers
) -> tuple[Numbers, tuple[Crowd, ...]]:
    """Sampling variances with what the other slopes' spread adds to them, and the crowd of each feature."""
    count = deviations.shape[1]
    cross = (information / diagonal[:, :, None]) ** 2  # the square of a tiny diagonal would be 0
    cross[:, np.arange(count), np.arange(count)] = 0.0
    spread2 = np.zeros(count)
    for _ in range(_ROUNDS):
        variances = sampling + cross @ spread2
        crowd = tuple(crowd_of(deviations[:, f], variances[:, f]) for f in range(count))
        spread2 = np.array([each.spread**2 for each in crowd])
    return variances, crowd


def _pooled(design: Numbers, won: Numbers, ridge: float = 1e-3) -> Numbers:
    """A logit without annotators; the little ridge only keeps aliased columns apart."""

    def loss(beta: Numbers) -> tuple[float, Numbers]:
        eta = design @ beta
        value = np.logaddexp(0, eta).sum() - won @ eta + ridge * beta @ beta / 2
        return float(value), design.T @ (special.expit(eta) - won) + ridge * beta

    start = np.zeros(design.shape[1])
    return np.asarray(optimize.minimize(loss, start, jac=True, method="L-BFGS-B").x)


def _information(features: Numbers, weights: Numbers, annotators: Codes, judged: Codes) -> Numbers:
    """X'WX by annotator judged, (a, f, f); of many who did little there would be no room for everybody's."""
    rows = np.isin(annotators, judged)
    place = np.searchsorted(judged, annotators[rows])
    features, weights = features[rows], weights[rows]
    count = features.shape[1]
    found = np.empty((len(judged), count, count))
    for one in range(count):
        for other in range(one, count):
            cell = np.bincount(
                place, weights=weights * features[:, one] * features[:, other], minlength=len(judged)
            )
            found[:, one, other] = found[:, other, one] = cell
    return found


def evidence(
    deltas: pl.DataFrame, frame: pl.DataFrame, known: Numbers | None = None, least: int = LEAST_COMPARISONS
) -> list[pl.DataFrame | Missing]:
    """Evidence on each annotator and feature, the statistic being ``slope:`` and the feature's name.

    Args:
        deltas: one column a feature, first less second, aligned with `frame`; null where unknown.
        frame: comparisons (`rampart.records.comparisons`).
        known: other explanations of each row, as in `slopes`.
        least: annotators with fewer strict comparisons are left out.
    """
    rows = ((frame["outcome"] != 0.5) & frame["annotator_id"].is_not_null()).to_numpy()
    if not rows.any():
        field = "ranking" if (frame["outcome"] == 0.5).all() else "annotator_id"
        return [Missing("slopes", field, "No strict comparison names its annotator.")]
    filled = deltas.filter(pl.Series(rows)).fill_null(0.0).fill_nan(0.0)
    spread = {name: filled[name].std() for name in filled.columns}
    names = [name for name, sd in spread.items() if isinstance(sd, float) and sd > 0]
    if not names:
        return [Missing("slopes", "responses", "No feature differs between the responses of any comparison.")]
    features = filled.select(pl.col(name) / spread[name] for name in names).to_numpy()
    who = frame["annotator_id"].filter(pl.Series(rows))
    ids = who.unique().sort()
    codes = who.rank("dense").to_numpy().astype(np.intp) - 1
    won = frame["outcome"].filter(pl.Series(rows)).to_numpy()
    if (np.bincount(codes) >= least).sum() < LEAST_CROWD:
        return [too_few(f"slope:{name}", int((np.bincount(codes) >= least).sum())) for name in names]
    found = slopes(features, won, codes, None if known is None else known[rows], least)
    annotators = ids[found.annotators].to_list()
    return [
        of_estimates(
            f"slope:{name}",
            annotators,
            found.comparisons,
            estimates=found.deviations[:, place],
            variances=found.variances[:, place],
            tail="both",
            margin=LOGIT_MARGIN,
            crowd=found.crowd[place],
        )
        for place, name in enumerate(names)
    ]
