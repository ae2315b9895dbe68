"""One response in a row: good or bad, scored, graded, criticised, or written to be learnt from."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from rampart.drafting import names
from rampart.drafting.columns import Column, Table
from rampart.drafting.draft import Draft, Sure
from rampart.drafting.meanings import as_word, scale
from rampart.drafting.messages import Messages, messages_in, parted
from rampart.drafting.names import called, name_of
from rampart.drafting.prompts import add_roles, map_prompt, no_prompt, text_of
from rampart.drafting.series import series_in

_UP = {
    "true", "1", "up", "good", "thumbs_up", "yes", "like", "liked", "positive", "desirable", "pass", "passed",
    "correct", "right", "accept", "accepted", "success", "ok", "valid",
}  # fmt: skip
_DOWN = {
    "false", "0", "-1", "down", "bad", "thumbs_down", "no", "dislike", "disliked", "negative", "undesirable",
    "fail", "failed", "incorrect", "wrong", "reject", "rejected", "failure", "error", "invalid",
}  # fmt: skip
_COUNTED = {
    "id": 6, "idx": 6, "index": 6, "turn": 6, "count": 5, "length": 6, "tokens": 6, "num": 5, "seed": 6,
    "temperature": 6, "year": 6, "age": 6,
}  # fmt: skip
_MOST_AXES = 12


def one_response(table: Table) -> Iterator[Draft]:
    """Every way to read the rows as one response each."""
    for draft in (*_text_response(table), *_conversation(table)):
        yield from _graded(draft, table)
        yield from _thumbs(draft, table)
        yield from _rated(draft, table)
        yield from _criticised(draft, table)
        done = deepcopy(draft)
        done.shape = "a prompt and one written answer"
        done.scheme({"kind": "demonstration"}, "no column looks like a label", "likely")
        yield done


def _text_response(table: Table) -> Iterator[Draft]:
    columns = [
        c for c in table.columns.values() if c.kind in ("text", "mixed") and called(c.path, names.RESPONSE)
    ]
    columns = [c for c in columns if called(c.path, names.RESPONSE) > called(c.path, names.PROMPT)]
    sided = [s for s in series_in(table.columns.values()) if s.decided or s.called(names.RESPONSE) >= 3]
    columns = [c for c in columns if not any(c.path in series.paths for series in sided)]
    columns += [c for c in table.columns.values() if c not in columns and _answer_alone(c)]
    for column in sorted(columns, key=lambda c: called(c.path, names.RESPONSE), reverse=True)[:2]:
        draft = Draft("one response")
        draft.used.add(column.path)
        why = f"text of {column.length:,.0f} characters (median), named so"
        draft.map("responses", [{"content": _content(column), **_model(draft, table)}], why, "sure")
        if not map_prompt(draft, table, draft.used):
            if called(column.path, names.RESPONSE) < 4:
                continue  # a text alone is what is judged, not an answer to something
            no_prompt(draft)
        yield draft


def _answer_alone(column: Column) -> bool:
    """A list of one message, the answer, as in KTO's conversational form."""
    found = messages_in(column)
    return bool(found and set(found.lengths) == {1} and called(column.path, names.RESPONSE) >= 5)


def _content(column: Column) -> str:
    found = messages_in(column)
    return f"{column.expression}[0].{name_of(found.text)}" if found else text_of(column)


def _model(draft: Draft, table: Table) -> dict[str, str]:
    models = [
        c for c in table.scalars if c.kind == "text" and c.length <= 80 and called(c.path, names.MODEL) >= 4
    ]
    if not models:
        return {}
    best = max(models, key=lambda c: called(c.path, names.MODEL))
    draft.used.add(best.path)
    return {"checkpoint_id": best.expression}


def _conversation(table: Table) -> Iterator[Draft]:
    """A list of messages that ends with the answer."""
    found = [m for c in table.columns.values() if (m := messages_in(c)) and m.ends_with_answer]
    for conversation in found[:1]:
        if min(conversation.lengths) < 2:
            continue
        draft = Draft("a conversation that ends with the answer")
        draft.used.add(conversation.column.path)
        _map_conversation(draft, conversation, table)
        yield draft


def _map_conversation(draft: Draft, found: Messages, table: Table) -> None:
    prompt, response = parted(found)
    draft.map("prompt", prompt, "all messages but the last", "sure")
    draft.map("responses", [{"content": response, **_model(draft, table)}], "the last message", "sure")
    add_roles(draft, [found])


def _open(draft: Draft, table: Table) -> list[Column]:
    return [c for c in table.scalars if c.path not in draft.used and len(c.filled) * 2 >= len(c.values)]


def _graded(draft: Draft, table: Table) -> Iterator[Draft]:
    """A program's result: words for passed and failed."""
    columns = [c for c in _open(draft, table) if called(c.path, names.PASSED) >= 4 and _two_ways(c)]
    for column in sorted(columns, key=lambda c: -called(c.path, names.PASSED))[:1]:
        found = deepcopy(draft)
        found.shape += ", graded"
        found.used.add(column.path)
        found.map(
            "label", f"[{column.expression}]", "the grader's result, one for the one response", "likely"
        )
        found.scheme(*verdict_words(column))
        verifier = [
            c
            for c in table.columns.values()
            if c.path not in found.used
            and called(c.path, {"verifier": 6, "tests": 5, "test": 4, "grader": 6}) >= 4
        ]
        if verifier:
            found.used.add(verifier[0].path)
            found.map("verifier", verifier[0].expression, "what the grader said, kept as evidence")
        yield found


def _two_ways(column: Column) -> bool:
    said = set(column.vocabulary)
    return 0 < len(said) <= 8 and said <= (_UP | _DOWN)


def _thumbs(draft: Draft, table: Table) -> Iterator[Draft]:
    columns = [c for c in _open(draft, table) if called(c.path, names.LABEL) >= 3 and _two_ways(c)]
    for column in sorted(columns, key=lambda c: -called(c.path, names.LABEL))[:1]:
        found = deepcopy(draft)
        found.shape += ", good or bad"
        found.used.add(column.path)
        up = [as_word(text) for text in column.vocabulary if text in _UP]
        down = [as_word(text) for text in column.vocabulary if text in _DOWN]
        seen = f"{len(column.vocabulary)} values in {len(column.values):,} rows: "
        seen += ", ".join(map(str, [*up, *down]))
        sure: Sure = "likely" if up and down else "edit"
        found.scheme({"kind": "thumbs", "up": up or ["up"], "down": down or ["down"]}, seen, sure)
        found.map("label", column.expression, seen, "likely")
        yield found


def _rated(draft: Draft, table: Table) -> Iterator[Draft]:
    """Scores of one response: the overall one is the label, the others are aspects."""
    axes = [c for c in _open(draft, table) if _is_score(c)]
    weights = {**names.SCORE, **names.LABEL, "helpfulness": 4, "overall": 6, "quality": 4}
    if not axes or (len(axes) < 2 and called(axes[0].path, weights) < 3):
        return
    label = max(axes, key=lambda c: called(c.path, weights))
    found = deepcopy(draft)
    found.shape += ", scored"
    found.used |= {c.path for c in axes[:_MOST_AXES]} | {label.path}
    low, high = scale(label.numbers)
    terms: dict[str, Any] = {"kind": "rating", "low": low, "high": high}
    terms = {k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in terms.items()}
    seen = f"{'.'.join(label.path)} runs from {min(label.numbers):g} to {max(label.numbers):g} in the sample"
    found.scheme(terms, f"{seen}; is the scale {low:g} to {high:g}?", "edit")
    sure: Sure = "likely" if len(axes) == 1 else "edit"
    found.map(
        "label", f"[{label.expression}]", "one score for the one response; is this the one that counts?", sure
    )
    others = [c for c in axes[:_MOST_AXES] if c.path != label.path]
    if others:
        fields = ", ".join(f"{name_of('.'.join(c.path))}: {c.expression}" for c in others)
        found.map("aspects", f"{{{fields}}}", f"{len(others)} more scores beside the label")
    yield found


def _is_score(column: Column) -> bool:
    """A number of few values that is no id, count, time or person."""
    if not column.numbers or len(set(column.numbers)) > 101 or max(map(abs, column.numbers)) > 100:
        return False
    if len(set(column.numbers)) < 2:
        return False
    other = (names.WORKER, names.DURATION, names.MODEL, _COUNTED)
    return (
        not any(called(column.path, lexicon) >= 3 for lexicon in other)
        or called(column.path, names.SCORE) >= 5
    )


def _criticised(draft: Draft, table: Table) -> Iterator[Draft]:
    texts = [c for c in _open(draft, table) if c.kind == "text" and c.all_text and c.length >= 15]
    texts = [c for c in texts if called(c.path, names.CRITIQUE) >= 3]
    for column in texts[:1]:
        found = deepcopy(draft)
        found.shape += " and a critique"
        found.used.add(column.path)
        found.map("rationale", column.expression, "what is wrong with the response, in words", "sure")
        found.scheme({"kind": "critique"}, "a text named so, and no label")
        yield found


def verdict_words(column: Column) -> tuple[dict[str, Any], str, Sure]:
    """The scheme of a program's results, from the words seen."""
    said = list(column.vocabulary)
    passed, failed = [t for t in said if t in _UP], [t for t in said if t in _DOWN]
    sure: Sure = "likely" if passed and failed else "edit"
    terms = {
        "kind": "verifiable",
        "passed": [as_word(t) for t in passed] or ["true"],
        "failed": [as_word(t) for t in failed] or ["false"],
    }
    return terms, f"{', '.join(text[:40] for text in said[:8])}", sure
