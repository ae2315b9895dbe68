"""How often the audits cry wolf, what they find, and what they cost.

    python -m benchmarks.audits                      # 600 clean worlds, 100,000 pairs by 200 annotators
    python -m benchmarks.audits --pairs 1000000      # the cost of a million
    python -m benchmarks.audits --quick              # smaller counts

In clean worlds nothing sways the votes on the whole, though people differ in what they like (slopes of sd
0.3) and in how much they work; an audit's false-alarm rate is the share of its questions answered with p <
0.05. On real crowd votes (llmfao, in RAMPART_TEST_DATA or beside the checkout) the questions are features
drawn by lot, for the joint model and for the errors that others use. Power is that of a feature that decides
a share of the votes on 5,000 pairs by 60 people. Its bars (half found at 5 % decided, nine in ten at 8 %) are
held to where people differ about it by sd 0.15, and met there. At sd 0.3, as in the clean worlds, they are
*not* met (37.7 % and 77.3 %): where people of uneven workloads differ that much, a mean effect this small
stays unsure. That has no part in `ok`; `not_met` names it. The last line is one JSON object: figures, bars,
`not_met` and `ok`; `cost_s` is that of the joint model with its slices, placebos and power, `report_s` that
of a whole report, from records to JSON. What is said of annotators has a script of its own,
`benchmarks.audit_people`.

Bars are for the full run. The quick run's counts are too small to tell 7 % from 8 %, so it fails only what is
beyond its own noise (two standard errors) as well. A further audit joins in `benchmarks.alarms.worlds`, or in
`benchmarks.alarms.single` where it reads texts.
"""

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

WORKERS = 2
FULL = {"worlds": 600, "batches": 600, "lots": 4000, "planted": 300, "pairs": 100_000}
QUICK = {"worlds": 48, "batches": 24, "lots": 400, "planted": 30, "pairs": 20_000}
PLANTED_SHARES = (0.02, 0.05, 0.08)
BAR = {
    "least_rate": 0.03,
    "most_rate": 0.07,
    "planted_5": 0.5,
    "planted_8": 0.9,
    "cost_s": 120.0,
    "peak_mb": 3000.0,
}
OTHERS = ("iid binomial", "logit", "clustered by worker", "worker x prompt")  # no bar: to compare with
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}


@dataclass(frozen=True)
class Rate:
    """A share of `asked` questions or worlds, with its standard error."""

    rate: float
    error: float
    asked: int


def main() -> int:
    """Run the benchmark; 0 when every bar is met."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="smaller counts, under a minute on two cores")
    options.add_argument("--worlds", type=int, help=f"clean worlds ({FULL['worlds']})")
    options.add_argument("--pairs", type=int, help=f"pairs whose audit is timed ({FULL['pairs']:,})")
    chosen = options.parse_args()
    counts = dict(QUICK if chosen.quick else FULL)
    counts |= {name: value for name, value in vars(chosen).items() if name in counts and value}
    os.environ.update(ONE_THREAD)  # two processes share two cores; they read it when they load NumPy
    from benchmarks.alarms import cost, crowd, single, whole, worlds  # noqa: PLC0415

    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        lots = pool.submit(crowd.false_alarms, counts["lots"])
        clean = _clean(pool.map(worlds.asked, range(counts["worlds"]), chunksize=6))
        alone = _clean(pool.map(single.alarms, range(counts["batches"]), chunksize=2))
        power = {
            f"planted_{share * 100:.0f}{'' if spread == 0.15 else '_sd_0.3'}": _share(
                pool.map(worlds.found, range(counts["planted"]), repeat(share), repeat(spread))
            )
            for spread in (0.15, 0.3)
            for share in PLANTED_SHARES
        }
        real = _real(lots.result(), counts["lots"])
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        spent = pool.submit(cost.cost, counts["pairs"]).result()
    spent |= _whole(whole.write_records, whole.cost, counts["pairs"])
    _print_table("false alarms, clean worlds", clean)
    _print_table("false alarms, single audits", alone)
    _print_table("false alarms, real votes", real)
    _print_table("power, 5,000 pairs", power)
    noise = 2.0 if chosen.quick else 0.0
    figures = {
        **counts,
        "false_alarms": {name: round(each.rate, 4) for name, each in (clean | alone | real).items()},
        "power": {name: round(each.rate, 3) for name, each in power.items()},
        **spent,
        "bar": BAR,
        "not_met": not_met({name: each.rate for name, each in power.items()}),
        "ok": _ok(clean | alone | real, power, spent, noise),
    }
    print(json.dumps(figures))
    return 0 if figures["ok"] else 1


def _whole(
    write: Callable[[Path, int], None], cost: Callable[[Path], dict[str, Any]], pairs: int
) -> dict[str, Any]:
    """What a whole report costs in a process of its own, which has not made the records."""
    context = multiprocessing.get_context("spawn")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "records.parquet"
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            pool.submit(write, path, pairs).result()
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            return pool.submit(cost, path).result()


def _clean(worlds: Iterable[dict[str, tuple[int, int]]]) -> dict[str, Rate]:
    """Rates over worlds, whose questions depend on each other: the error is that of a ratio of sums."""
    every = list(worlds)
    rates = {}
    for name in sorted({name for each in every for name in each}):
        alarms, asked = np.array([each.get(name, (0, 0)) for each in every], dtype=np.float64).T
        rate = alarms.sum() / asked.sum()
        error = sqrt(float(((alarms - rate * asked) ** 2).sum())) / asked.sum()
        # No fewer than of independent questions at the nominal rate: few of them may not alarm once.
        rates[name] = Rate(float(rate), max(float(error), sqrt(0.05 * 0.95 / asked.sum())), int(asked.sum()))
    return rates


def _share(found: Iterable[bool]) -> Rate:
    each = np.array(list(found), dtype=np.float64)
    return Rate(float(each.mean()), float(each.std() / sqrt(len(each))), len(each))


def _real(rates: dict[str, dict[str, float]] | None, lots: int) -> dict[str, Rate]:
    if rates is None:
        print("no llmfao: set RAMPART_TEST_DATA to the folder with the public sample data for real votes")
        return {}
    return {
        f"{test}, by {kind}": Rate(rate, sqrt(rate * (1 - rate) / lots), lots)
        for kind, tests in rates.items()
        for test, rate in tests.items()
    }


def _print_table(title: str, rates: dict[str, Rate]) -> None:
    print(f"{title:44}{'rate':>8}{'± se':>8}{'asked':>10}")
    for name, each in rates.items():
        print(f"  {name:42}{each.rate:8.1%}{each.error:8.1%}{each.asked:10,}")


def not_met(power: dict[str, float]) -> dict[str, float]:
    """Rates below the bar of their planted share, however much people differ; `ok` has none at sd 0.3."""
    bars = {name: BAR[name.removesuffix("_sd_0.3")] for name in power if name.removesuffix("_sd_0.3") in BAR}
    return {name: round(power[name], 3) for name, bar in bars.items() if power[name] < bar}


def _ok(rates: dict[str, Rate], power: dict[str, Rate], spent: dict[str, Any], noise: float) -> bool:
    low, high = BAR["least_rate"], BAR["most_rate"]
    ours = [each for name, each in rates.items() if not name.startswith(OTHERS)]
    quiet = all(low - noise * each.error <= each.rate <= high + noise * each.error for each in ours)
    seen = all(
        power[name].rate + noise * power[name].error >= BAR[name] for name in ("planted_5", "planted_8")
    )
    swift = max(spent["cost_s"], spent["report_s"]) <= BAR["cost_s"]
    small = max(spent["peak_mb"], spent["report_peak_mb"]) <= BAR["peak_mb"]
    return quiet and seen and swift and small


if __name__ == "__main__":
    sys.exit(main())
