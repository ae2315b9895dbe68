r"""What did a vendor's batches do to the reward model, per 1,000 of what they cost?

**Model.** Each accepted batch starts one training; its comparison holds the challenger's held-out accuracy
less the champion's, $d_i$, with a paired 95 % interval. A vendor's gain is $\sum_i d_i / \sum_i c_i$ over the
batches it triggered, $c_i$ what a batch was paid, with $d_i = 0$ for a model that was kept aside: the
champion stayed what it was, and the next difference, from the same champion, holds what this one would have
brought. The differences share held-out prompts and models, so they depend on each other in a way the books
do not hold: the half-widths are added, which is right whatever the dependence
($\mathrm{sd} \sum d_i \le \sum \mathrm{sd}\, d_i$) and too wide where there is none.

**Fields needed.** Comparisons with a difference; one of too few held-out prompts has none.

**What it does not say.** The gain is the trigger's. A batch that follows one whose model was kept aside
brings both; the first vendor of a week finds more to gain than the last; and each thousand buys less as a
model nears its ceiling. Of two vendors in one programme it is a description, not an experiment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from quality.scorecard.figure import Contrast, Figure, Lacking, normal, untold

NAME = "rm_gain_per_1000"
_Z = NormalDist().inv_cdf(0.975)
NO_GAIN = Lacking(
    "promotions", "No reward model was compared with a champion after a paid batch of this contract."
)


@dataclass(frozen=True)
class Gain:
    """One comparison: `difference` of held-out accuracy, its 95 % interval, and what its batch was `paid`.

    Not `promoted`, the model was kept aside: money spent for nothing gained yet.
    """

    contract_id: str
    difference: float
    low: float
    high: float
    paid: float
    currency: str
    evidence: str
    promoted: bool = True


def gain_figure(contract_id: str, gains: Sequence[Gain]) -> Figure:
    """Percentage points of held-out accuracy per 1,000 paid."""
    paid = sum(gain.paid for gain in gains)
    if paid <= 0:
        return untold(NAME, contract_id, "points", NO_GAIN)
    value, spread = _per_thousand(gains, paid)
    low, high = value - _Z * spread, value + _Z * spread
    kept = [gain for gain in gains if gain.promoted]
    total = sum(gain.difference for gain in kept)
    said = (
        f"{100 * total:+.2f} points by {len(kept):,} of {len(gains):,} models for {paid:,.2f} "
        f"{gains[0].currency}"
    )
    if low <= 0 <= high:
        said += "; not distinguishable from no gain"
    evidence = tuple(gain.evidence for gain in gains)
    currency = gains[0].currency
    return Figure(
        NAME, contract_id, "points", value, low, high, len(gains), f"{said}.", evidence, currency=currency
    )


def gains_apart(one: Sequence[Gain], other: Sequence[Gain]) -> Contrast | Lacking:
    """Gain per 1,000 of `one` less that of `other`, in one currency; the spreads are added here too."""
    sums = [sum(gain.paid for gain in side) for side in (one, other)]
    if min(sums) <= 0:
        return NO_GAIN
    if len({gain.currency for gain in (*one, *other)}) > 1:
        return Lacking("one currency", "They are paid in different currencies.")
    (first, spread), (second, other_spread) = (
        _per_thousand(side, paid) for side, paid in zip((one, other), sums, strict=True)
    )
    models, said = len(one) + len(other), "by the trainings each of them triggered"
    return Contrast(first - second, normal(first - second, spread + other_spread), models, said)


def _per_thousand(gains: Sequence[Gain], paid: float) -> tuple[float, float]:
    scale, kept = 100 * 1000 / paid, [gain for gain in gains if gain.promoted]
    spread = sum((gain.high - gain.low) / (2 * _Z) for gain in kept)
    return scale * sum(gain.difference for gain in kept), scale * spread
