"""Does a reward model of gated data beat one of a random discard of equal size, on the latent truth?

For each seed the demonstration's three vendors deliver six weeks, which are landed, gated and audited by
their contracts; one model is trained on what is kept, one on everything, and some on as many judgements drawn
at random. All are judged on fresh pairs whose better response the world knows. Each seed gives one
difference; the interval is Student's over seeds, the quantity the mean over worlds.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from benchmarks.retraining.delivered import season
from benchmarks.retraining.part import Bar, Part
from rampart.retrain.worth.gated import Gated
from simulator.against_chance import against_chance
from simulator.world import World

SEEDS, QUICK_SEEDS = 20, 2
DRAWS, QUICK_DRAWS = 5, 2
FRESH = 400  # pairs a week: a difference of accuracies is then known within about a point


@dataclass(frozen=True)
class Spread:
    """A mean over seeds with its 95 % interval."""

    mean: float
    low: float
    high: float


def on_the_truth(seed: int, draws: int) -> Gated:
    """One world."""
    world = World(seed)
    return against_chance(world, season(world), FRESH, draws)


def over_seeds(values: list[float]) -> Spread:
    """The mean of one value a seed."""
    mean, n = float(np.mean(values)), len(values)
    reach = float(student.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return Spread(mean, mean - reach, mean + reach)


def measure(quick: bool) -> Part:
    """20 seeds; 2 when `quick`, whose interval only says that nothing is badly off."""
    seeds, draws = (QUICK_SEEDS, QUICK_DRAWS) if quick else (SEEDS, DRAWS)
    worlds = [on_the_truth(seed, draws) for seed in range(seeds)]
    over = over_seeds([one.over_random.value for one in worlds])
    ungated = over_seeds([one.over_ungated.value for one in worlds])
    won = float(np.mean([one.over_random.value > 0 for one in worlds]))
    figures = {
        "seeds": seeds,
        "draws": draws,
        "gated": float(np.mean([one.gated.value for one in worlds])),
        "ungated": float(np.mean([one.ungated.value for one in worlds])),
        "random": float(np.mean([one.random for one in worlds])),
        "kept_share": float(np.mean([one.kept / one.delivered for one in worlds])),
        "over_random": [over.mean, over.low, over.high],
        "over_ungated": [ungated.mean, ungated.low, ungated.high],
        "seeds_won": won,
        "told_apart": float(np.mean([one.over_random.distinguishable for one in worlds])),
    }
    return Part(
        lines=(
            f"{seeds} seeds, {draws} draws: {figures['gated']:.1%} after the gates, {figures['random']:.1%} "
            f"after a random discard of equal size, {figures['ungated']:.1%} with everything",
            f"gated over random {100 * over.mean:+.1f} points ({100 * over.low:+.1f} to "
            f"{100 * over.high:+.1f}), ahead in {won:.0%} of seeds; over everything "
            f"{100 * ungated.mean:+.1f} ({100 * ungated.low:+.1f} to {100 * ungated.high:+.1f})",
        ),
        figures=figures,
        # Two seeds have an interval as wide as the sky; what they can say is the mean.
        bars=(Bar("gated over random", over.mean if quick else over.low, "at least", 0.0),),
    )
