"""The fields beside prompt, responses and label: ids, people, moments, domain, language, gold."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from statistics import median

from rampart.drafting import names
from rampart.drafting.columns import Column, Table
from rampart.drafting.draft import Draft
from rampart.drafting.moments import map_moments
from rampart.drafting.names import Path, called

_LONGEST_ID = 100
# Units by the parts of a name; a duration in no unit is in seconds.
_UNITS = {"ms": "ms", "msec": "ms", "millis": "ms", "millisecond": "ms", "milliseconds": "ms",
          "minutes": "min", "mins": "min", "hours": "h"}  # fmt: skip
_IN_SECONDS = {"s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0}
_NOT_TAKEN = {"difference", "diff", "limit", "max", "min", "allowed"}  # times that nobody took


@dataclass(frozen=True)
class _Wanted:
    """A field, the names it goes by and how strongly one must say so, and what its values look like."""

    field: str
    lexicon: dict[str, int]
    least: int
    fits: Callable[[Column], bool]
    why: str


def map_details(draft: Draft, table: Table, pace: bool = True) -> None:
    """Map what else the columns not used yet hold. `pace`: is a row one judgement, so that it took a time?"""
    free = [column for column in table.scalars if column.path not in draft.used]
    for wanted in _WANTED:
        _map(draft, free, wanted)
    if pace:
        map_moments(draft, free)
        _map_duration(draft, free)
    map_ids(draft, table)


def _map(draft: Draft, free: list[Column], wanted: _Wanted) -> Column | None:
    if wanted.field in draft.record:
        return None
    fitting = [column for column in free if column.path not in draft.used and wanted.fits(column)]
    best = max(fitting, key=lambda column: called(column.path, wanted.lexicon), default=None)
    if best is None or called(best.path, wanted.lexicon) < wanted.least:
        return None
    draft.used.add(best.path)
    few = ", ".join(text for text, _ in best.vocabulary.most_common(6)) if best.longest <= 60 else ""
    draft.map(wanted.field, best.expression, wanted.why.format(n=len(best.vocabulary), few=few))
    return best


def _map_duration(draft: Draft, free: list[Column]) -> None:
    wanted = _Wanted("duration_s", names.DURATION, 4, _is_duration, "how long it took, by name and size")
    column = _map(draft, free, wanted)
    if column is not None and _unit(column) != "s":
        times = {**draft.delivery.get("times", {}), "duration": _unit(column)}
        draft.part("times", times, "the unit is in the duration's name", "sure")


def _unit(column: Column) -> str:
    return next((_UNITS[part] for part in column.words if part in _UNITS), "s")


def _is_duration(column: Column) -> bool:
    """A time a judgement may take: half a second to two hours in the median."""
    if not column.numbers or set(column.words) & _NOT_TAKEN or min(column.numbers) < 0:
        return False
    return 0.5 <= median(column.numbers) * _IN_SECONDS[_unit(column)] <= 7_200


def _is_id(column: Column) -> bool:
    if column.kind not in ("number", "text") or column.length > _LONGEST_ID:
        return False
    return all(v.is_integer() if isinstance(v, float) else " " not in str(v).strip() for v in column.filled)


def _is_person(column: Column) -> bool:
    """An id or a name."""
    if column.kind not in ("number", "text") or column.length > _LONGEST_ID:
        return False
    return all(value.is_integer() for value in column.filled if isinstance(value, float))


def _few_words(column: Column) -> bool:
    return (
        column.kind == "text"
        and column.all_text
        and column.length <= 60
        and len(column.vocabulary) <= max(60, 0.2 * len(column.filled))
    )


def _is_prose(column: Column) -> bool:
    return column.kind == "text" and column.all_text and column.length >= 15


def _is_whole(column: Column) -> bool:
    return bool(column.numbers) and all(n.is_integer() and abs(n) < 2**31 for n in column.numbers)


_WANTED = (
    _Wanted("annotator_id", names.WORKER, 4, _is_person, "{n:,} people; kept as keyed hashes only"),
    _Wanted("domain", names.DOMAIN, 3, _few_words, "{n} values: {few}"),
    _Wanted("language", names.LANGUAGE, 4, _few_words, "{n} values: {few}"),
    _Wanted("difficulty", names.DIFFICULTY, 4, _few_words, "{n} values: {few}"),
    _Wanted("rationale", names.RATIONALE, 4, _is_prose, "text, named so"),
    _Wanted("conversation_id", names.CONVERSATION, 4, _is_id, "named so"),
    _Wanted("turn", {"turn": 6, "round": 3}, 3, _is_whole, "whole numbers, named so"),
)


def map_ids(draft: Draft, table: Table) -> None:
    """Map the record's and the item's id, proven unique on the sample or built from what is."""
    if "record_id" in draft.record:
        return
    split = _split_key(draft)
    free = [c for c in table.scalars if c.path not in draft.used and _is_id(c)]
    ranked = sorted(
        free, key=lambda c: called(c.path, names.RECORD) + called(c.path, names.ITEM), reverse=True
    )
    ids = [c for c in ranked if called(c.path, names.RECORD) + called(c.path, names.ITEM) >= 2]
    unique = next((c for c in ids if c.unique), None)
    if split is None and unique is not None:
        draft.used.add(unique.path)
        draft.map("record_id", unique.expression, "unique in the sample", "sure")
        _map(draft, ids, _Wanted("item_id", names.ITEM, 4, _repeats_some, "what several people judged"))
        return
    named = [c for c in ids if called(c.path, names.ITEM) >= 3 and _many(c)]
    item = unique if split else next((c for c in (*_looked_up(draft, table), *named)), None)
    if item is None:
        return
    draft.used.add(item.path)
    draft.map("item_id", item.expression, f"{len(set(map(str, item.filled))):,} items in the sample")
    worker = draft.record.get("annotator_id")
    if split:
        why = "the item and the place in its row: unique in the sample"
        draft.map("record_id", f"join('-', [{_text(item)}, {split}])", why, "sure")
    elif worker and _unique_together(item, _column(table, worker)):
        draft.map(
            "record_id",
            f"join('-', [{_text(item)}, {_text(_column(table, worker))}])",
            "item and worker together are unique in the sample",
            "sure",
        )


def _looked_up(draft: Draft, table: Table) -> list[Column]:
    """The column by which rows find their item in another file."""
    keys = [join["on"] for join in draft.delivery.get("join", ())]
    return [found for key in keys if isinstance(key, str) and (found := _column(table, key))]


def _repeats_some(column: Column) -> bool:
    return _is_id(column) and not column.kinds_apart and _many(column)


def _many(column: Column) -> bool:
    """Are there so many values that they can be ids, and not words for a few things?"""
    return len({str(value) for value in column.filled}) >= max(3, 0.02 * len(column.values))


def _split_key(draft: Draft) -> str | None:
    each = draft.delivery.get("each")
    if not each:
        return None
    name = each["as"]
    return f"{name}.key" if each["in"].startswith("{") else f"to_string({name}.number)"


def _column(table: Table, expression: str) -> Column | None:
    return next((c for c in table.columns.values() if c.expression == expression), None)


def _text(column: Column | None) -> str:
    if column is None:
        return "''"
    return column.expression if column.all_text else f"to_string({column.expression})"


def _unique_together(one: Column, other: Column | None) -> bool:
    if other is None or not (one.full and other.full):
        return False
    pairs = list(zip(map(str, one.values), map(str, other.values), strict=True))
    return len(set(pairs)) == len(pairs)


def map_gold(draft: Draft, table: Table, vocabulary: Collection[str]) -> Column | None:
    """Map the known answer: a column named so, whose values are labels."""
    fitting = [
        column
        for column in table.scalars
        if column.path not in draft.used
        and column.vocabulary
        and called(column.path, names.GOLD) >= 3
        and len(set(column.vocabulary) - set(vocabulary)) <= 0.5 * len(column.vocabulary)
    ]
    best = max(fitting, key=lambda column: called(column.path, names.GOLD), default=None)
    if best is not None:
        draft.used.add(best.path)
        draft.map("gold", best.expression, "the label's own values, named as the truth")
    return best


def unused(table: Table, used: Collection[Path]) -> list[str]:
    """Columns that no term reads, by name."""
    return [
        ".".join(path)
        for path, column in table.columns.items()
        if path not in used
        and column.kind not in ("object", "empty")
        and not any(path[: len(one)] == one for one in used)
    ]
