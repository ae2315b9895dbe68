"""What drawing a dataset costs: time and memory of `build_snapshot`, without and with an evaluation set.

Four weeks of wordy judgements, each of two responses of about 1,000 characters, of which nothing is known
beforehand: every text is different. Memory is what the build holds beyond the records it is given. Time is
that of this process's own threads, so that a busy machine does not count; the bars are for one thread.
"""

import gc
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from benchmarks.retraining.part import Bar, Part
from benchmarks.retraining.wordy import VOCABULARY
from benchmarks.volume.peak import PeakMemory, resident_mb
from contracts.terms.annotation import Arena
from quality.gates.evaluation.sets import Item, ReadSet
from rampart.records.canonical import RECORD
from rampart.retrain.scope import Scope
from rampart.retrain.snapshot import BatchData, Snapshot, build_snapshot

PAIRS, QUICK_PAIRS = 200_000, 4_000
WEEKS = 4
WORDS_A_PROMPT, WORDS_A_RESPONSE = (20, 80), (20, 300)
SET_ITEMS, WORDS_AN_ITEM = 5_000, 40
SCOPE = Scope(half_life_weeks=8, domain_mix=(("code", 0.5), ("law", 0.3)))

# About twice what was found on two busy cores (3.0 s, 673 MB). A million pairs take five times as much.
MOST_S = 8.0
MOST_MB = 1_400.0


def measure(quick: bool) -> Part:
    """Draw the dataset twice, the second time clear of a set."""
    pairs = QUICK_PAIRS if quick else PAIRS
    batches = [_week(pairs // WEEKS, week) for week in range(1, WEEKS + 1)]
    build_snapshot([replace(batches[0], records=batches[0].records[:10])])  # what is loaded on first use
    plain, plain_s, plain_mb = _built(batches, ())
    again, clear_s, clear_mb = _built(batches[::-1], (_set(),))
    records_mb = sum(one.records.nbytes for one in batches) / 1e6
    same = Bar(
        "the same pairs in another order of the weeks",
        float(plain.pairs.equals(again.pairs)),
        "at least",
        1.0,
    )
    cost = (
        Bar("seconds for 200,000 pairs", plain_s, "at most", MOST_S),
        Bar("MB for 200,000 pairs", plain_mb, "at most", MOST_MB),
    )
    return Part(
        lines=(
            f"{pairs:,} pairs in, {plain.pairs.num_rows:,} used; {records_mb:,.0f} MB of records",
            f"build_snapshot: {plain_s:.1f} s, {plain_mb:,.0f} MB",
            f"clear of a set of {SET_ITEMS:,} items: {clear_s:.1f} s, {clear_mb:,.0f} MB",
        ),
        figures={
            "pairs": pairs,
            "used": plain.pairs.num_rows,
            "records_mb": round(records_mb),
            "build_s": round(plain_s, 2),
            "build_mb": round(plain_mb),
            "clear_s": round(clear_s, 2),
            "clear_mb": round(clear_mb),
        },
        bars=(same,) if quick else (same, *cost),
    )


def _built(batches: Sequence[BatchData], sets: Sequence[ReadSet]) -> tuple[Snapshot, float, float]:
    gc.collect()
    before, watch = resident_mb(), PeakMemory()
    watch.start()
    began = time.process_time()
    snapshot = build_snapshot(batches, SCOPE, sets)
    return snapshot, time.process_time() - began, watch.stop() - before


def _week(n: int, week: int) -> BatchData:
    """`n` judgements of two responses, all texts different, words after Zipf's law."""
    random = np.random.default_rng(week)
    prompts = _texts(random, n, WORDS_A_PROMPT)
    responses = _texts(random, 2 * n, WORDS_A_RESPONSE)
    first = random.random(n) < 0.5
    columns: dict[str, Sequence[object]] = {name: [None] * n for name in RECORD.names}
    columns |= {
        "record_id": [f"{week}-{i}" for i in range(n)],
        "item_id": [f"{week}-{i}" for i in range(n)],
        "source_file": ["rows.jsonl"] * n,
        "source_line": range(1, n + 1),
        "source_item": [0] * n,
        "prompt": [[{"role": "user", "content": text}] for text in prompts],
        "responses": [
            [{"content": text, "checkpoint_id": "pol-1"} for text in responses[2 * i : 2 * i + 2]]
            for i in range(n)
        ],
        "scheme": ["arena"] * n,
        "ranking": [[1, 2] if better else [2, 1] for better in first],
        "domain": random.choice(["code", "law", "art"], n).tolist(),
    }
    records = pa.Table.from_pydict(columns, schema=RECORD)
    starts = date(2026, 1, 5) + timedelta(weeks=week - 1)
    return BatchData(
        contract_id="wordy",
        week=week,
        revision=1,
        contract_digest="c" * 64,
        aggregation="judgement",
        scheme=Arena(kind="arena"),
        records=records,
        vendor="wordy",
        starts=starts,
        checkpoints=("pol-1",),
    )


def _texts(random: np.random.Generator, n: int, words: tuple[int, int]) -> list[str]:
    vocabulary = np.array([f"word{i}" for i in range(VOCABULARY)])
    sizes = random.integers(*words, n)
    drawn = vocabulary[np.minimum(random.zipf(1.3, int(sizes.sum())), VOCABULARY) - 1]
    return [" ".join(said) for said in np.split(drawn, np.cumsum(sizes)[:-1])]


def _set() -> ReadSet:
    random = np.random.default_rng(0)
    rare = random.integers(VOCABULARY, 2 * VOCABULARY, (SET_ITEMS, WORDS_AN_ITEM))  # in no judgement
    items = (Item(at, " ".join(f"word{i}" for i in words)) for at, words in enumerate(rare, 1))
    return ReadSet("quiz", "d" * 64, tuple(items))
