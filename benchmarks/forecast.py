"""Do the forecast, the ceiling's probability, the looks week after week and the chart keep what they promise?

    python -m benchmarks.forecast            # 4,000 contracts
    python -m benchmarks.forecast --quick    # 400, under 50 s on two cores

Forecast: contracts of four kinds of learning (`simulator/ramps.py`), of one vendor or three, on the standard
six-week plan and on the volumes of Llama 2's 14 weekly batches (Touvron et al. 2023, arXiv:2307.09288, Table
26), are forecast after week 3, called go or no-go, and played to their end. Looks: 14 weeks at exactly the
ceiling, or learning; in how many contracts is any look wrong. Chart: on the 14 volumes, weeks of an
unchanging vendor that p' and a plain p chart call out of line. The last line is one JSON object: figures,
bars and `ok`.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from contracts.terms.ramp import Confidence
from quality.ramp.control_chart import ChartPoint, laney_chart
from quality.ramp.discard import probability_above
from quality.ramp.forecast import Forecast, forecast
from quality.ramp.go_no_go import Call, go_no_go
from quality.ramp.learning import learning_curves
from quality.ramp.plan import PastWeek, PlannedWeek
from quality.ramp.sequence import confidence_sequence
from simulator.ramps import KINDS, LLAMA2_WEEKS, STANDARD_WEEKS, SimulatedContract, simulated_contract

SEED = 20260216  # not a seed that any default was set by
FULL, QUICK = 4000, 400
AFTER = 3
CONTRACTED = (0.75, 0.95)  # of what is planned: about what comes, so that the call is not easy
CEILINGS = (0.35, 0.35, 0.15, 0.15, 0.05)  # of the standard contract's weeks; the last one holds on
BAR = {
    "coverage": (0.75, 0.85),
    "median_error": 0.10,
    "llama2_median_error": 0.10,
    "looks_error": 0.05,
    "go_right": (0.80, 1.0),  # a go is called from 0.80 on, a no-go from 0.95 on
    "no_go_right": (0.95, 1.0),
    "ceiling": {"165": (0.90, 0.92), "170": (0.95, 0.97)},
    "laney_out": 0.03,
}
Figures = dict[str, float]


@dataclass(frozen=True)
class Played:
    """A contract that was forecast after `AFTER` and played to its end."""

    kind: str
    weeks: int
    found: Forecast
    accepted: int
    breaches: float
    call: Call

    @property
    def covered(self) -> bool:
        """Did the 80 % interval hold what came?"""
        return self.found.accepted.p10 <= self.accepted <= self.found.accepted.p90

    @property
    def enough(self) -> bool:
        """Were there as many as contracted?"""
        return self.accepted >= self.found.contracted

    @property
    def error(self) -> float:
        """How far the median was off, as a share of what came."""
        return abs(self.found.accepted.p50 - self.accepted) / self.accepted


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
    figures |= _looks(count // 2) | _charts(count // 2)
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


def _forecasts(count: int) -> Figures:
    rng = np.random.default_rng(SEED)
    played = [_played(rng, at) for at in range(count)]
    figures = {
        "coverage": _mean(one.covered for one in played),
        "below": _mean(one.accepted < one.found.accepted.p10 for one in played),
        "above": _mean(one.accepted > one.found.accepted.p90 for one in played),
        "median_error": round(float(np.median([one.error for one in played])), 4),
        "llama2_coverage": _mean(one.covered for one in played if one.weeks == len(LLAMA2_WEEKS)),
        "llama2_median_error": round(
            float(np.median([one.error for one in played if one.weeks == len(LLAMA2_WEEKS)])), 4
        ),
        **{f"coverage_{kind}": _mean(one.covered for one in played if one.kind == kind) for kind in KINDS},
        "go": _mean(one.call == "go" for one in played),
        "go_right": _mean(one.enough for one in played if one.call == "go"),
        "no_go": _mean(one.call == "no_go" for one in played),
        "no_go_right": _mean(not one.enough for one in played if one.call == "no_go"),
        "breaches_expected": _mean(week.breaches for one in played for week in one.found.weeks),
        "breaches_found": _mean(one.breaches for one in played),
    }
    print("\n".join(f"{name}: {figure:.3f}" for name, figure in figures.items()), flush=True)
    return figures


def _played(rng: np.random.Generator, at: int) -> Played:
    """Every kind, plan and number of vendors in turn; two standard plans to one of 14 weeks."""
    settings = list(product(KINDS, (STANDARD_WEEKS, LLAMA2_WEEKS, STANDARD_WEEKS), (1, 3)))
    kind, planned, vendors = settings[at % len(settings)]
    contract = simulated_contract(rng, kind, planned, vendors)
    own = contract.counts.filter(vendor="vendor-1").rows(named=True)
    plan = [
        PlannedWeek(row["week"], row["planned"], _ceiling(row["week"]), Decimal(5)) for row in own[AFTER:]
    ]
    found = _forecast(contract, plan, round(rng.uniform(*CONTRACTED) * sum(planned)))
    breaches = [
        probability_above(row["discarded"], row["readable"], week.ceiling) >= week.breach
        for row, week in zip(own[AFTER:], plan, strict=True)
    ]
    accepted, call = sum(row["accepted"] for row in own), go_no_go(found, Confidence()).call
    return Played(kind, len(planned), found, accepted, float(np.mean(breaches)), call)


def _forecast(contract: SimulatedContract, plan: list[PlannedWeek], contracted: int) -> Forecast:
    seen = contract.counts.filter(pl.col("week") <= AFTER)
    past = [
        PastWeek(row["week"], row["planned"], row["readable"], row["accepted"])
        for row in seen.filter(vendor="vendor-1").iter_rows(named=True)
    ]
    return forecast(learning_curves(seen), "vendor-1", past, plan, contracted, draws=1000)


def _ceiling(week: int) -> float:
    return CEILINGS[min(week, len(CEILINGS)) - 1]


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
        "laney_out": _mean(point.out for point in points),
        "plain_out": _mean(point.plain_out for point in points),
    }
    print("\n".join(f"{name}: {share:.3f}" for name, share in shares.items()), flush=True)
    return shares


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 4)


if __name__ == "__main__":
    sys.exit(main())
