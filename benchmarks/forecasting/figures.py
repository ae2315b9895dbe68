"""What many played contracts say of the forecasts: coverage, error, and whether probabilities come true."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from benchmarks.forecasting.played import Played
from simulator.ramps import KINDS, LLAMA2_WEEKS

LEVELS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)  # of P(enough); the calls change at 0.05 and 0.80
Figures = dict[str, float]


def coverage(played: Sequence[Played]) -> Figures:
    """How often the 80 % interval held, and how far the median was off; over all, and by what they were."""
    llama2 = [one for one in played if one.weeks == len(LLAMA2_WEEKS)]
    return {
        "coverage": mean(one.covered for one in played),
        "below": mean(one.accepted < one.found.accepted.p10 for one in played),
        "above": mean(one.accepted > one.found.accepted.p90 for one in played),
        "median_error": error(played),
        **{
            f"{name}_{way}": figure([one for one in played if one.on_breach == way])
            for way in ("partial", "reject")
            for name, figure in (("coverage", _covered), ("median_error", error))
        },
        "llama2_coverage": _covered(llama2),
        "llama2_median_error": error(llama2),
        **{f"coverage_{kind}": _covered([one for one in played if one.kind == kind]) for kind in KINDS},
        "breaches_expected": mean(week.breaches for one in played for week in one.found.weeks),
        "breaches_found": mean(one.breaches for one in played for _ in one.found.weeks),
    }


def calls(played: Sequence[Played]) -> Figures:
    """How often each call was made, and how often the end agreed with it."""
    return {
        "go": mean(one.call == "go" for one in played),
        "go_right": mean(one.enough for one in played if one.call == "go"),
        "no_go": mean(one.call == "no_go" for one in played),
        "no_go_right": mean(not one.enough for one in played if one.call == "no_go"),
        **{
            f"no_go_right_{way}": mean(
                not one.enough for one in played if one.call == "no_go" and one.on_breach == way
            )
            for way in ("partial", "reject")
        },
    }


def brier(played: Sequence[Played]) -> Figures:
    """Brier's score of P(enough), and that of who says the overall share every time."""
    enough = np.array([one.enough for one in played], dtype=np.float64)
    said = np.array([one.found.reaches for one in played])
    return {
        "brier": round(float(((said - enough) ** 2).mean()), 4),
        "brier_of_the_base_rate": round(float(enough.var()), 4),
    }


def reliability(played: Sequence[Played]) -> list[dict[str, float]]:
    """Of the contracts of which P(enough) was said to be within two levels: how many, said, and came."""
    table = []
    for low, high in pairwise(LEVELS):
        within = [
            one for one in played if low <= one.found.reaches < high or one.found.reaches == high == 1.0
        ]
        if within:
            table.append(
                {
                    "from": low,
                    "to": high,
                    "contracts": len(within),
                    "said": mean(one.found.reaches for one in within),
                    "came": mean(one.enough for one in within),
                }
            )
    return table


def error(played: Sequence[Played]) -> float:
    """The median of how far the median was off."""
    return round(float(np.median([one.error for one in played])), 4)


def mean(values: Iterable[float]) -> float:
    """To four digits."""
    return round(float(np.mean(list(values))), 4)


def _covered(played: Sequence[Played]) -> float:
    return mean(one.covered for one in played)
