"""What a contract's batches did for the reward model, and what a point of it cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from rampart.ledger.read.reward_models import RmRow

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Gain:
    """Held-out accuracy gained by the promotions a contract's batches caused, in percentage points.

    `points` is None where no such promotion was compared with a champion; a first model has none. `cost` is
    what a point cost, with `cost_low`..`cost_high` from the ends of the interval; all three are None while
    the gain is not `distinguishable` from nothing, or nothing is paid.
    """

    versions: tuple[int, ...]
    points: float | None = None
    low: float | None = None
    high: float | None = None
    cost: Decimal | None = None
    cost_low: Decimal | None = None
    cost_high: Decimal | None = None

    @property
    def distinguishable(self) -> bool:
        """Does the interval lie above zero?"""
        return self.low is not None and self.low > 0

    @property
    def sentence(self) -> str:
        """The gain in words."""
        if self.points is None:
            return "no promotion by this contract was compared with a champion yet"
        if self.low is None or self.high is None:
            return f"{self.points:+.1f} points, without an interval"
        told = f"{self.points:+.1f} points ({self.low:+.1f} to {self.high:+.1f})"
        return told if self.distinguishable else f"{told}: not distinguishable from no gain"


def gain(models: Iterable[RmRow], contract_id: str, spent: Decimal) -> Gain:
    """The gain of the promotions whose trigger was a batch of `contract_id`, for `spent` money.

    Each promotion's difference is against the champion it replaced, so they add up. Their intervals are added
    end to end: the comparisons share held-out pairs and are not independent, and whatever their correlation,
    the standard deviation of a sum is at most the sum of the standard deviations.
    """
    caused = [
        model
        for model in models
        if model.promoted and model.trigger[0] == contract_id and model.difference is not None
    ]
    versions = tuple(model.version for model in caused)
    if not caused:
        return Gain(versions)
    points = 100 * sum(model.difference or 0.0 for model in caused)
    ends = [(model.difference_low, model.difference_high) for model in caused]
    if any(low is None or high is None for low, high in ends):
        return Gain(versions, points)
    low, high = (100 * sum(end[side] or 0.0 for end in ends) for side in (0, 1))
    if low <= 0 or spent <= 0:
        return Gain(versions, points, low, high)
    cost, dear, cheap = ((spent / Decimal(str(of))).quantize(_CENT) for of in (points, low, high))
    return Gain(versions, points, low, high, cost, cheap, dear)
