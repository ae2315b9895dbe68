"""What the records of an example should say: texts, labels of the scheme, people and moments."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contracts.language.expressions import parse
from contracts.model import Contract
from contracts.terms.annotation import Scheme
from contracts.terms.mapping import ValueMap, Values
from contracts.terms.values import Times
from rampart.records.schemes import read_label
from rampart.specification.inversion import response_names

MOST_LABELS = 4  # judgements an example shows
_TEXTS = (
    # best and worst by turns
    ("Name a fruit.", "An apple is a fruit.", "A chair.", "A pear.", "No."),
    ("Name a colour.", "Blue is a colour.", "A table.", "Green.", "Later."),
    ("What is two plus two?", "Two plus two is four.", "Five.", "It is 4.", "A number."),
    ("Name a day of the week.", "Tuesday is a day of the week.", "July.", "Friday.", "Today."),
)
_LISTS = frozenset({"messages", "conversation", "conversations", "turns", "dialogue", "dialog", "history"})
_LIST_NODES = frozenset({"projection", "filter_projection", "multi_select_list", "flatten"})
_LIST_CALLS = frozenset({"shared", "turns", "zip", "map", "from_json"})
_FEW = {
    "thumbs": 1,
    "critique": 1,
    "spans": 1,
    "demonstration": 1,
    "ranking": 3,
    "rating": 2,
    "verifiable": 2,
}
_SECONDS = {"s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0}
_LEAST_DURATION_S = 45.0  # what a careful reader of two short answers takes


def responses_shown(contract: Contract) -> int:
    """How many responses an example's judgement is about."""
    given, kind = contract.delivery.record.responses, contract.annotation.scheme.kind
    if given is None:
        return 0
    if not isinstance(given, str):
        return len(given)
    tree = parse(given)
    return len(tree["children"]) if tree["type"] == "multi_select_list" else _FEW.get(kind, 2)


def labels(scheme: Scheme, responses: int) -> list[Any]:
    """Labels as a vendor would write them, one for each thing the scheme can say; None where it has none."""
    return list(_labels(scheme, responses))[:MOST_LABELS]


def _labels(scheme: Scheme, responses: int) -> Iterator[Any]:
    match scheme.kind:
        case "binary":
            yield from (scheme.a[0], scheme.b[0])
        case "arena":
            yield from (words[0] for words in (scheme.a, scheme.b, scheme.tie, scheme.both_bad) if words)
        case "thumbs":
            yield from (scheme.up[0], scheme.down[0])
        case "category":
            yield from (words[0] for words in scheme.categories.values())
        case "likert":
            spoken = {number: text for text, number in reversed(scheme.words.items())}
            yield from (spoken.get(number, number) for number in (scheme.low, scheme.high))
        case "rating":
            best, worst = (scheme.high, scheme.low) if scheme.higher_is_better else (scheme.low, scheme.high)
            yield [_whole(best), *[_whole(worst)] * (responses - 1)]
        case "ranking":
            ranks = list(range(1, responses + 1))
            yield ranks if scheme.best == "low" else ranks[::-1]
        case "verifiable":
            passed, failed = _results(scheme.threshold, scheme.passed, scheme.failed)
            yield [passed, *[failed] * (responses - 1)]
        case "spans":
            yield [{"start": 0, "end": 2, "label": scheme.labels[0]}]
        case _:
            yield None


def _results(threshold: float | None, passed: Any, failed: Any) -> tuple[Any, Any]:
    return (passed[0], failed[0]) if threshold is None else (_whole(threshold + 1), _whole(threshold - 1))


def _whole(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def wanted(contract: Contract, item: int, judgement: int, label: Any) -> dict[str, Any]:
    """Field of the record → the value that should be delivered for it, in the vendor's own words.

    Args:
        contract: the terms.
        item: which of the example's items, from 0; it has a prompt and responses of its own.
        judgement: which judgement of the example, from 0; each is another annotator's.
        label: what it says.
    """
    count = responses_shown(contract)
    prompt, *answers = _TEXTS[item % len(_TEXTS)]
    texts = _fitting(answers + [f"Answer {place}." for place in range(5, count + 1)], contract, label, count)
    record = contract.delivery.record
    user = next((theirs for theirs, ours in contract.delivery.roles.items() if ours == "user"), "user")
    allowed = contract.on_policy.allowed(1) or tuple(f"model-{place}" for place in range(1, count + 1))
    responses = [
        {
            "content": text,
            "checkpoint_id": allowed[place % len(allowed)],
            "response_id": name,
        }
        for place, (text, name) in enumerate(zip(texts, response_names(count), strict=True))
    ]
    message = {"role": user, "content": prompt}
    listed = record.prompt is not None and gives_messages(record.prompt, contract)
    told = {
        "label": label,
        "responses": responses if _of_objects(contract) else texts,
        "prompt": [message] if listed else prompt,
        "item_id": f"item-{item + 1}",
        "work_order_item": f"item-{item + 1}",
        "conversation_id": f"conversation-{item + 1}",
        "turn": 1,
        "annotator_id": f"annotator-{judgement + 1}",
        "record_id": f"example-{judgement + 1}",
        "prompt_author_id": "author-1",
        "rationale": "Judged by whether it says what was asked for.",
        "verifier": "checked",
        "aspects": {axis: [1] * count if count > 1 else 1 for axis in contract.annotation.aspects} or None,
        "guideline_version": contract.annotation.guideline and contract.annotation.guideline.version,
        **_kinds(contract),
        **_moments(contract, judgement),
    }
    return {name: value for name, value in told.items() if value is not None}


def _fitting(answers: list[str], contract: Contract, label: Any, count: int) -> list[str]:
    """`count` answers, the better ones where `label` says so; a tie has two of a kind."""
    said = read_label(contract.annotation.scheme, label, count)
    if said is None or said.ranking is None:
        return answers[:count]
    if count == 2 and said.ranking == (1, 1):
        return answers[1::2][:2] if said.both_bad else answers[0::2][:2]
    best_first = sorted(range(count), key=lambda place: said.ranking[place])  # type: ignore[index]
    found = answers[:count]
    for answer, place in zip(answers, best_first, strict=False):
        found[place] = answer
    return found


def gives_messages(text: str, contract: Contract) -> bool:
    """Is a prompt read by `text` a list of messages, as far as its syntax and names show?"""
    tree = parse(text)
    while tree["type"] in ("subexpression", "pipe", "or_expression"):
        tree = tree["children"][0 if tree["type"] == "or_expression" else -1]
    if tree["type"] == "function_expression":
        return tree["value"] in _LIST_CALLS
    named = tree["type"] == "field" and tree["value"].lower() in _LISTS
    return tree["type"] in _LIST_NODES or (named and contract.delivery.rows.format != "csv")


def _of_objects(contract: Contract) -> bool:
    """Are the responses of one expression objects? Plain texts where nothing asks for more."""
    given = contract.delivery.record.responses
    if not isinstance(given, str):
        return True
    tree = parse(given)
    while tree["type"] in ("subexpression", "pipe", "projection", "filter_projection", "multi_select_list"):
        below = tree["children"]
        first = tree["type"] == "multi_select_list" or below[1]["type"] == "identity"
        tree = below[0] if first else below[1]
    if tree["type"] == "field" and given != tree["value"]:
        return False  # the texts themselves
    builds = tree["type"] == "multi_select_dict" or tree.get("value") in ("zip", "map")
    return builds or bool(contract.on_policy.checkpoints) or "checkpoint_id" in contract.required


def _kinds(contract: Contract) -> dict[str, Any]:
    mix, values = contract.mix, contract.delivery.values
    planned = {"domain": mix.domain, "language": mix.language, "difficulty": mix.difficulty}
    found: dict[str, Any] = {"domain": "general", "language": "en", "difficulty": "easy"}
    found |= {name: next(iter(shares.shares)) for name, shares in planned.items() if shares}
    prices = contract.phase(1).prices
    found["unit_kind"] = next(iter(prices), "single")
    return {name: _theirs(name, ours, values) for name, ours in found.items()}


def _theirs(name: str, ours: str, values: Values) -> str:
    """The vendor's word for `ours`, where the contract has one; else any word it lists."""
    words: ValueMap | None = getattr(values, name)
    if words is None:
        return ours
    return next((theirs for theirs, meant in words.map.items() if meant == ours), next(iter(words.map)))


def _moments(contract: Contract, judgement: int) -> dict[str, Any]:
    duration = _duration_s(contract)
    begun = contract.term.week_start(1) + timedelta(days=1, hours=9, minutes=10 * judgement)
    times, zone = contract.delivery.times, ZoneInfo(contract.term.timezone)
    return {
        "started_at": _written(begun.astimezone(zone), times),
        "submitted_at": _written((begun + timedelta(seconds=duration)).astimezone(zone), times),
        "duration_s": _span(duration, times),
    }


def _duration_s(contract: Contract) -> float:
    least, most = contract.gates.min_duration_s or 0.0, contract.gates.max_duration_s
    usual = max(_LEAST_DURATION_S, 2 * least)
    return usual if most is None or usual <= most else (least + most) / 2


def _written(moment: datetime, times: Times) -> Any:
    match times.formats[0]:
        case "iso8601":
            return moment.isoformat()
        case "epoch_s":
            return int(moment.timestamp())
        case "epoch_ms":
            return int(moment.timestamp() * 1000)
        case pattern:
            return moment.strftime(pattern)


def _span(seconds: float, times: Times) -> Any:
    if times.duration == "clock":
        return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
    return _whole(round(seconds / _SECONDS[times.duration], 6))
