"""What a model learns from: which of the accepted weeks, and how much each of them counts.

By default every accepted pair counts alike. All of it is about training rows: what is held out stays held
out, and weighs what it weighs, so that models of any scope are judged on the same prompts.

- *window*: the last so many weeks, counted back from the newest week of the programme.
- *half-life*: a pair's weight halves with every so many weeks of age.
- *weights*: factors by vendor, domain and contract week; 0 leaves out.
- *domain mix*: the shares of the weight that domains are to have. What is not listed shares the rest as it
  came; where nothing is left for it, it is left out. Listed domains without data leave their share to the
  others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from contracts.model import Contract

MIX_ROUNDING = 1e-3  # shares written to three places may miss 1 by their rounding
HOLDOUT_PROMPTS = 1_000  # of a batch, as Llama 2's; see `rampart.retrain.split`

Factors = tuple[tuple[str, float], ...]  # name → factor, in the order of names


@dataclass(frozen=True)
class WeekFactor:
    """What the pairs of one contract week weigh, against 1."""

    contract_id: str
    week: int
    factor: float


@dataclass(frozen=True)
class Scope:
    """The choices above; a part of the configuration's digest."""

    window_weeks: int | None = None
    half_life_weeks: float | None = None
    domain_mix: Factors = ()  # domain → share of the training weight, at most 1 together
    vendor_factors: Factors = ()
    domain_factors: Factors = ()
    week_factors: tuple[WeekFactor, ...] = ()
    holdout_prompts: int = HOLDOUT_PROMPTS  # most prompts of a batch's own holdout

    def __post_init__(self) -> None:
        if self.window_weeks is not None and self.window_weeks < 1:
            raise ValueError(f"window_weeks is {self.window_weeks}; give 1 or more, or None for all weeks")
        if self.half_life_weeks is not None and not self.half_life_weeks > 0:
            raise ValueError(f"half_life_weeks is {self.half_life_weeks}; give a positive number, or None")
        if self.holdout_prompts < 1:
            raise ValueError(f"holdout_prompts is {self.holdout_prompts}; give 1 or more")
        named = (*self.domain_mix, *self.vendor_factors, *self.domain_factors)
        factors = [*named, *((f"week {one.week}", one.factor) for one in self.week_factors)]
        if wrong := [name for name, factor in factors if not 0 <= factor < float("inf")]:
            raise ValueError(f"the factor of {wrong[0]!r} is not a number from 0 up; give one, 0 leaves out")
        if (total := sum(share for _, share in self.domain_mix)) > 1 + MIX_ROUNDING:
            raise ValueError(f"the shares of domain_mix sum to {total:.4g}; they may have 1 together")

    @property
    def mix_is_whole(self) -> bool:
        """Do the listed domains take all of the weight?"""
        return sum(share for _, share in self.domain_mix) > 1 - MIX_ROUNDING

    def in_window(self, age_weeks: float) -> bool:
        """Is a week of that age trained on?"""
        return self.window_weeks is None or age_weeks < self.window_weeks

    def batch_factor(self, vendor: str, contract_id: str, week: int, age_weeks: float) -> float:
        """What every training pair of a batch is multiplied by."""
        decay = 1.0 if self.half_life_weeks is None else 0.5 ** (age_weeks / self.half_life_weeks)
        of_week = {(one.contract_id, one.week): one.factor for one in self.week_factors}
        return decay * dict(self.vendor_factors).get(vendor, 1.0) * of_week.get((contract_id, week), 1.0)


EVERYTHING = Scope()


def age_weeks(starts: date, newest: date) -> float:
    """Weeks from one contract week's first day to that of the newest."""
    return (newest - starts).days / 7


def scope_of(contract: Contract) -> Scope:
    """The scope that a contract's `training.scope` asks for; its week factors are of its own weeks."""
    terms = contract.training.scope
    weeks = sorted(terms.weights.week.items())
    return Scope(
        window_weeks=terms.window_weeks,
        half_life_weeks=terms.half_life_weeks,
        domain_mix=_factors(terms.domain_mix),
        vendor_factors=_factors(terms.weights.vendor),
        domain_factors=_factors(terms.weights.domain),
        week_factors=tuple(WeekFactor(contract.contract_id, week, factor) for week, factor in weeks),
        holdout_prompts=terms.holdout_prompts,
    )


def _factors(named: Mapping[str, float]) -> Factors:
    return tuple(sorted(named.items()))
