"""How soon is each fraud found, how soon a tilt, and how often is an honest vendor wronged?

    python -m benchmarks.detection            # 30 worlds of six weeks, and 30 of the honest vendor alone
    python -m benchmarks.detection --quick    # 2 worlds of five weeks, under 50 s on two idle cores

Each world has its own seed and is walked through the whole weekly round: contracts come into force,
deliveries land, records and batches are judged, audited and settled, reward models are trained. What counts
as found, and what as a false sanction, is said in `benchmarks/detecting/found.py`. Cedar's four frauds are
each to be found in the week they start in, in 90 % of worlds; Birch's tilt by its second week (week 4), in
80 %; Alder, who is honest, is to suffer a sanction in at most 1 % of its contract weeks. Beside it stands
what plain thresholds would have seen, and the money ahead: what the weeks after the finding cost by the plan.
In Cedar's sixth week the votes are close to coin flips, which only a reward model can tell: in how many
worlds it was kept away from them is told without a bar. The last line is one JSON object: figures, bars and
`ok`.

The bars are shares of worlds: with `--quick` they are held to so few that one miss fails it.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.detecting.season import Season

WORKERS = 2
WORLDS, QUICK_WORLDS = 30, 2
WEEKS, QUICK_WEEKS = 6, 5
FIRST_SEED = 1001  # not the demonstration's, nor a seed that any default was looked at with
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "PREFECT_LOGGING_LEVEL": "ERROR",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Walk the worlds, print tables and a line of JSON last; 0 when every bar is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_WORLDS} worlds of {QUICK_WEEKS} weeks")
    parser.add_argument("--worlds", type=int, help=f"worlds ({WORLDS})")
    parser.add_argument("--keep", type=Path, help="folder in which seasons are kept, to go on after a stop")
    chosen = parser.parse_args(arguments)
    quick: bool = chosen.quick
    worlds = chosen.worlds or (QUICK_WORLDS if quick else WORLDS)
    began = time.perf_counter()
    os.environ.update(ENVIRONMENT)  # two processes share two cores; they read it when they load NumPy
    from benchmarks.detecting.figures import measured  # noqa: PLC0415
    from benchmarks.detecting.tables import tables  # noqa: PLC0415

    weeks = QUICK_WEEKS if quick else WEEKS
    found = measured(_walked(worlds, weeks, alone=0 if quick else worlds, keep=chosen.keep))
    print(f"\n{tables(found)}\n")
    seconds = round(time.perf_counter() - began, 1)
    print(json.dumps({"worlds": worlds, "quick": quick, "seconds": seconds, **found}))
    return 0 if found["ok"] else 1


def _walked(worlds: int, weeks: int, alone: int, keep: Path | None) -> list["Season"]:
    """The seasons of `worlds` worlds, and of `alone` others in which the placebo is the only vendor."""
    from benchmarks.detecting.season import season  # noqa: PLC0415

    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        jobs = [pool.submit(season, FIRST_SEED + n, n >= worlds, weeks, keep) for n in range(worlds + alone)]
        return [_told(job.result()) for job in jobs]


def _told(one: "Season") -> "Season":
    weeks = ", ".join(f"{name} {week or 'missed'}" for name, week in one.found.items()) or "the placebo alone"
    wronged = "; ".join(f"{week}: {', '.join(why)}" for week, why in one.sanctions.items() if why)
    print(f"world {one.seed}: {weeks}{' | sanctioned for nothing: ' * bool(wronged)}{wronged}", flush=True)
    return one


if __name__ == "__main__":
    sys.exit(main())
