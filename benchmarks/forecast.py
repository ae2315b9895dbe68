"""Do the forecast, the ceiling's probability, the looks week after week and the chart keep what they promise?

    python -m benchmarks.forecast            # 2,880 contracts
    python -m benchmarks.forecast --quick    # 288, under two minutes on two cores

Forecast: contracts of six kinds of learning (`simulator/ramps.py`: learning that accelerates and the
simulator's own vendors among them), of one vendor or three, where a breach discards or rejects the whole
week, on the standard six-week plan (the simulator's vendors on their own) and on the volumes of Llama 2's 14
weekly batches (Touvron et al. 2023, arXiv:2307.09288, Table 26), are forecast after week 3 and after week 2,
called go or no-go, and played to their end. Reliability: of the contracts of which P(accepted >= contracted)
was said to be so much, how many had enough. Looks: 14 weeks at exactly the ceiling, or learning; in how many
contracts is any look wrong. Chart: on the 14 volumes, weeks of an unchanging vendor that p' and a plain p
chart call out of line. The last line is one JSON object: figures, bars and `ok`.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special

from benchmarks.forecasting.figures import Figures, brier, calls, coverage, mean, reliability
from benchmarks.forecasting.played import play
from quality.ramp.control_chart import ChartPoint, laney_chart
from quality.ramp.discard import probability_above
from quality.ramp.sequence import confidence_sequence
from simulator.ramps import LLAMA2_WEEKS

SEED = 20260216  # not a seed that any default was set by
FULL, QUICK = 2880, 288  # multiples of 72: every setting as often as every other
LOOKED_AT, QUICK_LOOKED_AT = 2000, 200
AFTERS = (3, 2)  # the bars are those of the first
BAR = {
    "coverage": (0.75, 0.85),
    "median_error": 0.10,
    "llama2_median_error": 0.10,
    "looks_error": 0.05,
    "go_right": (0.80, 1.0),  # a go is called from 0.80 on, a no-go from 0.95 on
    "no_go_right": (0.95, 1.0),
    "brier": 0.15,  # 0.25 is who says one half every time
    "ceiling": {"165": (0.90, 0.92), "170": (0.95, 0.97)},
    "laney_out": 0.03,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure everything, print figures as they come and a line of JSON last; 0 when every bar is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} contracts")
    quick: bool = parser.parse_args(arguments).quick
    began, count = time.perf_counter(), QUICK if quick else FULL
    figures: dict[str, Any] = {"contracts": count, **_forecasts(count)}
    figures["ceiling"] = {str(k): round(probability_above(k, 1000, 0.15), 3) for k in (165, 170)}
    looked_at = QUICK_LOOKED_AT if quick else LOOKED_AT
    figures |= _looks(looked_at) | _charts(looked_at)
    figures["seconds"] = round(time.perf_counter() - began, 1)
    ok = _ok(figures)
    print(json.dumps({**figures, "quick": quick, "bar": BAR, "ok": ok}))
    return 0 if ok else 1


def _ok(figures: dict[str, Any]) -> bool:
    def within(value: Any, bar: Any) -> bool:
        if isinstance(bar, dict):
            return all(within(value[name], part) for name, part in bar.items())
        low, high = bar if isinstance(bar, tuple) else (0.0, bar)
        return bool(low <= value <= high)

    return all(within(figures[name], bar) for name, bar in BAR.items())


def _forecasts(count: int) -> dict[str, Any]:
    """The figures after week 3, and those after week 2 under `after_week_2`."""
    rng = np.random.default_rng(SEED)
    played = [one for at in range(count) for one in play(rng, at, AFTERS)]
    figures: dict[str, Any] = {}
    for after in AFTERS:
        those = [one for one in played if one.after == after]
        found = coverage(those) | calls(those) | brier(those)
        table = reliability(those)
        print(f"after week {after}")
        print("\n".join(f"  {name}: {figure:.3f}" for name, figure in found.items()))
        for row in table:
            said = "  P(enough) {from:.2f} to {to:.2f}: said {said:.3f}, came {came:.3f} in {contracts}"
            print(said.format(**row), flush=True)
        told = {**found, "reliability": table}
        figures |= told if after == AFTERS[0] else {f"after_week_{after}": told}
    return figures


def _looks(count: int) -> Figures:
    """Share of contracts in which any of 14 looks was wrong; and with a 95 % interval taken every week."""
    rng = np.random.default_rng(SEED + 1)
    weeks, volumes = range(1, len(LLAMA2_WEEKS) + 1), np.array(LLAMA2_WEEKS)
    ceilings = np.full(len(volumes), 0.15)
    learning = 0.35 * np.arange(1, len(volumes) + 1) ** -0.6
    wrong = {"looks_error": 0, "looks_error_learning": 0, "looks_error_weekly": 0}
    for _ in range(count):
        discarded = rng.binomial(volumes, ceilings)
        found = confidence_sequence(weeks, volumes.tolist(), discarded.tolist(), ceilings.tolist())
        left = any(not look.low <= 0.15 <= look.high for look in found.looks)
        wrong["looks_error"] += left or found.breached_in is not None
        totals = zip(np.cumsum(discarded).tolist(), np.cumsum(volumes).tolist(), strict=True)
        wrong["looks_error_weekly"] += any(
            not 0.025 <= probability_above(k, n, 0.15) <= 0.975 for k, n in totals
        )
        discarded = rng.binomial(volumes, learning)
        means = np.cumsum(volumes * learning) / np.cumsum(volumes)
        found = confidence_sequence(weeks, volumes.tolist(), discarded.tolist())
        wrong["looks_error_learning"] += any(
            not look.low <= mean <= look.high for look, mean in zip(found.looks, means, strict=True)
        )
    shares = {name: round(times / count, 4) for name, times in wrong.items()}
    print("\n".join(f"{name}: {share:.3f}" for name, share in shares.items()), flush=True)
    return shares


def _charts(count: int) -> Figures:
    """Weeks out of line on the 14 volumes, of a vendor whose rate differs by a tenth of a logit a week."""
    rng = np.random.default_rng(SEED + 2)
    weeks, volumes = range(1, len(LLAMA2_WEEKS) + 1), np.array(LLAMA2_WEEKS)
    points: list[ChartPoint] = []
    for _ in range(count):
        rates = special.expit(-1.7 + rng.normal(0, 0.1, len(volumes)))
        points += laney_chart(weeks, volumes.tolist(), rng.binomial(volumes, rates).tolist()).points
    shares = {
        "laney_out": mean(point.out for point in points),
        "plain_out": mean(point.plain_out for point in points),
    }
    print("\n".join(f"{name}: {share:.3f}" for name, share in shares.items()), flush=True)
    return shares


if __name__ == "__main__":
    sys.exit(main())
