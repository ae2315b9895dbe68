r"""How many accepted units will the contract have brought at its end, what will each cost, and is it enough?

**Model.** Discard rates of the weeks to come are drawn from `quality.ramp.learning`. What is delivered of
the plan is drawn too: $\log(\text{delivered}_w / \text{planned}_w) \sim N(\mu, s^2)$, conjugate
normal-inverse-gamma ($\mu$ about 0 with the weight of two weeks, $s$ about 3 % with that of four), so that a
vendor that has been short is expected to stay so. Then $k_w \sim \mathrm{Binomial}(\text{delivered}_w,
\theta_w)$, and what the contract says follows: a week whose posterior P(rate > ceiling) reaches the breach
level brings nothing where the phase says ``reject``, and what was kept where it says ``partial`` or
``hold``. A rejected week may be done again where the contract takes that: each is with an unknown
probability, Beta(0.5, 4.5) and the weeks so far that stayed rejected, and then brings what its ceiling lets
pass. Together with the accepted units of the weeks so far this gives draws of the contract's total, whose
quantiles are P10, P50 and P90; P10 to P90 is an 80 % interval.

Cost per accepted unit is (paid so far + price x accepted in the weeks to come + `own_cost` x delivered in
them) / accepted, draw by draw. A draw that brings nothing costs without end.

**Fields needed.** The curves, the plan of the weeks to come, and what the weeks so far brought and cost.

**Why these defaults.** 4,000 draws place P10 and P90 within about 1 % of the interval's width. The seed is
fixed, so the same counts give the same forecast to the last digit. What is believed of volumes before the
first week (5 %) is what `ramp.volume_under` tolerates in the standard contract.

One rejected week in ten being replaced is a guess (no public record says), with the weight of five weeks;
it is small, so that a vendor far above its ceiling is not forecast to be saved by work it has never redone.

**What it does not say.** What people will do: held batches are taken as accepted, disputes as not happening,
weeks so far as final, and nobody ends the contract. Credits are not in the cost, and units beyond the
tolerated excess are counted though a contract may not pay them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
from scipy import stats

from quality.ramp.learning import LearningCurves
from quality.ramp.plan import PastWeek, PlannedWeek

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

DRAWS, SEED = 4000, 20260105
_MEAN_WEEKS, _SPREAD_WEEKS, _SPREAD = 2.0, 4.0, 0.03  # what is believed of volumes before the first week
_REPLACED, _NOT_REPLACED = 0.5, 4.5  # what is believed of rejected weeks before the first: one in ten


@dataclass(frozen=True)
class Band:
    """The 10 %, 50 % and 90 % quantiles of what is forecast."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True)
class CostBand:
    """Quantiles of the cost of an accepted unit, to four decimals; None where a draw brings no unit."""

    p10: Decimal | None
    p50: Decimal | None
    p90: Decimal | None


@dataclass(frozen=True)
class ForecastWeek:
    """A week to come. `above` is P(true rate > ceiling), `breaches` P(its verdict says so)."""

    week: int
    planned: int
    ceiling: float
    delivered: Band
    discard_rate: Band
    accepted: Band
    above: float
    breaches: float


@dataclass(frozen=True)
class Forecast:
    """What one contract will have brought at its end, seen after week `made_after` (0: before the first).

    `accepted` counts units of the whole term, `reaches` is P(accepted >= `contracted`), `ahead` the price of
    all planned units of the weeks to come and `share_ahead` its share of that and what was paid so far.
    """

    vendor: str
    made_after: int
    weeks: tuple[ForecastWeek, ...]
    accepted_so_far: int
    accepted: Band
    contracted: int
    reaches: float
    cost_per_unit: CostBand
    ahead: Decimal
    share_ahead: float


def forecast(
    curves: LearningCurves,
    vendor: str,
    past: Sequence[PastWeek],
    plan: Sequence[PlannedWeek],
    contracted: int,
    *,
    own_cost: Decimal = Decimal(0),
    draws: int = DRAWS,
    seed: int = SEED,
) -> Forecast:
    """The forecast of `vendor`'s contract.

    Args:
        curves: learning curves of the programme, `vendor`'s weeks so far among them.
        vendor: whose contract; a vendor without a week so far is taken for one like the others.
        past: its settled weeks.
        plan: its weeks to come, at least one.
        contracted: accepted units promised for the whole term (`quality.ramp.plan.contracted_units`).
        own_cost: what a delivered unit costs the buyer beside the price, such as review.
        draws: how many ends of the contract are drawn.
        seed: of the draws.

    Raises:
        ValueError: there is no week to come, or one is over already.
    """
    if not plan or {week.week for week in plan} & {week.week for week in past}:
        raise ValueError("expected at least one week to come, and none that is settled already")
    rng = np.random.default_rng(seed)
    rates = curves.draw(vendor, [week.week for week in plan], draws, rng)
    delivered = _delivered(past, plan, draws, rng)
    kept = delivered - rng.binomial(delivered, rates)
    breached = _breached(kept, delivered, plan)
    accepted = _accepted(kept, delivered, breached, past, plan, rng)
    so_far = sum(week.accepted for week in past)
    total = so_far + accepted.sum(axis=1)
    ahead = sum((week.units * week.price for week in plan), Decimal(0))
    prices = np.array([float(week.price) for week in plan])
    paid = sum((week.paid for week in past), Decimal(0))
    return Forecast(
        vendor,
        max((week.week for week in past), default=0),
        _weeks(plan, rates, delivered, accepted, breached),
        so_far,
        _band(total),
        contracted,
        float((total >= contracted).mean()),
        _cost(float(paid) + accepted @ prices + float(own_cost) * delivered.sum(axis=1), total),
        ahead,
        float(ahead / (ahead + paid)) if ahead + paid else 1.0,
    )


def _delivered(
    past: Sequence[PastWeek], plan: Sequence[PlannedWeek], draws: int, rng: np.random.Generator
) -> Counts:
    """(draws, weeks) of what is delivered: one unknown mean a draw, which all its weeks share."""
    logs = np.log([max(week.readable, 1) / week.planned for week in past if week.planned])
    n = len(logs)
    mean = float(logs.sum()) / (_MEAN_WEEKS + n)
    squares = float(((logs - logs.mean()) ** 2).sum()) if n else 0.0
    drift = _MEAN_WEEKS * n * float(logs.mean()) ** 2 / (_MEAN_WEEKS + n) if n else 0.0
    freedom = _SPREAD_WEEKS + n
    variance = (_SPREAD_WEEKS * _SPREAD**2 + squares + drift) / rng.chisquare(freedom, draws)
    means = rng.normal(mean, np.sqrt(variance / (_MEAN_WEEKS + n)))
    ratios = rng.normal(means[:, None], np.sqrt(variance)[:, None], (draws, len(plan)))
    planned = np.array([week.units for week in plan])
    return np.asarray(np.rint(planned * np.exp(np.minimum(ratios, np.log(2)))), dtype=np.int64)


def _breached(kept: Counts, delivered: Counts, plan: Sequence[PlannedWeek]) -> npt.NDArray[np.bool_]:
    """(draws, weeks): does the week's verdict (`quality.ramp.discard`) say that the ceiling is passed?"""
    ceilings, levels = (np.array([getattr(week, name) for week in plan]) for name in ("ceiling", "breach"))
    lost = delivered - kept
    above = stats.beta.sf(ceilings, 0.5 + lost, 0.5 + kept)
    return np.asarray((above >= levels) & (lost > 0))


def _accepted(  # noqa: PLR0917 (what came, what the contract says of it, by what chance)
    kept: Counts,
    delivered: Counts,
    breached: npt.NDArray[np.bool_],
    past: Sequence[PastWeek],
    plan: Sequence[PlannedWeek],
    rng: np.random.Generator,
) -> Counts:
    """(draws, weeks) of what counts: a rejected week brings nothing, or what its ceiling lets pass."""
    rejected = breached & np.array([week.on_breach == "reject" for week in plan])
    stayed = sum(week.rejected for week in past)
    share = rng.beta(_REPLACED, _NOT_REPLACED + stayed, len(kept))
    again = (rng.random(kept.shape) < share[:, None]) & np.array([week.replaceable for week in plan])
    passes = np.floor(delivered * (1 - np.array([week.ceiling for week in plan]))).astype(np.int64)
    return np.asarray(np.where(rejected, np.where(again, passes, 0), kept))


def _weeks(
    plan: Sequence[PlannedWeek],
    rates: Numbers,
    delivered: Counts,
    accepted: Counts,
    breached: npt.NDArray[np.bool_],
) -> tuple[ForecastWeek, ...]:
    return tuple(
        ForecastWeek(
            week.week,
            week.units,
            week.ceiling,
            _band(delivered[:, at]),
            _band(rates[:, at]),
            _band(accepted[:, at]),
            float((rates[:, at] > week.ceiling).mean()),
            float(breached[:, at].mean()),
        )
        for at, week in enumerate(plan)
    )


def _band(values: Numbers | Counts) -> Band:
    p10, p50, p90 = np.quantile(values, (0.1, 0.5, 0.9)).tolist()
    return Band(p10, p50, p90)


def _cost(spent: Numbers, total: Counts) -> CostBand:
    costs = np.divide(spent, total, out=np.full(len(total), np.inf), where=total > 0)
    quantiles = np.quantile(costs, (0.1, 0.5, 0.9), method="inverted_cdf").tolist()
    return CostBand(*(Decimal(f"{cost:.4f}") if np.isfinite(cost) else None for cost in quantiles))
