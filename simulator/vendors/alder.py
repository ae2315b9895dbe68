"""Alder: honest, clumsy at first, and learning. Gzipped JSON Lines, nested, on a Likert scale of eight.

Its discards are beginners' mistakes, fewer every week; what it keeps is good work throughout.
"""

import gzip

import orjson

from simulator.annotators import crowd
from simulator.faults import shared_out, with_faults
from simulator.judgement import Judgement, work_through
from simulator.work import vendor_items
from simulator.world import World

FILE = "preferences.jsonl.gz"
PEOPLE = 24
# True share of faulty rows among the readable ones, by week: always below the contract's ceiling.
FAULT_SHARE = (0.45, 0.38, 0.27, 0.14, 0.12, 0.12)
SKILL = (1.6, 1.7, 1.8, 1.9, 2.0, 2.0)
UNREADABLE_SHARE = 0.01
MIX = {
    "missing_rationale": 20,
    "missing_annotator": 10,
    "label_word": 18,
    "duplicate_id": 6,
    "exact_duplicate": 10,
    "empty_response": 6,
    "outside_week": 10,
    "too_fast": 12,
    "old_checkpoint": 8,
}
# Leanings (logits) at which the label moves one step away from the middle.
STEPS = (0.8, 1.8, 3.0)


def deliver(world: World, week: int) -> tuple[Judgement, ...]:
    """Alder's rows of `week`, in file order."""
    count = world.units(week)
    who = crowd(world.rng(0, "alder", "crowd"), "ald", PEOPLE, skill=SKILL[week - 1])
    rng = world.rng(week, "alder", "judgements")
    rows = work_through(rng, vendor_items(world, "alder", week), who, count=count, week=week, prefix="ald")
    unreadable = round(UNREADABLE_SHARE * count)
    faulty = round(FAULT_SHARE[week - 1] * (count - unreadable))
    counts = shared_out(faulty, MIX) | {"broken_line": unreadable}
    return tuple(with_faults(world.rng(week, "alder", "faults"), rows, week, counts))


def encode(rows: tuple[Judgement, ...]) -> bytes:
    """The delivery's file; the same rows give the same bytes."""
    return gzip.compress(b"".join(_line(row) for row in rows), compresslevel=6, mtime=0)


def _line(row: Judgement) -> bytes:
    line = orjson.dumps(
        {
            "id": row.record_id,
            "task": {"item": row.item, "domain": row.prompt.domain},
            "conversation": [{"from": "human", "text": row.prompt.text}],
            "completions": [{"model": r.claimed, "text": r.content} for r in row.responses],
            "judgement": {"score": likert(row), "why": row.rationale or None},
            "worker": {"id": row.annotator or None},
            "clock": {
                "opened": row.started.isoformat(),
                "closed": row.submitted.isoformat(),
                "seconds": row.duration_s,
            },
        }
    )
    # A cut line is what a full disk or a broken transfer leaves behind.
    return (line[: len(line) // 2] if row.fault == "broken_line" else line) + b"\n"


def likert(row: Judgement) -> str | int:
    """The row's label: 1 (first far better) to 8 (second far better)."""
    if row.label is not None:
        return row.label
    distance = sum(abs(row.leaning) >= step for step in STEPS)
    return 4 - distance if row.leaning > 0 else 5 + distance
