r"""How far annotators agree, from counts that add up over items.

Unit $u$ (what is judged once by each annotator) has $m_u$ judgements, $n_{uc}$ of them of value $c$.

**Raw** agreement: the mean over units with $m_u \ge 2$ of $\sum_c n_{uc} (n_{uc} - 1) / m_u (m_u - 1)$, the
share of pairs of annotators that say the same.

**Gwet's AC1** $= (p_a - p_e) / (1 - p_e)$ with raw agreement $p_a$, $p_e = \frac{1}{q - 1} \sum_c \pi_c (1 -
\pi_c)$ and $\pi_c$ the mean over all units of $n_{uc} / m_u$ (Gwet 2008, doi:10.1348/000711006X126600). It
keeps its meaning where one value prevails; $q$ counts the values that occur.

**Fleiss' kappa** $= (p_a - p_e) / (1 - p_e)$ over units with $m_u \ge 2$, with raw agreement $p_a$, $p_e =
\sum_c \bar p_c^2$ and $\bar p_c = \sum_u n_{uc} / \sum_u m_u$ (Fleiss 1971, doi:10.1037/h0031619, for equal
$m_u$).

**Krippendorff's alpha** $= 1 - D_o / D_e$ from coincidences $o_{ck} = \sum_u n_{uc} (n_{uk} - [c = k]) / (m_u
- 1)$ over units with $m_u \ge 2$, their margins $n_c$, and a difference $\delta^2_{ck}$: nominal $[c \ne k]$;
ordinal $(\sum_{g=c}^{k} n_g - (n_c + n_k) / 2)^2$; interval $(v_c - v_k)^2$ (Krippendorff 2011, "Computing
Krippendorff's Alpha-Reliability"; Hayes & Krippendorff 2007, doi:10.1080/19312450709336664).

All are functions of sums over items, so a bootstrap by item draws items' sums, not judgements. The interval
is the percentile one: items were drawn, and the annotators are taken as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval"]
Coefficient = Literal["krippendorff_alpha", "gwet_ac1", "fleiss_kappa", "raw"]
DRAWS = 999
_BLOCK = 2**24  # numbers of a block of draws: 128 MB


@dataclass(frozen=True)
class Units:
    """Judgements by unit: `counts` (u, c) of the ascending `values` (c,), and each unit's item (u,)."""

    counts: Numbers
    values: Numbers
    items: npt.NDArray[np.intp]


def agreement(units: Units, coefficient: Coefficient, level: Level) -> float:
    """The coefficient; NaN where chance alone explains all, as where one value is all that was said."""
    sums, many, compute = _kinds(units, coefficient, level)
    return float(compute((many @ sums)[None])[0])


def agreement_interval(
    units: Units, coefficient: Coefficient, level: Level, seed: int = 0
) -> tuple[float, float]:
    """The bootstrap's 95 % percentile interval by item; the same for the same units."""
    kinds, many, compute = _kinds(units, coefficient, level)
    rng, total, drawn = np.random.default_rng(seed), int(many.sum()), []
    block = max(1, _BLOCK // len(kinds))
    for start in range(0, DRAWS, block):
        weights = rng.multinomial(total, many / total, min(block, DRAWS - start))
        drawn.append(compute(weights @ kinds))
    low, high = np.nanquantile(np.concatenate(drawn), [0.025, 0.975])
    return float(low), float(high)


Compute = Callable[[Numbers], Numbers]


def _kinds(units: Units, coefficient: Coefficient, level: Level) -> tuple[Numbers, Numbers, Compute]:
    """What an item adds, as (k, s), how many items add just that, as (k,), and the coefficient of their sum.

    Few annotators and values make few patterns, so equal items are counted once: on 111,000 items of three
    judgements of five values this leaves 35.
    """
    if len(np.unique(units.items)) == len(units.items):
        counts, many = _distinct(units.counts)
        sums, compute = _sums(Units(counts, units.values, np.arange(len(counts))), coefficient, level)
        return sums, many, compute
    sums, compute = _sums(units, coefficient, level)
    return *_distinct(_by_item(sums, units.items)), compute


def _distinct(rows: Numbers) -> tuple[Numbers, Numbers]:
    """The distinct rows in ascending order, and how often each is there."""
    frame = pl.DataFrame(rows, schema=[f"{place}" for place in range(rows.shape[1])])
    found = frame.group_by(frame.columns).len("rows").sort(frame.columns)
    return found.drop("rows").to_numpy(), found["rows"].to_numpy().astype(np.float64)


def _sums(units: Units, coefficient: Coefficient, level: Level) -> tuple[Numbers, Compute]:
    """What each unit adds, as (u, s), and the coefficient from sums of that, (b, s) to (b,)."""
    if coefficient != "krippendorff_alpha":
        computed = {"raw": _raw, "gwet_ac1": _ac1, "fleiss_kappa": _fleiss}[coefficient]
        return (_shares if coefficient == "gwet_ac1" else _pairs)(units.counts), computed
    if level == "interval":
        return _moments(units), _alpha_interval
    if level == "nominal":
        return _disagreements(units.counts), _alpha_nominal
    return _coincidences(units.counts), _alpha_ordinal


def _by_item(sums: Numbers, items: npt.NDArray[np.intp]) -> Numbers:
    joined = np.zeros((items.max() + 1, sums.shape[1]))
    np.add.at(joined, items, sums)
    return joined[np.bincount(items) > 0]


def _pairs(counts: Numbers) -> Numbers:
    """Agreeing share of pairs, is there a pair, and, where there is, the judgements of each value."""
    m = counts.sum(axis=1)
    pair = m >= 2
    agreeing = (counts * (counts - 1)).sum(axis=1) / np.maximum(m * (m - 1), 1)
    return np.column_stack([agreeing, pair, np.where(pair[:, None], counts, 0.0)])


def _shares(counts: Numbers) -> Numbers:
    """Agreeing share of pairs, is there a pair, one unit, and the values' shares."""
    m = counts.sum(axis=1)
    return np.column_stack([_pairs(counts)[:, :2], np.ones_like(m), counts / m[:, None]])


def _raw(sums: Numbers) -> Numbers:
    with np.errstate(invalid="ignore"):
        return np.asarray(sums[:, 0] / sums[:, 1])


def _fleiss(sums: Numbers) -> Numbers:
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = sums[:, 2:] / sums[:, 2:].sum(axis=1, keepdims=True)
        chance = (shares**2).sum(axis=1)
        return np.asarray((_raw(sums) - chance) / (1 - chance))


def _ac1(sums: Numbers) -> Numbers:
    shares = sums[:, 3:] / sums[:, 2:3]
    values = sums.shape[1] - 3
    if values < 2:
        return np.full(len(sums), np.nan)
    chance = (shares * (1 - shares)).sum(axis=1) / (values - 1)
    return np.asarray((_raw(sums) - chance) / (1 - chance))


def _coincidences(counts: Numbers) -> Numbers:
    m = counts.sum(axis=1)
    pairable = np.where((m >= 2)[:, None], counts, 0.0)
    found = pairable[:, :, None] * pairable[:, None, :]
    diagonal = np.arange(counts.shape[1])
    found[:, diagonal, diagonal] -= pairable
    return np.asarray((found / np.maximum(m - 1, 1)[:, None, None]).reshape(len(counts), -1))


def _disagreements(counts: Numbers) -> Numbers:
    """Coincidences of different values, all together, and the margins: of many words no table is needed."""
    m = counts.sum(axis=1)
    pairable = np.where((m >= 2)[:, None], counts, 0.0)
    together = (pairable.sum(axis=1) ** 2 - (pairable**2).sum(axis=1)) / np.maximum(m - 1, 1)
    return np.column_stack([together, pairable])


def _alpha_nominal(sums: Numbers) -> Numbers:
    total = sums[:, 1:].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(1 - (total - 1) * sums[:, 0] / (total**2 - (sums[:, 1:] ** 2).sum(axis=1)))


def _alpha_ordinal(sums: Numbers) -> Numbers:
    values = round(sums.shape[1] ** 0.5)
    found = sums.reshape(len(sums), values, values)
    margin = found.sum(axis=2)
    apart = _ordinal(margin)
    observed = (found * apart).sum(axis=(1, 2))
    expected = (margin[:, :, None] * margin[:, None, :] * apart).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(1 - (margin.sum(axis=1) - 1) * observed / expected)


def _ordinal(margin: Numbers) -> Numbers:
    # From the middle of one value's judgements to the middle of the other's.
    middle = np.cumsum(margin, axis=1) - margin / 2
    return np.asarray((middle[:, :, None] - middle[:, None, :]) ** 2)


def _moments(units: Units) -> Numbers:
    """Squared differences within the unit, judgements, their sum and sum of squares."""
    values = units.values - units.values.mean()  # else the sums of squares lose digits
    m = units.counts.sum(axis=1)
    total, squares = units.counts @ values, units.counts @ values**2
    within = (m * squares - total**2) / np.maximum(m - 1, 1)
    return np.where((m >= 2)[:, None], np.column_stack([within, m, total, squares]), 0.0)


def _alpha_interval(sums: Numbers) -> Numbers:
    within, n, total, squares = sums.T
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(1 - (n - 1) * within / (n * squares - total**2))
