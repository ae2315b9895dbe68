"""Copies of training pairs in the trainers' work folder, which a deletion in the store does not reach.

A run that is collected leaves none. One that failed, or that nobody came back for, keeps its pairs, and a log
that may quote them. It can be started anew from the store, so nothing is lost with it.
"""

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from rampart.retrain.command.attempts import RunFolder

ContractWeek = tuple[str, int]  # contract id, week


def remove_copies(root: Path, weeks: Collection[ContractWeek]) -> tuple[Path, ...]:
    """Remove every run below `root` whose pairs are of any of `weeks`, and give their folders.

    Of a run whose program is alive only the pairs go; what it trains is never booked.
    """
    folders = tuple(sorted({copy.parent for copy in _copies(root) if _holds(copy, weeks)}))
    for folder in folders:
        if RunFolder(folder).alive():
            for copy in folder.glob("data*"):
                copy.unlink(missing_ok=True)
        else:
            shutil.rmtree(folder)
    return folders


def _copies(root: Path) -> Iterator[Path]:
    """The pairs of every run, and what a worker that was killed left of writing them."""
    return root.glob("*/data*")


def _holds(copy: Path, weeks: Collection[ContractWeek]) -> bool:
    """Are any of the pairs of `weeks`? Half a file cannot say whose it is, and counts as theirs."""
    try:
        whose = pq.read_table(copy, columns=["contract_id", "week"])
    except FileNotFoundError:  # collected meanwhile
        return False
    except (pa.ArrowException, OSError):
        return bool(weeks)
    names, numbers = (whose[name].to_pylist() for name in ("contract_id", "week"))
    return not set(zip(names, numbers, strict=True)).isdisjoint(weeks)
