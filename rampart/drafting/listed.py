"""Responses in one list: objects with a text and a rank or score, or texts with a list beside them."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from contracts.language.words import as_number
from rampart.drafting import names
from rampart.drafting.columns import Column, Table, elements, is_blank
from rampart.drafting.draft import Draft
from rampart.drafting.meanings import comparative
from rampart.drafting.messages import messages_in
from rampart.drafting.names import called
from rampart.drafting.prompts import map_prompt, no_prompt
from rampart.drafting.scores import say_scored
from rampart.drafting.single import verdict_words

_LISTS = {**names.RESPONSE, "responses": 6, "options": 4, "replies": 5, "comments": 3, "item": 2}


def in_a_list(table: Table) -> Iterator[Draft]:
    """Every way to read the rows as a list of responses each."""
    for column in table.columns.values():
        if column.kind != "list" or max(map(len, column.filled), default=0) < 2:
            continue
        if (said := messages_in(column)) and "user" in said.says:
            continue  # a conversation, not answers to one
        if all(isinstance(one, dict) for value in column.filled for one in value):
            yield from _of_objects(table, column)
        elif all(isinstance(one, str) for value in column.filled for one in value):
            yield from _of_texts(table, column)


def _of_objects(table: Table, column: Column) -> Iterator[Draft]:
    inner = Table(elements(column))
    texts = [c for c in inner.scalars if c.kind == "text" and c.all_text]
    texts.sort(key=lambda c: called(c.path, names.RESPONSE) + min(c.length / 40, 4), reverse=True)
    if not texts or not (called(texts[0].path, names.RESPONSE) or called(column.path, _LISTS)):
        return
    text = texts[0]
    draft = _begun(table, column, f"a list of up to {max(map(len, column.filled))} responses")
    models = [c for c in inner.scalars if called(c.path, names.MODEL) >= 3 and c.path != text.path]
    parts = {"content": text, **({"checkpoint_id": models[0]} if models else {})}
    for judge in _judged_by(inner, text):
        found = deepcopy(draft)
        gaps = not judge.full
        keep = f"{column.expression}[?{judge.expression} != null]" if gaps else f"{column.expression}[]"
        fields = ", ".join(f"{name}: {c.expression}" for name, c in parts.items())
        found.map("responses", f"{keep}.{{{fields}}}", _why(column, text, models), "sure")
        found.map("label", f"{keep}.{judge.expression}", f"one {judge.path[-1]} for each response", "likely")
        rows = [_numbers(value, judge) for value in column.filled]
        if judge.kind == "flag" or not judge.numbers:
            found.scheme(*verdict_words(judge))
        else:
            ranks = called(judge.path, names.RANK) >= called(judge.path, names.SCORE)
            say_scored(found, rows, ranks=ranks)
            _say_order(found, rows, ranks)
        yield found
    if all(len(value) == 2 for value in column.filled):
        fields = ", ".join(f"{name}: {c.expression}" for name, c in parts.items())
        draft.map("responses", f"{column.expression}[].{{{fields}}}", _why(column, text, models), "sure")
        yield from _chosen_by_place(draft, table)


def _why(column: Column, text: Column, models: list[Column]) -> str:
    said = f"the list {'.'.join(column.path)}: {'.'.join(text.path)} is text of {text.length:,.0f} characters"
    return said + (f"; models from {'.'.join(models[0].path)}" if models else "")


def _judged_by(inner: Table, text: Column) -> list[Column]:
    """Fields of a response that say how good it is: the likeliest first."""
    weights = {**names.SCORE, **names.RANK}
    graded = [
        c
        for c in inner.scalars
        if c.path != text.path
        and c.numbers
        and called(c.path, weights) >= 3
        and len(c.filled) * 10 >= len(c.values)
    ]
    passed = [c for c in inner.scalars if c.kind == "flag" and called(c.path, names.PASSED) >= 3]
    graded.sort(key=lambda c: (called(c.path[-1:], weights), -len(c.path)), reverse=True)
    return [*graded[:2], *passed[:1]]


def _numbers(value: list[dict[str, Any]], judge: Column) -> list[float | None]:
    def at(one: Any) -> Any:
        for key in judge.path:
            one = one.get(key) if isinstance(one, dict) else None
        return one

    return [as_number(at(one)) for one in value]


def _say_order(draft: Draft, rows: list[list[float | None]], ranks: bool) -> None:
    """Files that are sorted from the best to the worst do not show the order on the screen."""
    whole = [[n for n in row if n is not None] for row in rows]
    strict = [row for row in whole if len(set(row)) > 1]
    is_sorted = [row == sorted(row, reverse=not ranks) for row in strict]
    if strict and sum(is_sorted) >= 0.95 * len(strict):
        draft.order_unknown("the lists are sorted from the best to the worst", "sure")


def _of_texts(table: Table, column: Column) -> Iterator[Draft]:
    if not called(column.path, _LISTS):
        return
    lengths = [len(value) if isinstance(value, list) else 0 for value in column.values]
    beside = [
        c
        for c in table.columns.values()
        if c.kind == "list"
        and c.path != column.path
        and [len(v) if isinstance(v, list) else 0 for v in c.values] == lengths
    ]
    draft = _begun(table, column, f"a list of up to {max(lengths)} responses")
    models = [c for c in beside if called(c.path, names.MODEL) >= 3 and _plain(c, str)]
    taken = {column.path, *(c.path for c in beside)}
    draft.used |= taken - draft.used if models else set()
    whole = f"zip({{content: {column.expression}, checkpoint_id: {models[0].expression}}})" if models else ""
    why = f"the list {'.'.join(column.path)}" + (
        f"; models from {'.'.join(models[0].path)}" if models else ""
    )
    draft.map("responses", whole or column.expression, why, "sure")
    for judge in beside:
        found = deepcopy(draft)
        found.used.add(judge.path)
        flat = Column(judge.path, tuple(one for value in judge.filled for one in value))
        found.map("label", judge.expression, "a list as long as the responses", "sure")
        rows = [[as_number(one) for one in value] for value in judge.filled]
        if flat.numbers and called(judge.path, {**names.SCORE, **names.RANK}) >= 3:
            ranks = called(judge.path, names.RANK) >= called(judge.path, names.SCORE)
            say_scored(found, rows, ranks=ranks)
            _say_order(found, rows, ranks)
            yield found
        elif len(flat.vocabulary) == 2 and called(judge.path, {**names.PASSED, **names.LABEL}) >= 3:
            found.scheme(*verdict_words(flat))
            yield found
    if set(lengths) == {2}:
        yield from _chosen_by_place(draft, table)


def _chosen_by_place(draft: Draft, table: Table) -> Iterator[Draft]:
    """The label as the better one's place in a list of two."""
    columns = [c for c in table.scalars if c.path not in draft.used and 0 < len(c.vocabulary) <= 8]
    for column in sorted(columns, key=lambda c: -called(c.path, names.LABEL)):
        if called(column.path, names.LABEL) < 3:
            return
        scheme = comparative(column.vocabulary, ("0", "1") if "0" in column.vocabulary else ("1", "2"))
        if scheme is None:
            continue
        found = deepcopy(draft)
        found.used.add(column.path)
        said = ", ".join(text[:40] for text, _ in column.vocabulary.most_common(8))
        seen = f"{len(column.vocabulary)} values in {len(column.values):,} rows: {said}"
        found.scheme(scheme.terms, f"{seen}; {scheme.why}", scheme.sure)
        found.map("label", column.expression, seen, "likely")
        yield found


def _begun(table: Table, column: Column, shape: str) -> Draft:
    draft = Draft(shape)
    draft.used.add(column.path)
    if not map_prompt(draft, table, draft.used):
        no_prompt(draft)
    return draft


def _plain(column: Column, kind: type) -> bool:
    return all(isinstance(one, kind) for value in column.filled for one in value if not is_blank(one))
