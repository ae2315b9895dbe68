"""A row or a record for a terminal: a field a line, cut to what one looks at, nothing in it acts."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rampart.cli.tables import safe

LONGEST = 160  # characters of one value
MOST_PARTS = 5  # messages or responses printed
MOST_FIELDS = 40  # of a row printed


def record_lines(values: Mapping[str, Any], longest: int = LONGEST) -> Iterator[str]:
    """`name: value` a line; lists of objects take a line for each. Values are cut to `longest` characters."""
    for number, (name, value) in enumerate(values.items()):
        if number == MOST_FIELDS:
            yield f"… and {len(values) - MOST_FIELDS:,} more fields"
            return
        if value in (None, "", [], {}) and name not in ("raw_label", "ranking", "prompt", "responses"):
            continue
        head = f"[bold]{safe(name)}[/]"
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield head
            shown = enumerate(value[:MOST_PARTS])
            yield from (f"  {_short(_told(one, place), longest)}" for place, one in shown)
            if value[MOST_PARTS:]:
                yield f"  … and {len(value) - MOST_PARTS:,} more"
        else:
            yield f"{head}: {_short(value, longest)}"


def _told(value: Any, place: int) -> Any:
    """One part of a list: messages and responses as people write them, anything else as it is."""
    if not isinstance(value, dict) or not isinstance(value.get("content"), str):
        return value
    if "role" in value:
        return f"{value['role']}: {value['content']}"
    names = [str(value[name]) for name in ("response_id", "checkpoint_id") if value.get(name)]
    return f"[{place}, {' from '.join(names)}] {value['content']}"


def _short(value: Any, longest: int) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return safe(text if len(text) <= longest else f"{text[:longest]}…")
