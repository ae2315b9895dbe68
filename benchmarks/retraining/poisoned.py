"""Six simulated weeks, in the fourth 45 % of the labels turned over: is it found, and only it?

For each seed one honest crowd judges six weeks (240 to 1,000 judgements). Agreement with a model of the other
weeks is flagged by `rampart.retrain.worth.outlying`; the same weeks without the flips say how often a clean
season is flagged. Leave-one-out intervals of all weeks are held against the truth: the difference between the
same two models on 3,600 pairs nobody delivered, each with the chance that the week's people prefer its first
response, weeks in the shares of the holdout.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from benchmarks.retraining.part import Bar, Part
from rampart.retrain.config import LinearConfig
from rampart.retrain.evaluate import correctness
from rampart.retrain.worth.agreement import agreements
from rampart.retrain.worth.clustered import Floats
from rampart.retrain.worth.left_out import LeftOut, left_out, refits_without
from rampart.retrain.worth.refit import LinearRefit
from rampart.retrain.worth.table import Judged, judged
from simulator.poisoned import CONTRACT, Season, season
from simulator.world import WEEKS, World

POISONED, FLIPS = 4, 0.45
SEEDS, QUICK_SEEDS = 30, 3
FRESH = 600  # pairs a week: their truth is more than twice as sure as the interval it is held against


@dataclass(frozen=True)
class Seen:
    """One season: each week's agreement, which weeks are flagged, and each week's interval and its truth."""

    agreement: tuple[float, ...]
    flagged: tuple[bool, ...]
    intervals: tuple[tuple[float, float, float], ...]  # low, high, truth
    errors: tuple[float, ...]


def seen(seed: int, poisoned: int | None) -> Seen:
    """Look at one season."""
    made = season(World(seed), poisoned, FLIPS, FRESH)
    whole = judged(made.pairs)
    refit = LinearRefit(made.pairs, LinearConfig())
    without = {
        batch: margins for batch, margins in refits_without(whole, refit).items() if batch[0] == CONTRACT
    }
    delivered = judged(made.pairs.filter(~made.fresh))
    mine = {batch: margins[~made.fresh] for batch, margins in without.items()}
    everything = refit(whole.train)
    found = agreements(delivered, mine)
    lost = left_out(delivered, everything[~made.fresh], mine)
    truth = [_truth(made, delivered, everything, without[(CONTRACT, one.week)]) for one in lost]
    return Seen(
        agreement=tuple(one.share.value for one in found),
        flagged=tuple(one.flagged for one in found),
        intervals=tuple((*_ends(one), true) for one, true in zip(lost, truth, strict=True)),
        errors=tuple(one.difference.value - true for one, true in zip(lost, truth, strict=True)),
    )


def _ends(one: LeftOut) -> tuple[float, float]:
    low, high = one.difference.low, one.difference.high
    if low is None or high is None:
        raise AssertionError("a simulated holdout has prompts enough for an interval")
    return low, high


def _truth(made: Season, delivered: Judged, everything: Floats, without: Floats) -> float:
    """The expected difference of the two models on fresh judgements, weeks as in the holdout."""
    weeks = made.pairs["week"].to_numpy()
    holdout = np.bincount(delivered.week[delivered.holdout], minlength=WEEKS + 1)
    gained = np.zeros(len(weeks))
    for wins, chance in ((1.0, made.first_wins), (0.0, 1 - made.first_wins)):
        target = np.full(len(weeks), wins)
        gained += chance * (correctness(everything, target) - correctness(without, target))
    by_week = [gained[made.fresh & (weeks == week)].mean() for week in range(1, WEEKS + 1)]
    return float(np.average(by_week, weights=holdout[1:]))


def told(seeds: int) -> dict[str, float]:
    """The figures over so many seeds, poisoned and clean."""
    bad, clean = ([seen(seed, week) for seed in range(seeds)] for week in (POISONED, None))
    place = POISONED - 1
    others = [flag for one in bad for week, flag in enumerate(one.flagged) if week != place]
    covered = [low <= true <= high for one in (*bad, *clean) for low, high, true in one.intervals]
    low, high = share_interval(sum(covered), len(covered))
    return {
        "seeds": seeds,
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
    """30 seeds poisoned and clean; 3 when `quick`, which tells only that nothing is badly off."""
    found = told(QUICK_SEEDS if quick else SEEDS)
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
