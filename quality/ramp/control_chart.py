r"""Is a week's discard rate out of line with the other weeks' ordinary ups and downs?

**Model.** Laney's p' chart. With $p_w = k_w / n_w$, centre $\bar p = \sum k / \sum n$ and $\sigma_w =
\sqrt{\bar p (1 - \bar p) / n_w}$, the weeks are standardised, $z_w = (p_w - \bar p) / \sigma_w$, and their
own spread is measured from week to week, $\sigma_z = \overline{|z_w - z_{w - 1}|} / 1.128$. A week is out of
line outside

$$\bar p \pm 3\, \sigma_w \sigma_z$$

(Laney 2002, "Improved Control Charts for Attributes", Quality Engineering 14(4), doi:10.1081/QEN-120003555;
1.128 is $d_2$ of two normal values). With $\sigma_z = 1$ it is the plain p chart.

**Why not the plain one.** Its limits narrow with $1 / \sqrt{n}$, as if weeks differed by chance alone. Of 14
weeks that grow from 5,561 to 249,356 records (Touvron et al. 2023, arXiv:2307.09288, Table 26) with rates
that differ by a tenth of a logit it calls most out of line, and p' about one in a hundred
(`benchmarks/forecast.py`).

**Fields needed.** Readable and discarded records of at least three weeks; `expected`, where a rate is meant
to change: the ramp's fall is no news, so hold it against a forecast made before.

**Why these defaults.** Three sigma is Shewhart's. Three weeks give two moving ranges, the fewest from which
a spread can be told; below eight the limits are rough.

**What it does not say.** Whether the rate is acceptable: a steady 40 % is in line. A change in the last
weeks also widens the limits that it is judged by; `quality.ramp.change` asks for the week of a lasting
change.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

D2 = 1.128  # expected range of two standard normal values, 2 / sqrt(pi), as the charts' tables print it
SIGMAS = 3.0
LEAST_WEEKS = 3

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ChartPoint:
    """One week on the chart: its rate, the limits, and whether it lies outside them.

    `plain_lower`, `plain_upper` and `plain_out` are the plain p chart's, to show what it would say.
    """

    week: int
    readable: int
    share: float
    centre: float
    lower: float
    upper: float
    out: bool
    plain_lower: float
    plain_upper: float
    plain_out: bool


@dataclass(frozen=True)
class ControlChart:
    """The chart; without points, `reason` says why there is none."""

    points: tuple[ChartPoint, ...]
    sigma_z: float | None
    reason: str


def laney_chart(
    weeks: Sequence[int],
    readable: Sequence[int],
    discarded: Sequence[int],
    expected: Sequence[float] | None = None,
) -> ControlChart:
    """The p' chart of discard rates, in the order given.

    Args:
        weeks: contract weeks; those without readable records are left out.
        readable: records that could be read.
        discarded: of those, records not accepted.
        expected: the rate each week is held against, strictly between 0 and 1; None: the overall rate.
    """
    n, k = np.asarray(readable, dtype=np.float64), np.asarray(discarded, dtype=np.float64)
    seen = n > 0
    overall = np.full(len(n), k.sum() / max(n.sum(), 1.0))
    centre = (overall if expected is None else np.asarray(expected, dtype=np.float64))[seen]
    n, k, shown = n[seen], k[seen], [week for week, one in zip(weeks, seen, strict=True) if one]
    if len(n) < LEAST_WEEKS:
        return ControlChart((), None, f"{len(n)} weeks have readable records; a chart needs {LEAST_WEEKS}.")
    if (centre <= 0).any() or (centre >= 1).any():
        return ControlChart((), None, "Every record was discarded, or none: no spread to draw limits from.")
    sigma = np.sqrt(centre * (1 - centre) / n)
    sigma_z = float(np.abs(np.diff((k / n - centre) / sigma)).mean() / D2)
    points = _points(shown, n, k / n, centre, np.array([sigma * sigma_z, sigma]))
    return ControlChart(points, sigma_z, f"{len(n)} weeks, sigma z {sigma_z:.2f}.")


def _points(
    weeks: Sequence[int], n: Numbers, share: Numbers, centre: Numbers, sigmas: Numbers
) -> tuple[ChartPoint, ...]:
    """`sigmas` (2, weeks): Laney's and the plain chart's."""
    lower, upper = np.maximum(0.0, centre - SIGMAS * sigmas), np.minimum(1.0, centre + SIGMAS * sigmas)
    out = (share < lower) | (share > upper)
    return tuple(
        ChartPoint(
            week,
            int(n[at]),
            float(share[at]),
            float(centre[at]),
            float(lower[0, at]),
            float(upper[0, at]),
            bool(out[0, at]),
            float(lower[1, at]),
            float(upper[1, at]),
            bool(out[1, at]),
        )
        for at, week in enumerate(weeks)
    )
