"""Columns of moments: told by their values, and by name which of them is the start and which the end."""

from datetime import datetime

from rampart.drafting import names
from rampart.drafting.columns import Column
from rampart.drafting.draft import Draft
from rampart.drafting.names import called

_PATTERNS = ("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M",
             "%Y/%m/%d %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%d %b %Y %H:%M:%S")  # fmt: skip


def moments(column: Column) -> tuple[str, datetime] | None:
    """The format a column's moments are written in and the earliest, or None where they are none."""
    if column.kind == "moment":
        stamps = [value for value in column.filled if isinstance(value, datetime)]
        return ("iso8601", min(stamps, key=str)) if len(stamps) == len(column.filled) else None
    if column.numbers:
        low, high = min(column.numbers), max(column.numbers)
        for format_, unit in (("epoch_s", 1.0), ("epoch_ms", 1000.0)):
            if 9e8 * unit <= low and high <= 4e9 * unit:  # 1998 to 2096
                return format_, datetime.fromtimestamp(low / unit)  # noqa: DTZ006 (a year is all it is for)
        return None
    if column.kind != "text" or not column.all_text:
        return None
    for format_ in ("iso8601", *_PATTERNS):
        found = [_moment(value, format_) for value in column.filled]
        if all(found):
            return format_, min((one for one in found if one), key=lambda one: one.replace(tzinfo=None))
    return None


def _moment(text: str, format_: str) -> datetime | None:
    try:
        if format_ == "iso8601":
            return datetime.fromisoformat(text.strip())
        return datetime.strptime(text.strip(), format_)  # noqa: DTZ007 (the contract's zone is not known here)
    except ValueError:
        return None


def map_moments(draft: Draft, free: list[Column]) -> None:
    """Map when a judgement began and was handed in, with the format they are written in."""
    stamped = {c.path: (c, found) for c in free if c.path not in draft.used and (found := moments(c))}
    formats: list[str] = []
    for field, lexicon in (("started_at", names.STARTED), ("submitted_at", names.SUBMITTED)):
        best = max(stamped.values(), key=lambda one: called(one[0].path, lexicon), default=None)
        if best is None or not (called(best[0].path, lexicon) or (field == "submitted_at" and not formats)):
            continue
        column, (format_, first) = stamped.pop(best[0].path)
        if formats and format_ not in formats:
            continue  # one contract reads moments in one way
        formats.append(format_)
        draft.used.add(column.path)
        draft.map(field, column.expression, f"moments as {format_}, the earliest of {first:%Y-%m-%d}")
    if formats and formats[0] != "iso8601":
        draft.part("times", {"format": formats[0]}, "read from the values", "sure")
