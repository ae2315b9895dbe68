"""How long the whole walk takes: the simulated contract on a fresh home, against bare orchestration.

    python -m benchmarks.walk            # all six weeks at full volume
    python -m benchmarks.walk --quick    # the first two weeks at a tenth of the volume

The floor is measured in the same run: Prefect's start and as many empty flows and tasks as the walk runs (a
sixth of them are run, and counted six times). The last line is one JSON object: seconds, rows by fate,
whether the invariants hold, the ratio, the bar and `ok`.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

WEEKS = 6
QUICK_WEEKS = 2
FLOWS_A_WEEK = 2 + 3  # weekly and retrain, process_delivery for each vendor
TASKS_A_FLOW = 6
QUICK_SCALE = 0.1
SHARE_RUN = 6
# Measured on two cores: 0.9 to 1.9 at a tenth to a quarter of the volume.
BAR_RATIO = 4.0


def main() -> int:
    """Run the benchmark; 0 when the bar is met and every invariant holds."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="two weeks, a tenth of the volume")
    quick = options.parse_args().quick
    with TemporaryDirectory(prefix="rampart-walk-") as home:
        os.environ["RAMPART_HOME"] = home  # before anything reads the settings
        figures = _measure(Path(home), *((QUICK_SCALE, QUICK_WEEKS) if quick else (1.0, WEEKS)))
    figures["bar"] = BAR_RATIO
    figures["ok"] = bool(figures["ratio"] <= BAR_RATIO and figures["invariants_held"])
    print(json.dumps(figures))
    return 0 if figures["ok"] else 1


def _measure(home: Path, scale: float, rounds: int) -> dict[str, Any]:
    from flows.embedded import in_process, prepare  # noqa: PLC0415

    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")  # a small volume warns a lot
    prepare(home)
    began = time.perf_counter()
    with in_process() as started:
        started()
        start_s = time.perf_counter() - began
        print(f"Prefect started in {start_s:.1f} s", flush=True)
        flows = FLOWS_A_WEEK * rounds
        run = max(1, flows // SHARE_RUN)
        floor_s = start_s + flows / run * _timed(lambda: _empty_runs(run))
        print(f"{flows} empty flows of {TASKS_A_FLOW} tasks: floor {floor_s:.1f} s", flush=True)
        walk_s = start_s + _timed(lambda: _walk(home, scale, rounds))
    return {
        "seconds": round(walk_s, 1),
        "floor_s": round(floor_s, 1),
        "ratio": round(walk_s / floor_s, 2),
    } | _books()


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _empty_runs(count: int) -> None:
    from prefect import flow, task  # noqa: PLC0415

    @task(name="nothing", persist_result=False)
    def nothing() -> None:
        """Do nothing."""

    @flow(name="empty")
    def empty(tasks: int) -> None:
        for _ in range(tasks):
            nothing()

    for _ in range(count):
        empty(TASKS_A_FLOW)


def _walk(home: Path, scale: float, rounds: int) -> None:
    from flows.weekly import weekly  # noqa: PLC0415
    from rampart.cli.demo import weeks  # noqa: PLC0415
    from simulator import World, write_week  # noqa: PLC0415

    for week, as_of in weeks()[:rounds]:
        write_week(World(7, scale), week, home / "drop", home / "store" / "work-orders")
        weekly(as_of)
        print(f"week {week} walked", flush=True)


def _books() -> dict[str, Any]:
    from rampart.ledger.read import ramp_rows  # noqa: PLC0415
    from rampart.ledger.verify import verify_books  # noqa: PLC0415
    from rampart.ledger.verify_store import verify_store  # noqa: PLC0415
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        broken = (*verify_books(place.books), *verify_store(place.books, place.store))
        rows = ramp_rows(place.books)
    fates = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("delivered", "accepted", "discarded", "quarantined")
    }
    return {"rows": fates, "invariants_held": not broken}


if __name__ == "__main__":
    sys.exit(main())
