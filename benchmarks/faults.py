"""What happens under faults: kills at every effect, kills at any moment, races, and mangled deliveries.

    python -m benchmarks.faults [--quick]

Each is held against an undisturbed run: the books' export, the digest of every stored object, and what
`rampart verify` says. Printed is how many differ, of how many; the bar is none. `--quick` takes a sample of
the kill points on both stacks, one race of each kind on the embedded one, and 50 mangled deliveries. The
full run takes every point; the slow tests do the same, sharded.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from simulator.crashes.matrix import Matrix, Point, crash_matrix
from simulator.crashes.named import never_hit
from simulator.crashes.stacks import STACKS
from simulator.crews import crew
from simulator.mangled_deliveries.fuzzing import fuzz
from simulator.races import RaceResult, race_deliveries, race_redeliveries
from simulator.servers.postgresql import postgresql
from simulator.servers.seaweedfs import seaweedfs
from simulator.stacks import Stack

SEED = 20260105
Figures = dict[str, int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything, print figures as they come and a line of JSON last; 0 when nothing differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a sample, under 50 s on two cores")
    quick: bool = parser.parse_args(arguments).quick
    began = time.perf_counter()
    differences: Figures = {}
    tried: Figures = {}
    for kind, count, found in chain(_crashes(quick), _races(quick), _mangled(quick)):
        tried[kind], differences[kind] = count, len(found)
        print(f"{kind}: {len(found)} of {count:,} differ ({time.perf_counter() - began:.0f} s)", flush=True)
        for problem in found[:5]:
            print(f"  {problem}", flush=True)
    ok = not any(differences.values())
    figures = {"tried": tried, "differences": differences, "seconds": round(time.perf_counter() - began, 1)}
    print(json.dumps({**figures, "quick": quick, "bar": {"differences": 0}, "ok": ok}))
    return 0 if ok else 1


def _crashes(quick: bool) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    for name in sorted(STACKS):
        with crash_matrix(name) as matrix:
            points = _sample(matrix.points(), 2) if quick else matrix.points()
            missed = tuple(f"no point of the history is in {step}" for step in never_hit(matrix.points()))
            yield f"kill points on {name}", len(points), (*missed, *_killed(matrix, points))
            if quick and name != "folder+sqlite":  # a whole history on the servers takes five seconds
                continue
            random = matrix.random_kills(1 if quick else 100, SEED)
            yield f"random kills on {name}", random.kills, tuple(map(str, random.differences))


def _sample(points: tuple[Point, ...], count: int) -> tuple[Point, ...]:
    """`count` points, spread evenly over the history."""
    return points[:: max(1, len(points) // count)][:count]


def _killed(matrix: Matrix, points: tuple[Point, ...]) -> tuple[str, ...]:
    found = (matrix.kill_at(point) for point in points)
    return tuple(str(difference) for difference in found if difference)


def _races(quick: bool) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    with ExitStack() as servers:
        stacks = {"folder+sqlite": Stack()}
        if not quick:
            folder = Path(servers.enter_context(tempfile.TemporaryDirectory(prefix="rampart-faults-")))
            s3, database = servers.enter_context(seaweedfs(folder)), servers.enter_context(postgresql())
            stacks["s3+postgresql"] = Stack(s3, database)
        workers = servers.enter_context(crew(2 if quick else 8))
        pair = workers if quick else servers.enter_context(crew(2))
        for name, stack in stacks.items():
            rounds = 1 if quick else 20
            yield _raced(f"workers on one delivery, {name}", race_deliveries(stack, workers, rounds))
            yield _raced(f"two redeliveries at once, {name}", race_redeliveries(stack, pair, rounds))


def _raced(kind: str, result: RaceResult) -> tuple[str, int, tuple[str, ...]]:
    return kind, result.rounds, result.problems


def _mangled(quick: bool) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    found = fuzz(SEED, 50 if quick else 10_000)
    print(f"mangled deliveries: slowest {found.slowest_s:.2f} s, at most {found.peak_mb:.0f} MB", flush=True)
    yield "mangled deliveries", found.cases, found.violations


if __name__ == "__main__":
    sys.exit(main())
