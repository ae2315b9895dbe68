"""How fast the linear backend trains: total time against tokenising the texts once, and peak memory.

    python benchmarks/train_linear.py --quick         # 5,000 pairs, under a minute
    python benchmarks/train_linear.py --pairs 50000

The floor is what no trainer on these features can avoid: the vectoriser over the distinct texts, once, in one
process. The last line is one JSON object with the figures, the bar and whether it was met.
"""

import argparse
import contextlib
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from rampart.retrain.config import LinearConfig
from rampart.retrain.linear.features import TEXTS_A_CHUNK, VECTORISER
from rampart.retrain.linear.train import train
from rampart.retrain.snapshot import PAIR
from rampart.retrain.texts import texts_of

# One process pays for style features and the fit on top of the floor; from 20,000 texts on, a second process
# takes half of the reading. Measured on two busy cores: 2.9 to 3.7 with 5,000 pairs, 1.5 to 2.0 with 50,000.
BAR_RATIO = 4.0
BAR_PEAK_MB = 1_500

WORDS_A_RESPONSE = (20, 300)  # 1,000 characters in the mean, as in public preference sets
RESPONSES_A_PROMPT = 4


def synthetic_pairs(n: int, seed: int) -> pa.Table:
    """`n` pairs of `snapshot.PAIR`: Zipf words, four responses a prompt, the one with better words wins."""
    random = np.random.default_rng(seed)
    vocabulary = np.array([f"word{i}" for i in range(30_000)])
    frequency = 1 / np.arange(1, len(vocabulary) + 1)
    frequency /= frequency.sum()
    quality = random.normal(size=len(vocabulary))
    prompts: list[str] = []
    first: list[str] = []
    second: list[str] = []
    target: list[float] = []
    while len(target) < n:
        sizes = random.integers(*WORDS_A_RESPONSE, RESPONSES_A_PROMPT)
        words = [random.choice(len(vocabulary), size, p=frequency) for size in sizes]
        worth = [quality[w].mean() + random.normal() * 0.1 for w in words]
        prompt = "user: " + " ".join(vocabulary[random.integers(0, len(vocabulary), 20)])
        texts = [" ".join(vocabulary[w]) + "." for w in words]
        for i, j in ((0, 1), (2, 3), (0, 3)):
            prompts.append(prompt)
            first.append(texts[i])
            second.append(texts[j])
            target.append(float(worth[i] > worth[j]))
    constant: dict[str, Any] = {
        "weight": 1.0,
        "contract_id": "synthetic",
        "week": 1,
        "split": "train",
        "prompt_key": "0" * 64,
        "group": "one",
        "vendor": "synthetic",
        "domain": None,
        "language": None,
        "strength": None,
        "group_size": 2,
        "annotators": 1,
        "agreement": None,
        "on_policy": None,
        "anchor": False,
    }
    columns: dict[str, list[Any]] = {"prompt": prompts, "first": first, "second": second, "target": target}
    columns |= {name: [value] * len(target) for name, value in constant.items()}
    return pa.table({name: columns[name] for name in PAIR.names}, schema=PAIR).slice(0, n)


class PeakMemory(threading.Thread):
    """Watches the resident memory of this process and its children together (Linux); `mb` is the peak.

    `getrusage` will not do: a child counts its parent's pages between fork and exec.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.mb = 0.0
        self._done = threading.Event()

    def run(self) -> None:
        """Look every 50 ms until stopped."""
        while not self._done.wait(0.05):
            self.mb = max(self.mb, resident_mb())

    def stop(self) -> float:
        """The peak in MB."""
        self._done.set()
        self.join()
        return max(self.mb, resident_mb())


def resident_mb() -> float:
    """Resident memory of this process and its children now, in MB."""
    me = Path(f"/proc/{os.getpid()}")
    children = [pid for task in (me / "task").iterdir() for pid in (task / "children").read_text().split()]
    pages = 0
    for pid in (str(os.getpid()), *children):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> int:
    """Run the benchmark; 0 when the bar is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=50_000, help="training pairs")
    parser.add_argument("--quick", action="store_true", help="5,000 pairs")
    arguments = parser.parse_args()
    n = 5_000 if arguments.quick else arguments.pairs

    pairs = synthetic_pairs(n, seed=1)
    texts = texts_of(pairs)
    VECTORISER.transform(texts.responses[:10])  # what is loaded on first use is nobody's cost
    started = time.perf_counter()
    for start in range(0, len(texts.responses), TEXTS_A_CHUNK):
        VECTORISER.transform(texts.responses[start : start + TEXTS_A_CHUNK])
    floor_s = time.perf_counter() - started
    before_mb, memory = resident_mb(), PeakMemory()
    memory.start()
    started = time.perf_counter()
    _, fit = train(pairs, LinearConfig())
    total_s = time.perf_counter() - started

    figures = {
        "pairs": n,
        "texts": len(texts.responses),
        "mean_characters": round(float(np.mean([len(text) for text in texts.responses]))),
        "floor_s": round(floor_s, 2),
        "total_s": round(total_s, 2),
        "ratio": round(total_s / floor_s, 2),
        "iterations": fit.iterations,
        "before_mb": round(before_mb),
        "peak_mb": round(memory.stop()),
        "bar_ratio": BAR_RATIO,
        "bar_peak_mb": BAR_PEAK_MB,
    }
    ok = figures["ratio"] <= BAR_RATIO and figures["peak_mb"] <= BAR_PEAK_MB
    print(f"{n} pairs: trained in {total_s:.1f} s, {total_s / floor_s:.2f} x the floor of {floor_s:.1f} s")
    print(json.dumps({**figures, "ok": ok}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
