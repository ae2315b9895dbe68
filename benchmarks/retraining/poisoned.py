"""Six simulated weeks, in the fourth 45 % of the labels turned over: is it found, and only it?

For each seed one honest crowd judges six weeks (240 to 1,000 judgements). Agreement with a model of the other
weeks is flagged by `rampart.retrain.worth.outlying`; the same weeks without the flips say how often a clean
season is flagged. Leave-one-out intervals of the poisoned seasons' weeks are held against the truth: the
difference between the same two models on 2,400 pairs nobody delivered, each with the chance that the week's
people prefer its first response, weeks in the shares of the holdout. The truth is not sure either, about half
as unsure as what it judges; its variance is added to the interval's.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta
from scipy.stats import t as student

from benchmarks.retraining.part import Bar, Part
from rampart.retrain.evaluate import correctness
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.worth.agreement import agreements
from rampart.retrain.worth.clustered import Floats
from rampart.retrain.worth.left_out import LeftOut, left_out, refits_without
from rampart.retrain.worth.refit import LinearRefit
from rampart.retrain.worth.table import Judged, judged
from simulator.poisoned import CONTRACT, Season, season
from simulator.world import WEEKS, World

POISONED, FLIPS = 4, 0.45
SEEDS, QUICK_SEEDS = 30, 2
FRESH = 400  # pairs a week, to know the truth by


@dataclass(frozen=True)
class Seen:
    """One season: each week's agreement, which weeks are flagged, which intervals hold their truth."""

    agreement: tuple[float, ...]
    flagged: tuple[bool, ...]
    covered: tuple[bool, ...]


def seen(seed: int, poisoned: int | None, fresh: int) -> Seen:
    """Look at one season; without `fresh` pairs no truth is known."""
    made = season(World(seed), poisoned, FLIPS, fresh)
    refit, mine = LinearRefit(made.pairs, LinearConfig()), ~made.fresh
    pairs = judged(made.pairs.filter(mine))
    chosen = judged(made.pairs)
    without = refits_without(chosen, refit, pairs.batches())
    near = {batch: margins[mine] for batch, margins in without.items()}
    found = agreements(pairs, near)
    covered: tuple[bool, ...] = ()
    if fresh:
        everything = refit(chosen.train)
        lost = left_out(pairs, everything[mine], near)
        covered = tuple(_covers(one, made, pairs, everything, without[(CONTRACT, one.week)]) for one in lost)
    return Seen(
        agreement=tuple(one.share.value for one in found),
        flagged=tuple(one.flagged for one in found),
        covered=covered,
    )


def _covers(one: LeftOut, made: Season, pairs: Judged, everything: Floats, without: Floats) -> bool:
    """Is the difference as far from the truth as its interval allows?"""
    if one.difference.error is None:
        raise AssertionError("a simulated holdout has prompts enough for an interval")
    true, error = _truth(made, pairs, everything, without)
    reach = float(student.ppf(0.975, one.difference.n_prompts - 1))
    return abs(one.difference.value - true) <= reach * float(np.hypot(one.difference.error, error))


def _truth(made: Season, pairs: Judged, everything: Floats, without: Floats) -> tuple[float, float]:
    """The expected difference of two models on fresh judgements, weeks as in the holdout; its own error."""
    weeks = made.pairs["week"].to_numpy()
    held = np.bincount(pairs.week[pairs.holdout], minlength=WEEKS + 1)[1:]
    gained = np.zeros(len(weeks))
    for wins, chance in ((1.0, made.first_wins), (0.0, 1 - made.first_wins)):
        target = np.full(len(weeks), wins)
        gained += chance * (correctness(everything, target) - correctness(without, target))
    each = [gained[made.fresh & (weeks == week)] for week in range(1, WEEKS + 1)]
    share = held / held.sum()
    error = np.sqrt(share**2 @ np.array([one.var(ddof=1) / len(one) for one in each]))
    return float(share @ np.array([one.mean() for one in each])), float(error)


def told(seeds: int) -> dict[str, float]:
    """The figures over so many seeds, poisoned and clean."""
    bad = [seen(seed, POISONED, FRESH) for seed in range(seeds)]
    return figures(bad, [seen(seed, None, 0) for seed in range(seeds)])


def figures(bad: list[Seen], clean: list[Seen]) -> dict[str, float]:
    """What poisoned and clean seasons say together."""
    place = POISONED - 1
    others = [flag for one in bad for week, flag in enumerate(one.flagged) if week != place]
    covered = [hit for one in bad for hit in one.covered]
    low, high = share_interval(sum(covered), len(covered))
    return {
        "seeds": len(bad),
        "found": float(np.mean([one.flagged[place] for one in bad])),
        "clean_weeks_flagged_beside": float(np.mean(others)),
        "clean_weeks_flagged_alone": float(np.mean([one.flagged for one in clean])),
        "clean_seasons_flagged": float(np.mean([any(one.flagged) for one in clean])),
        "agreement_poisoned": float(np.mean([one.agreement[place] for one in bad])),
        "agreement_others": float(np.mean([np.delete(one.agreement, place) for one in bad])),
        "agreement_clean": float(np.mean([one.agreement for one in clean])),
        "covered": float(np.mean(covered)),
        "covered_low": low,
        "covered_high": high,
        "intervals": len(covered),
    }


def share_interval(k: int, n: int) -> tuple[float, float]:
    """Clopper and Pearson's 95 % interval of a share (1934, doi:10.1093/biomet/26.4.404)."""
    low = float(beta.ppf(0.025, k, n - k + 1)) if k else 0.0
    high = float(beta.ppf(0.975, k + 1, n - k)) if k < n else 1.0
    return low, high


def measure(quick: bool) -> Part:
    """30 seeds poisoned and clean; 2 when `quick`, which tells only that nothing is badly off."""
    return part(told(QUICK_SEEDS if quick else SEEDS))


def part(found: dict[str, float]) -> Part:
    """The figures, with the bars they are held to."""
    return Part(
        lines=(
            f"{found['seeds']} seeds; agreement of the poisoned week {found['agreement_poisoned']:.3f}, of "
            f"the others {found['agreement_others']:.3f}; in clean seasons {found['agreement_clean']:.3f}",
            f"leave-one-out intervals that hold the truth: {found['covered']:.3f} "
            f"({found['covered_low']:.3f} to {found['covered_high']:.3f}) of {found['intervals']}",
        ),
        figures=found,
        bars=(
            Bar("poisoned week flagged", found["found"], "at least", 0.95),
            Bar("clean weeks flagged beside it", found["clean_weeks_flagged_beside"], "at most", 0.05),
            Bar("clean weeks flagged in clean seasons", found["clean_weeks_flagged_alone"], "at most", 0.05),
            # The 95 % that is promised must lie within what so many seeds can tell.
            Bar("intervals covering, high end", found["covered_high"], "at least", 0.95),
        ),
    )
