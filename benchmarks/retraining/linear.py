"""The embedded backend end to end, beside scikit-learn's LogisticRegression on the same features.

Both read the same dataset, make the same features of the same texts, fit with the same penalty, judge the
same held-out pairs with the same code and save their model (`benchmarks/retraining/trainer.py`). Each run is
a process of its own, so nothing is remembered from one to the next; the two take turns, so that a busy
machine is busy for both, and of several runs the fastest counts. Ours runs with another number of threads
each time, and has to leave the same bytes.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.retraining.part import Bar, Part
from benchmarks.retraining.trainer import DATASET, OUT, TRAINERS
from benchmarks.retraining.wordy import wordy_pairs

ROOT = Path(__file__).parents[2]
TRAIN_PAIRS, QUICK_TRAIN_PAIRS = 50_000, 2_000
HOLDOUT_PAIRS, QUICK_HOLDOUT_PAIRS = 5_000, 600
ROUNDS, QUICK_ROUNDS = 3, 2
SEED = 1

MOST_S, MOST_MB = 40.0, 2_000.0  # for 50,000 pairs on two cores
MOST_RATIO = 1.3  # our time against scikit-learn's
MOST_APART = 0.003  # held-out accuracy that scikit-learn may be ahead

Run = Mapping[str, Any]


def measure(quick: bool) -> Part:
    """Train both several times, and compare."""
    train, holdout = (QUICK_TRAIN_PAIRS, QUICK_HOLDOUT_PAIRS) if quick else (TRAIN_PAIRS, HOLDOUT_PAIRS)
    runs: dict[str, list[Run]] = {who: [] for who in TRAINERS}
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        (store / DATASET).parent.mkdir(parents=True)
        pq.write_table(wordy_pairs(train, holdout, SEED), store / DATASET, compression="zstd")
        for number in range(QUICK_ROUNDS if quick else ROUNDS):
            for who, already in runs.items():
                already.append(_run(who, store, threads=number + 1))
    return compared(runs["rampart"], runs["scikit-learn"], train)


def _run(who: str, store: Path, threads: int) -> Run:
    shutil.rmtree(store / OUT, ignore_errors=True)
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.retraining.trainer", who, str(store)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: Run = json.loads(told.stdout.splitlines()[-1])
    return found


def compared(ours: list[Run], theirs: list[Run], pairs: int) -> Part:
    """What the runs say: the fastest of each, the largest memory, and how many different models we made."""
    fastest = {
        f"{who}_{clock}": min(run[clock] for run in runs)
        for who, runs in (("rampart", ours), ("scikit_learn", theirs))
        for clock in ("wall_s", "cpu_s")
    }
    ratio = fastest["rampart_wall_s"] / fastest["scikit_learn_wall_s"]
    cpu_ratio = fastest["rampart_cpu_s"] / fastest["scikit_learn_cpu_s"]
    accuracy, other = ours[0]["accuracy"], theirs[0]["accuracy"]
    figures = {
        "train_pairs": pairs,
        "runs_each": len(ours),
        "waiting_for_a_processor": round(os.getloadavg()[2], 1),
        **fastest,
        "ratio": round(ratio, 3),
        "cpu_ratio": round(cpu_ratio, 3),
        "accuracy": round(accuracy, 4),
        "scikit_learn_accuracy": round(other, 4),
        "peak_mb": max(run["peak_mb"] for run in ours),
        "scikit_learn_peak_mb": max(run["peak_mb"] for run in theirs),
    }
    lines = (
        f"{pairs:,} pairs: {fastest['rampart_wall_s']:.1f} s, of processor {fastest['rampart_cpu_s']:.1f} s, "
        f"accuracy {accuracy:.4f}, {figures['peak_mb']:,} MB",
        f"scikit-learn: {fastest['scikit_learn_wall_s']:.1f} s, {fastest['scikit_learn_cpu_s']:.1f} s, "
        f"{other:.4f}, {figures['scikit_learn_peak_mb']:,} MB",
    )
    bars = (
        Bar("seconds", fastest["rampart_wall_s"], "at most", MOST_S),
        Bar("megabytes", figures["peak_mb"], "at most", MOST_MB),
        Bar("time against scikit-learn", ratio, "at most", MOST_RATIO),
        Bar("processor time against scikit-learn", cpu_ratio, "at most", MOST_RATIO),
        Bar("accuracy behind scikit-learn", other - accuracy, "at most", MOST_APART),
        Bar("different models of one dataset", len({run["digest"] for run in ours}), "at most", 1),
    )
    return Part(lines, figures, bars)
