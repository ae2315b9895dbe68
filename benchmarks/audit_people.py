"""Whom the audits of annotators point at, rightly and wrongly, and what they cost.

    python -m benchmarks.audit_people            # 300 worlds of each kind
    python -m benchmarks.audit_people --quick    # 60

A world is 5,000 votes of 60 people who differ honestly (`simulator.people`). In worlds with rogues three of
them follow one feature, or one each follows a feature, tosses a coin and leans to a side. A flag is a person
in a tier, by whatever statistic. Costs are seconds and ratios to one NumPy pass (`bincount`) over the same
arrays, the least of three tries. The last line is one JSON object: figures, bars and `ok`.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl

from quality.annotators import gold, peers, runs, sides, slopes, speed
from quality.annotators.dawid_skene import dawid_skene
from quality.annotators.evidence import EVIDENCE
from quality.annotators.labels import UNKNOWN, Labels, coded
from quality.annotators.tiers import tiered
from quality.gates.batch.coefficients import agreement
from simulator.people import Kind, Votes, votes

SEED = 20260105
WORLDS, QUICK_WORLDS = 300, 60
CREWS: dict[str, tuple[Kind, ...]] = {
    "honest": (),
    "swayed": ("swayed",) * 3,
    "mixed": ("swayed", "careless", "one_sided"),
}
BAR = {
    "recall": 0.6,  # of the first tier, at least
    "investigate_false": 1.5,  # honest people in it, at most
    "sanction_false": 0.2,
    "alarm_low": 0.03,  # share of honest people's p-values below .05
    "alarm_high": 0.07,
    "alpha_s": 0.3,
    "dawid_skene_s": 10.0,
}
_TRIES = 3


def main() -> int:
    """Run the benchmark; 0 when every bar is met."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help=f"{QUICK_WORLDS} worlds instead of {WORLDS}")
    figures = measure(QUICK_WORLDS if options.parse_args().quick else WORLDS)
    show(figures)
    print(json.dumps(figures))
    return 0 if figures["ok"] else 1


def measure(worlds: int) -> dict[str, Any]:
    """Every figure, the bars and whether they are met."""
    found = {name: flags(rogues, worlds) for name, rogues in CREWS.items()}
    cost = costs()
    ok = (
        all(one["investigate_false"] <= BAR["investigate_false"] for one in found.values())
        and all(one["sanction_false"] <= BAR["sanction_false"] for one in found.values())
        and all(found[name]["recall"] >= BAR["recall"] for name in ("swayed", "mixed"))
        and all(calm(one, low=0.0 if name != "honest" else BAR["alarm_low"]) for name, one in found.items())
        and all(cost[name] <= BAR[name] for name in ("alpha_s", "dawid_skene_s"))
    )
    return {"worlds": worlds, "crews": found, "cost": cost, "bars": BAR, "ok": ok}


def calm(found: dict[str, Any], low: float = BAR["alarm_low"], high: float = BAR["alarm_high"]) -> bool:
    """Does every statistic alarm as often as it says, within two standard errors over worlds?

    Args:
        found: `alarm_rate` and `alarm_se`, by statistic (`flags`).
        low: least rate; 0 where rogues widen the crowd's spread, so that fewer honest people stand out.
        high: greatest rate.
    """
    return all(
        low - 2 * found["alarm_se"][name] <= rate <= high + 2 * found["alarm_se"][name]
        for name, rate in found["alarm_rate"].items()
    )


def flags(rogues: tuple[Kind, ...], worlds: int, seed: int = SEED) -> dict[str, Any]:
    """How many rogues are found, how many honest people are shown, and each statistic's false-alarm rate."""
    rng = np.random.default_rng([seed, len(rogues), len(set(rogues))])
    caught, wrong, alarms = np.zeros(2), np.zeros(2), []
    for number in range(worlds):
        world = votes(rng, rogues)
        rows = evidence_of(world).with_columns(rogue=pl.col("annotator_id").is_in(world.rogues.astype(str)))
        for place, tier in enumerate(("investigate", "sanction")):
            shown = rows.filter(tier).unique("annotator_id")["rogue"]
            caught[place] += shown.sum()
            wrong[place] += (~shown).sum()
        alarms.append(rows.filter(~pl.col("rogue")).select("statistic", "p", world=pl.lit(number)))
    total = max(1, len(rogues)) * worlds
    return {
        "recall": round(caught[0] / total, 3),
        "sanction_recall": round(caught[1] / total, 3),
        "investigate_false": round(wrong[0] / worlds, 3),
        "sanction_false": round(wrong[1] / worlds, 3),
        **_alarms(pl.concat(alarms)),
    }


def evidence_of(world: Votes) -> pl.DataFrame:
    """All evidence on a world's annotators, tiered."""
    frame = world.frame
    chose_better = (world.won == 1.0) == world.better
    answered = frame.select("annotator_id", right=pl.Series(chose_better)).filter(pl.Series(world.gold))
    paced = frame.select("annotator_id", pace=pl.Series(np.log(world.seconds)))
    deltas = pl.DataFrame(world.features, schema=[f"feature_{n}" for n in range(world.features.shape[1])])
    found = [
        *gold.evidence(answered),
        # Who won, whichever side it was shown on.
        peers.evidence(coded(world.items, world.annotators, chose_better)),
        *speed.evidence(paced),
        runs.evidence(frame.select("annotator_id", "value", "at")),
        sides.evidence(frame),
        *slopes.evidence(deltas, frame, world.quality[:, None]),
    ]
    return tiered(
        pl.concat(
            [pl.DataFrame(schema=EVIDENCE), *(each for each in found if isinstance(each, pl.DataFrame))]
        )
    )


def _alarms(rows: pl.DataFrame) -> dict[str, dict[str, float]]:
    """The share of honest people's p-values below .05 by statistic, all slopes together, and its error.

    People of one world share its crowd, so the standard error is of worlds: that of a ratio of two sums.
    """
    kind = pl.col("statistic").str.split(":").list.first()
    each = rows.group_by("world", kind).agg(alarms=(pl.col("p") < 0.05).sum(), n=pl.len())
    rate = pl.col("alarms").sum() / pl.col("n").sum()
    error = ((pl.col("alarms") - rate * pl.col("n")) ** 2).sum().sqrt() / pl.col("n").sum()
    found = (
        each.group_by("statistic").agg(alarm_rate=rate.round(4), alarm_se=error.round(4)).sort("statistic")
    )
    return {name: dict(found.select("statistic", name).iter_rows()) for name in ("alarm_rate", "alarm_se")}


def costs() -> dict[str, float]:
    """Seconds, and ratios to a pass over the same arrays."""
    small, large = _labels(111_000, 5), _labels(333_333, 3)
    alpha = _least(lambda: agreement(_fresh(small).units, "krippendorff_alpha", "nominal"))
    model = _least(lambda: dawid_skene(_fresh(large)))
    return {
        "alpha_s": round(alpha, 4),
        "alpha_ratio": round(alpha / _pass(small), 1),
        "dawid_skene_s": round(model, 3),
        "dawid_skene_ratio": round(model / _pass(large), 1),
    }


def _labels(items: int, classes: int, annotators: int = 200) -> Labels:
    """Three judgements an item by people of varying accuracy."""
    rng = np.random.default_rng(SEED)
    item = np.repeat(np.arange(items), 3)
    who = rng.integers(0, annotators, len(item))
    truth = rng.integers(0, classes, items)
    accurate = rng.random(len(item)) < rng.beta(6, 3, annotators)[who]
    said = np.where(accurate, truth[item], rng.integers(0, classes, len(item)))
    names = [tuple(map(str, range(count))) for count in (items, annotators, classes)]
    return Labels(item, who, said, names[0], names[1], names[2], np.full(items, UNKNOWN))


def _fresh(labels: Labels) -> Labels:
    """The same arrays without what was computed from them before."""
    return Labels(
        labels.items,
        labels.annotators,
        labels.values,
        labels.item_names,
        labels.annotator_names,
        labels.value_names,
        labels.truth,
    )


def _pass(labels: Labels) -> float:
    classes = len(labels.value_names)
    return _least(lambda: np.bincount(labels.items * classes + labels.values))


def _least(job: Callable[[], object]) -> float:
    took = []
    for _ in range(_TRIES):
        start = time.perf_counter()
        job()
        took.append(time.perf_counter() - start)
    return min(took)


def show(figures: dict[str, Any]) -> None:
    """Print the figures as tables."""
    print(f"{figures['worlds']} worlds each  {'recall':>8}{'false':>8}   sanction: {'recall':>8}{'false':>8}")
    columns: Sequence[str] = ("recall", "investigate_false", "sanction_recall", "sanction_false")
    for name, one in figures["crews"].items():
        print(f"{name:18}", "".join(f"{one[column]:9.3f}" for column in columns))
    print("share of honest people's p-values below .05:")
    honest = figures["crews"]["honest"]
    for name, rate in honest["alarm_rate"].items():
        print(f"  {name:16}{rate:8.3f} (standard error {honest['alarm_se'][name]:.3f})")
    cost = figures["cost"]
    print(f"alpha on 333,000 labels {cost['alpha_s']:.3f} s, {cost['alpha_ratio']:.0f} passes; ", end="")
    print(f"Dawid-Skene on 1,000,000 {cost['dawid_skene_s']:.2f} s, {cost['dawid_skene_ratio']:.0f} passes")


if __name__ == "__main__":
    raise SystemExit(main())
