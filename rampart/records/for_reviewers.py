"""A record as a reviewer sees it: what was asked, what was answered, what was judged; not by whom."""

from collections.abc import Mapping, Sequence
from typing import Any

# What it takes of the canonical record; ids, places, people, times and models are left out.
FIELDS = (
    *("prompt", "responses", "ranking", "both_bad", "strength", "ratings", "category", "aspects"),
    *("raw_label", "rationale"),
)
MOST_COLUMNS = 4  # responses that get a column each; more stand one below the other in one


def columns_for(records: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The columns a sheet of `records` needs."""
    most = max((len(one["responses"] or ()) for one in records), default=0)
    one_each = tuple(f"response_{place}" for place in range(1, most + 1))
    responses = one_each if most <= MOST_COLUMNS else ("responses",)
    rationale = ("rationale",) if any(one["rationale"] for one in records) else ()
    return ("prompt", *responses, "judgement", *rationale)


def shown(record: Mapping[str, Any], columns: Sequence[str]) -> tuple[str, ...]:
    """What stands in `columns` for `record`."""
    responses = [str(one["content"] or "") for one in record["responses"] or ()]
    cells = {f"response_{place}": text for place, text in enumerate(responses, 1)}
    cells["responses"] = "\n\n".join(f"[{place}] {text}" for place, text in enumerate(responses, 1))
    cells |= {"prompt": _conversation(record["prompt"]), "rationale": record["rationale"] or ""}
    cells["judgement"] = judgement(record)
    return tuple(cells.get(name, "") for name in columns)


def judgement(record: Mapping[str, Any]) -> str:
    """What the annotator judged, in words."""
    said = [
        f"category: {record['category']}" if record["category"] else "",
        "both are bad" if record["both_bad"] else _ranked(record["ranking"]),
        f"strength {record['strength']:.2g} of 1" if record["strength"] is not None else "",
        f"ratings, in order: {_numbers(record['ratings'])}" if record["ratings"] else "",
        *(f"{one['axis']}: {_numbers(one['scores'])}" for one in record["aspects"] or ()),
    ]
    return "; ".join(filter(None, said)) or f"label: {record['raw_label'] or 'none'}"


def _conversation(prompt: Sequence[Mapping[str, Any]] | None) -> str:
    messages = list(prompt or ())
    if len(messages) == 1 and messages[0]["role"] in (None, "user"):
        return str(messages[0]["content"] or "")
    return "\n\n".join(f"{one['role'] or 'text'}: {one['content'] or ''}" for one in messages)


def _ranked(ranking: Sequence[int] | None) -> str:
    if not ranking:
        return ""
    if len(set(ranking)) == 1:
        return "all are as good" if len(ranking) > 1 else ""
    if len(ranking) == 2:
        return f"response {1 if ranking[0] < ranking[1] else 2} is better"
    places = sorted(set(ranking))
    groups = [[str(at) for at, rank in enumerate(ranking, 1) if rank == place] for place in places]
    return f"responses, best first: {' > '.join(' = '.join(group) for group in groups)}"


def _numbers(values: Sequence[float | None]) -> str:
    return ", ".join("none" if value is None else f"{value:g}" for value in values)
