"""What the joint model costs on a large batch, beside one NumPy pass over what it reads."""

import time
from typing import Any

import numpy as np

from benchmarks.volume.peak import PeakMemory
from quality.audits.joint.report import joint_report
from simulator.votes import votes

ANNOTATORS = 200
FEATURES = 30


def cost(pairs: int) -> dict[str, Any]:
    """Seconds and peak memory of the joint model with slices, placebos and power on `pairs` votes."""
    batch = votes(np.random.default_rng(4), pairs, annotators=ANNOTATORS, features=FEATURES)
    columns = batch.deltas.to_numpy()
    started = time.perf_counter()
    np.square(columns).sum(axis=0)
    pass_s = time.perf_counter() - started
    memory = PeakMemory()
    memory.start()
    started = time.perf_counter()
    report = joint_report(batch.frame, batch.deltas, batch.quality)
    took = time.perf_counter() - started
    return {
        "pairs": pairs,
        "cost_s": round(took, 2),
        "numpy_passes": round(took / pass_s),
        "peak_mb": round(memory.stop()),
        "slices": report.slices.height,
    }
