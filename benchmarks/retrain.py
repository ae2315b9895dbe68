"""What retraining costs, and whether it can be trusted.

    python -m benchmarks.retrain                 # every part at its full size
    python -m benchmarks.retrain --quick         # all of them, under 50 s on two idle cores
    python -m benchmarks.retrain --part linear   # one part

`linear`: the embedded backend end to end, beside scikit-learn on the same features in the same run.
`poisoned`: is a week of 45 % flips told by its agreement with the other weeks; how often is a clean one told.
`gated`: the model after the gates beside one after a random discard of equal size, on the truth.
`choices`: what its choices about labels do, on judges whose truth is known.
`snapshot`: what drawing a dataset costs, in time and memory.

Each part is a file of `benchmarks/retraining/` whose docstring says what is measured and how. The last line
is one JSON object: figures, bars and `ok` by part, and `ok` for all.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from benchmarks.retraining.part import Part

Measure = Callable[[bool], Part]  # True for the quick size

# Files of `benchmarks/retraining/`, in the order they are run.
PARTS = ("linear", "poisoned", "gated", "choices", "snapshot")


def part_named(name: str) -> Measure:
    """The function that measures the part `name`; imported when asked for, as each loads what it needs."""
    measure: Measure = import_module(f"benchmarks.retraining.{name}").measure
    return measure


def run(parts: Mapping[str, Measure], quick: bool) -> bool:
    """Measure `parts` one after the other and print what they found; True when every bar is met."""
    told, met = {}, True
    for name, measure in parts.items():
        began = time.perf_counter()
        part = measure(quick)
        took_s = round(time.perf_counter() - began, 1)
        print(f"{name}, {took_s} s", *part.lines, *part.bars, sep="\n  ", flush=True)
        told[name] = {**part.told(), "took_s": took_s}
        met = met and part.ok
    print(json.dumps({"quick": quick, "parts": told, "ok": met}, allow_nan=False))
    return met


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; 0 when every bar is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="smaller sizes")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; may be given again")
    chosen = parser.parse_args(arguments)
    return 0 if run({name: part_named(name) for name in chosen.part or PARTS}, chosen.quick) else 1


if __name__ == "__main__":
    sys.exit(main())
