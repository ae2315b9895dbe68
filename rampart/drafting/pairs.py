"""Responses in columns side by side: `answer_a` and `answer_b`, chosen and rejected, `response1` to `4`."""

from collections.abc import Iterator
from typing import Any

from rampart.drafting import names
from rampart.drafting.columns import Column, Table
from rampart.drafting.draft import Draft
from rampart.drafting.messages import Messages, markers_in, messages_in
from rampart.drafting.prompts import add_roles, map_prompt, no_prompt, text_of
from rampart.drafting.scores import scored
from rampart.drafting.series import Series, beside, series_in
from rampart.drafting.votes import labelled

_TRIED = 3  # series of columns; the responses are among the likeliest


def side_by_side(table: Table) -> Iterator[Draft]:
    """Every way to read the rows as responses in columns of their own."""
    every = series_in(table.columns.values())
    ranked = sorted(every, key=_promise, reverse=True)
    for series in [one for one in ranked if _promise(one) > 0][:_TRIED]:
        draft = Draft(f"{len(series.columns)} responses side by side")
        draft.used |= series.paths
        if not _map_responses(draft, table, series, every):
            continue
        if series.decided:
            draft.shape = "a chosen and a rejected response"
            draft.map("label", "'a'", "the first listed is the one chosen", "sure")
            draft.scheme({"kind": "binary", "a": ["a"], "b": ["b"]}, "the column's name says who won", "sure")
            draft.order_unknown("the files say who won, not what stood where on the screen", "sure")
            yield draft
        elif len(series.columns) == 2:
            yield from labelled(draft, table, series, every)
            yield _unlabelled(draft)
        else:
            yield from scored(draft, beside(series, every))


def _unlabelled(draft: Draft) -> Draft:
    """Two responses and nothing that says which is better: to be filled in by a person."""
    draft.shape += ", without a label"
    draft.map("label", "label", "no column says which response is better; where is the label?", "edit")
    draft.scheme({"kind": "binary", "a": ["a"], "b": ["b"]}, "the label was not found", "edit")
    return draft


def _promise(series: Series) -> float:
    """How much a series looks like responses; not above 0 where it does not."""
    kinds = {column.kind for column in series.columns}
    text = kinds <= {"text", "mixed"} or (all(c.all_text for c in series.columns) and "flag" not in kinds)
    lists = kinds == {"list"} and all(messages_in(column) for column in series.columns)
    if not (text or lists) or min(len(column.filled) for column in series.columns) == 0:
        return 0
    name = series.called(names.RESPONSE)
    other = max(
        series.called(lexicon)
        for lexicon in (names.MODEL, names.SCORE, names.RANK, names.WORKER, names.LABEL)
    )
    if name < other or (not name and set(series.stem) & {"id", "idx", "index", "time", "title", "prompt"}):
        return 0
    length = max(column.length for column in series.columns)
    bare = 1 if not series.stem or series.decided else 0
    if not (name or bare or length >= 25):
        return 0
    return name + bare + (3 if series.decided else 0) + min(length / 30, 4) + (4 if lists else 0)


def _map_responses(draft: Draft, table: Table, series: Series, every: list[Series]) -> bool:
    lists = [found for column in series.columns if (found := messages_in(column))]
    if lists:
        return _of_messages(draft, table, series, lists)
    markers = markers_in(series.columns) if len(series.columns) == 2 else None
    if markers:
        turns = [f"turns({column.expression})" for column in series.columns]
        why = "the turns both conversations begin with; the texts open with a turn's marker"
        draft.part("transcript", {"markers": markers}, "every text begins with a turn's marker", "sure")
        _shared(draft, turns[0], turns[1], why)
        return True
    models = _models(series, every)
    if models:
        draft.used |= models.paths
    listed = [
        {
            "content": text_of(column),
            **({"checkpoint_id": models.columns[place].expression} if models else {}),
        }
        for place, column in enumerate(series.columns)
    ]
    _note_responses(draft, listed, series, models)
    if not map_prompt(
        draft, table, draft.used | {path for one in beside(series, every) for path in one.paths}
    ):
        no_prompt(draft)
    return True


def _note_responses(
    draft: Draft, listed: list[dict[str, Any]], series: Series, models: Series | None
) -> None:
    length = max(column.length for column in series.columns)
    why = f"columns {series.name}: texts of {length:,.0f} characters (median)"
    why += f"; models from {models.name}" if models else ""
    draft.map("responses", listed, why, "sure" if series.called(names.RESPONSE) else "likely")


def _models(series: Series, every: list[Series]) -> Series | None:
    """Columns beside the responses that name what wrote them."""
    near = [one for one in every if len(one.columns) == len(series.columns) and one.paths != series.paths]
    fitting = [
        one
        for one in near
        if one.called(names.MODEL) >= 3 and all(_is_name(column) for column in one.columns)
    ]
    return max(fitting, key=lambda one: (one.tokens == series.tokens, one.called(names.MODEL)), default=None)


def _is_name(column: Column) -> bool:
    return column.kind in ("text", "number") and column.length <= 80


def _of_messages(draft: Draft, table: Table, series: Series, lists: list[Messages]) -> bool:
    if len(lists) != len(series.columns):
        return False
    if all(set(found.lengths) == {1} for found in lists):  # only the answer, as a list of one message
        listed = [{"content": f"{found.column.expression}[0].{names.name_of(found.text)}"} for found in lists]
        draft.map("responses", listed, f"columns {series.name}: lists of one message", "sure")
        if not map_prompt(draft, table, draft.used):
            no_prompt(draft)
        return True
    if len(lists) != 2:
        return False
    add_roles(draft, lists)
    _shared(draft, lists[0].expression, lists[1].expression, "the messages both conversations begin with")
    return True


def _shared(draft: Draft, one: str, other: str, why: str) -> None:
    """Two conversations: the prompt is what they share, the responses what each says beyond it."""
    draft.map("prompt", f"shared({one}, {other})", why, "sure")
    listed = [{"content": f"beyond({one}, {other})"}, {"content": f"beyond({other}, {one})"}]
    draft.map("responses", listed, "what each conversation says beyond that", "sure")
