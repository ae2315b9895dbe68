"""One simulated contract: forecast after some week, called go or no-go, and played to its end."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
import polars as pl

from contracts.terms.ramp import Confidence
from quality.ramp.discard import probability_above
from quality.ramp.forecast import Forecast, forecast
from quality.ramp.go_no_go import Call, go_no_go
from quality.ramp.learning import learning_curves
from quality.ramp.plan import PastWeek, PlannedWeek
from simulator.ramps import KINDS, LLAMA2_WEEKS, STANDARD_WEEKS, SimulatedContract, simulated_contract
from simulator.world import UNITS

CONTRACTED = (0.65, 0.95)  # of what is planned: about what comes, so that the call is not easy
STANDARD = (0.35, 0.35, 0.15, 0.15, 0.05)  # ceilings of the standard contract's weeks; the last one holds on
DEMONSTRATION = (0.50, 0.50, 0.30, 0.15)  # those of the demonstration's
FIRST_REJECTED = 4  # in every contract here and there, weeks before it are the calibration's and the ramp's
REPLACED = (0.5, 4.5)  # Beta: of a contract's rejected weeks, the share done again
SETTINGS = tuple(
    product(KINDS, ("partial", "reject"), (STANDARD_WEEKS, LLAMA2_WEEKS, STANDARD_WEEKS), (1, 3))
)


@dataclass(frozen=True)
class Played:
    """What a contract was forecast to bring after week `after`, and what it brought."""

    kind: str
    on_breach: str
    weeks: int
    after: int
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


def play(rng: np.random.Generator, at: int, afters: tuple[int, ...]) -> list[Played]:
    """Contract `at`, forecast after each week of `afters`: every setting in turn."""
    kind, on_breach, volumes, vendors = SETTINGS[at % len(SETTINGS)]
    # The simulator's own vendors keep their own small volumes, but for Llama 2's weeks.
    planned = UNITS if kind == "vendors" and volumes == STANDARD_WEEKS else volumes
    contract = simulated_contract(rng, kind, planned, vendors)
    plan = _plan(rng, contract, on_breach)
    own = contract.counts.filter(vendor="vendor-1").rows(named=True)
    breached = [_breached(row, week) for row, week in zip(own, plan, strict=True)]
    brought = _brought(rng, own, plan, breached)
    contracted = round(rng.uniform(*CONTRACTED) * sum(planned))
    played = []
    for after in afters:
        past = [
            PastWeek(row["week"], row["planned"], row["readable"], units)
            for row, units in zip(own[:after], brought, strict=False)
        ]
        seen = learning_curves(contract.counts.filter(pl.col("week") <= after))
        found = forecast(seen, "vendor-1", past, plan[after:], contracted, draws=1000)
        call = go_no_go(found, Confidence()).call
        share = float(np.mean(breached[after:]))
        played.append(Played(kind, on_breach, len(planned), after, found, sum(brought), share, call))
    return played


def _plan(rng: np.random.Generator, contract: SimulatedContract, on_breach: str) -> list[PlannedWeek]:
    """Its weeks; where a breach rejects, the last ceiling is near what the vendor can do."""
    ceilings: tuple[float, ...]
    if on_breach == "partial":
        ceilings = STANDARD
    elif contract.kind == "vendors":
        ceilings = DEMONSTRATION
    else:
        near = float(np.median(contract.rates[0, FIRST_REJECTED - 1 :])) * rng.lognormal(0.15, 0.35)
        ceilings = (*DEMONSTRATION[: FIRST_REJECTED - 1], float(np.clip(near, 0.01, 0.5)))
    replaceable = bool(rng.random() < 0.5)
    return [
        PlannedWeek(
            week,
            units,
            ceilings[min(week, len(ceilings)) - 1],
            Decimal(5),
            "reject" if on_breach == "reject" and week >= FIRST_REJECTED else "partial",
            replaceable=replaceable,
        )
        for week, units in enumerate(contract.planned, 1)
    ]


def _breached(row: dict[str, Any], week: PlannedWeek) -> bool:
    return probability_above(row["discarded"], row["readable"], week.ceiling) >= week.breach


def _brought(
    rng: np.random.Generator, own: list[dict[str, Any]], plan: list[PlannedWeek], breached: list[bool]
) -> list[int]:
    """Accepted units of each week, after what the contract says of a breach."""
    share, brought = rng.beta(*REPLACED), []
    for row, week, above in zip(own, plan, breached, strict=True):
        units = row["accepted"]
        if above and week.on_breach == "reject":
            again = week.replaceable and rng.random() < share
            units = int(row["readable"] * (1 - week.ceiling)) if again else 0
        brought.append(units)
    return brought
