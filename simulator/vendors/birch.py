"""Birch: fluent, punctual, and more and more swayed by length and position. CSV, zstandard.

Hardly a row is discarded; from the third week on its annotators take to the longer answer and to the one
shown first, which only an audit of the preferences can tell.
"""

import csv
import io

import zstandard

from simulator.annotators import crowd
from simulator.faults import shared_out, with_faults
from simulator.judgement import Judgement, work_through
from simulator.work import vendor_items
from simulator.world import World

FILE = "judgements.csv.zst"
PEOPLE = 32
FAULT_SHARE = (0.10, 0.08, 0.06, 0.06, 0.06, 0.06)
SKILL = 1.7
# Logits towards the longer and the first shown response, by week.
LENGTH_TILT = (0.0, 0.0, 0.8, 2.7, 2.9, 3.1)
POSITION_TILT = (0.0, 0.0, 0.6, 2.2, 2.3, 2.4)
MIX = {"missing_annotator": 25, "label_word": 25, "exact_duplicate": 15, "outside_week": 15, "too_fast": 20}
COLUMNS = (
    "record_id",
    "item",
    "domain",
    "prompt",
    "response_1",
    "response_1_model",
    "response_2",
    "response_2_model",
    "choice",
    "comment",
    "annotator",
    "started_at",
    "submitted_at",
    "seconds",
)


def deliver(world: World, week: int) -> tuple[Judgement, ...]:
    """Birch's rows of `week`, in file order."""
    count = world.units(week)
    who = crowd(
        world.rng(0, "birch", "crowd"),
        "bir",
        PEOPLE,
        skill=SKILL,
        length_tilt=LENGTH_TILT[week - 1],
        position_tilt=POSITION_TILT[week - 1],
    )
    rng = world.rng(week, "birch", "judgements")
    rows = work_through(rng, vendor_items(world, "birch", week), who, count=count, week=week, prefix="bir")
    counts = shared_out(round(FAULT_SHARE[week - 1] * count), MIX)
    return tuple(with_faults(world.rng(week, "birch", "faults"), rows, week, counts))


def encode(rows: tuple[Judgement, ...]) -> bytes:
    """The delivery's file; the same rows give the same bytes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_cells(row) for row in rows)
    return zstandard.ZstdCompressor(level=6).compress(text.getvalue().encode())


def _cells(row: Judgement) -> tuple[object, ...]:
    first, second = row.responses
    return (
        row.record_id,
        row.item,
        row.prompt.domain,
        row.prompt.text,
        first.content,
        first.claimed,
        second.content,
        second.claimed,
        choice(row),
        row.rationale,
        row.annotator,
        row.started.isoformat(),
        row.submitted.isoformat(),
        row.duration_s,
    )


def choice(row: Judgement) -> str | int:
    """The row's label: "Response 1" or "Response 2"."""
    if row.label is not None:
        return row.label
    return "Response 1" if row.leaning > 0 else "Response 2"
