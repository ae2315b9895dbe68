"""The child's side: one case after the other, each measured, told to the parent a line each."""

import json
import os
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from simulator.mangled_deliveries.case import Case
from simulator.mangled_deliveries.fuzzing import LONGEST_S, MOST_MB
from simulator.mangled_deliveries.making import make
from simulator.mangled_deliveries.oracle import tried

# Two numbers in so many, if in a folder: a walk with its books takes ten times as long as the intake alone.
BOOKED_EACH = 40
_MOST_MEMORY = 8 << 30  # bytes of address space: beyond it the case fails, and the machine does not


def tell(seed: int, first: int, last: int, scratch: Path) -> None:
    """Try the cases from `first` to before `last` and print what became of each, as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    for number in range(first, last):
        print(json.dumps(measured(make(seed, number), scratch)), flush=True)


def measured(case: Case, scratch: Path) -> dict[str, Any]:
    """What became of `case`, the seconds and the memory that took, and all that may not be so."""
    said_before = _said()
    _forget_peak()
    held = _megabytes("VmRSS")  # making the case may have taken more than reading it
    clock, work = time.monotonic(), time.process_time()
    with TemporaryDirectory(dir=scratch) as root:
        found = tried(case, Path(root))
        seconds, mb = min(time.monotonic() - clock, time.process_time() - work), _megabytes("VmHWM") - held
    problems = list(found.problems)
    with_books = case.in_folder and case.number % BOOKED_EACH < 2 and found.outcome != "broken"
    if with_books:
        from simulator.mangled_deliveries.books import booked  # noqa: PLC0415 (Prefect takes seconds to import)

        problems += booked(case, found, scratch)
    if seconds > LONGEST_S:
        problems.append(f"it took {seconds:.1f} s, more than {LONGEST_S:g}")
    if mb > MOST_MB:
        problems.append(f"it took {mb:,.0f} MB, more than {MOST_MB:,}")
    if _said() != said_before:
        problems.append("something was written to the standard error")
    return {
        "outcome": found.outcome,
        "said": found.said,
        "problems": problems,
        "rows": found.rows,
        "booked": with_books,
        "seconds": seconds,
        "mb": mb,
    }


def _said() -> int:
    """Bytes on the standard error so far, where that is a file, as in a child."""
    sys.stderr.flush()
    return os.fstat(2).st_size


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")  # proc(5): resets the peak resident set size


def _megabytes(what: str) -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{what}:")[1].split()[0]) / 1024
