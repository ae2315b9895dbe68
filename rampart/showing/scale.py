"""From values to pixels, and the round numbers written along an axis."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A linear map of `low`..`high` onto pixels `start`..`end`; `start` > `end` for an axis that goes up."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of `value`, to a tenth; values beyond the ends are clamped to them."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def nice_ticks(low: float, high: float, about: int = 5) -> tuple[float, ...]:
    """Round numbers from at most `low` to at least `high`, about `about` steps apart by 1, 2 or 5 x 10^k.

    Heckbert, "Nice numbers for graph labels", Graphics Gems (1990). Equal ends give one step above `low`.
    """
    span = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(span / about))
    step = power * next(nice for nice in (1, 2, 5, 10) if span / about <= nice * power * (1 + 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(index * step, 10) for index in range(first, max(last, first + 1) + 1))
