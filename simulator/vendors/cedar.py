"""Cedar: cheats, each week in another way. Parquet, arena votes.

Week 1 is fine, so that it is trusted. In week 2 half of its people click through; in week 3 it delivers its
own earlier work again; in week 4 it passes Alder's work off as its own; in week 5 it shows its annotators
responses of a stale checkpoint and relabels them. In week 6 it comes short, the paperwork is clean and the
votes are close to coin flips: no gate can see that, only what the batch does to a reward model.
"""

import io
from dataclasses import replace
from datetime import UTC

import pyarrow as pa
import pyarrow.parquet as pq

from simulator.annotators import Annotator, crowd
from simulator.faults import MIN_DURATION_S, shared_out, with_faults
from simulator.judgement import Judgement, work_through
from simulator.policy import Policy, Response
from simulator.vendors import alder
from simulator.work import Item, vendor_items
from simulator.world import World, checkpoint

FILE = "arena.parquet"
PEOPLE = 28
FAULT_SHARE = 0.05
SKILL = 1.7
IDLE_SKILL = 0.15
RECYCLED_SHARE = 0.60
COPIED_SHARE = 0.45
STALE_SHARE = 0.60
STALE_WEEK = 2
SHORT_SHARE = 0.85  # of the planned volume, in week 6
TIE_BELOW = 0.3  # logits
BAD_BELOW = -0.8  # utility
MIX = {"missing_annotator": 30, "label_word": 30, "duplicate_id": 20, "outside_week": 20}
MOMENT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("battle_id", pa.string()),
        ("item", pa.string()),
        ("category", pa.string()),
        ("messages", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("model_a", pa.string()),
        ("answer_a", pa.string()),
        ("model_b", pa.string()),
        ("answer_b", pa.string()),
        ("winner", pa.string()),
        ("judge", pa.string()),
        ("start", MOMENT),
        ("end", MOMENT),
        ("seconds", pa.float64()),
    ]
)


def deliver(world: World, week: int) -> tuple[Judgement, ...]:
    """Cedar's rows of `week`, in file order."""
    count = round(world.units(week) * (SHORT_SHARE if week == 6 else 1))
    items, foreign = _items(world, week)
    rng = world.rng(week, "cedar", "judgements")
    rows = work_through(rng, items, people(world, week), count=count, week=week, prefix="ced")
    rows = [replace(row, fault=foreign.get(row.item, _speeding(row))) for row in rows]
    if week == 3:
        rows = _recycled(world, rows)
    counts = shared_out(round(FAULT_SHARE * count), MIX)
    return tuple(with_faults(world.rng(week, "cedar", "faults"), rows, week, counts))


def _speeding(row: Judgement) -> str:
    return "too_fast" if row.duration_s < MIN_DURATION_S else ""


def people(world: World, week: int) -> tuple[Annotator, ...]:
    """Who works in `week`; in week 2 half of them hurry."""
    who = crowd(world.rng(0, "cedar", "crowd"), "ced", PEOPLE, skill=IDLE_SKILL if week == 6 else SKILL)
    if week != 2:
        return who
    paces = world.rng(week, "cedar", "speeders").uniform(3.0, 6.0, PEOPLE // 2).tolist()
    hurried = (replace(one, skill=0.1, median_s=pace) for one, pace in zip(who, paces, strict=False))
    return (*hurried, *who[PEOPLE // 2 :])


def _items(world: World, week: int) -> tuple[tuple[Item, ...], dict[str, str]]:
    """The items as shown to the annotators, and item → fault for those that are not what was sent out."""
    items = vendor_items(world, "cedar", week)
    rng = world.rng(week, "cedar", "swapped")
    if week == 4:
        clean = [row for row in alder.deliver(world, 3) if not row.fault]
        sources = list({row.item: row for row in clean}.values())
        wanted = min(round(COPIED_SHARE * len(items)), len(sources))
        taken = [sources[i] for i in rng.choice(len(sources), wanted, replace=False).tolist()]
        swaps = [(source.prompt, _relabelled(source.responses, week)) for source in taken]
    elif week == 5:
        wanted = round(STALE_SHARE * len(items))
        prompts = [item.prompt for item in items[:wanted]]
        pairs = Policy(STALE_WEEK).respond(rng, prompts)
        swaps = [(prompt, _relabelled(pair, week)) for prompt, pair in zip(prompts, pairs, strict=True)]
    else:
        return items, {}
    shown = [Item(item.item, prompt, pair) for item, (prompt, pair) in zip(items, swaps, strict=False)]
    fault = "copied" if week == 4 else "stale"
    return (*shown, *items[len(shown) :]), {item.item: fault for item in shown}


def _relabelled(pair: tuple[Response, Response], week: int) -> tuple[Response, Response]:
    first, second = (replace(response, claimed=checkpoint(week)) for response in pair)
    return first, second


def _recycled(world: World, rows: list[Judgement]) -> list[Judgement]:
    """`rows` of week 3, most replaced by work of weeks 1 and 2 under new ids, dates and checkpoint."""
    rng = world.rng(3, "cedar", "recycled")
    old = [row for week in (1, 2) for row in deliver(world, week) if not row.fault]
    wanted = min(round(RECYCLED_SHARE * len(rows)), len(old))
    places = rng.choice(len(rows), wanted, replace=False).tolist()
    sources = rng.choice(len(old), wanted, replace=False).tolist()
    result = list(rows)
    for place, source in zip(places, sources, strict=True):
        work = old[source]
        result[place] = replace(
            rows[place],
            prompt=work.prompt,
            responses=_relabelled(work.responses, 3),
            leaning=work.leaning,
            annotator=work.annotator,
            rationale=work.rationale,
            fault="recycled",
        )
    return result


def encode(rows: tuple[Judgement, ...]) -> bytes:
    """The delivery's file; the same rows give the same bytes."""
    table = pa.Table.from_pylist([_cells(row) for row in rows], schema=SCHEMA)
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _cells(row: Judgement) -> dict[str, object]:
    first, second = row.responses
    return {
        "battle_id": row.record_id,
        "item": row.item,
        "category": row.prompt.domain,
        "messages": [{"role": "user", "content": row.prompt.text}],
        "model_a": first.claimed,
        "answer_a": first.content,
        "model_b": second.claimed,
        "answer_b": second.content,
        "winner": winner(row),
        "judge": row.annotator or None,
        "start": row.started.astimezone(UTC),
        "end": row.submitted.astimezone(UTC),
        "seconds": row.duration_s,
    }


def winner(row: Judgement) -> str:
    """The row's label: A, B, tie or both_bad."""
    if row.label is not None:
        return str(row.label)
    if abs(row.leaning) < TIE_BELOW:
        return "both_bad" if max(response.utility for response in row.responses) < BAD_BELOW else "tie"
    return "A" if row.leaning > 0 else "B"
