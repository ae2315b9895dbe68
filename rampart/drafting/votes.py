"""The label of a comparison: one column, several annotators' columns, a list of votes, or scores."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from contracts.language.words import as_number, word
from rampart.drafting import names
from rampart.drafting.columns import LONGEST_WORD, Column, Table, elements, is_blank
from rampart.drafting.draft import Draft
from rampart.drafting.meanings import Scheme, Side, comparative, meaning
from rampart.drafting.names import Path, called, expression, free_name, name_of
from rampart.drafting.scores import scored
from rampart.drafting.series import Series, beside

_MOST_WORDS = 24


def labelled(draft: Draft, table: Table, responses: Series, every: list[Series]) -> Iterator[Draft]:
    """`draft` with each label that its two responses may have, the likeliest first."""
    taken = draft.used | responses.paths
    several = [
        s
        for s in every
        if not s.paths & taken and (s.tokens != responses.tokens or s.called(names.WORKER) >= 5)
    ]
    for series in several:
        if found := _several_columns(draft, table, series, responses.tokens):
            yield found
    for column in table.columns.values():
        if column.path not in taken and (found := _vote_list(draft, table, column, responses.tokens)):
            yield found
    aligned = beside(responses, every)
    for column in _label_columns(table, taken | {p for s in aligned for p in s.paths}):
        if found := _one_column(draft, column, responses, aligned):
            yield found
    yield from scored(draft, aligned)


def _label_columns(table: Table, taken: set[Path]) -> list[Column]:
    """Columns of few words, those named as labels first."""
    fitting = [
        column
        for column in table.scalars
        if column.path not in taken
        and 0 < len(column.vocabulary) <= _MOST_WORDS
        and column.longest <= LONGEST_WORD
        and len(column.filled) * 2 >= len(column.values)
        and not called(column.path, names.WORKER) >= 5
    ]
    ordinary = sorted(fitting, key=lambda column: called(column.path, names.LABEL), reverse=True)
    named = [column for column in ordinary if called(column.path, names.LABEL) >= 2]
    wide = [
        column
        for column in table.scalars
        if column.path not in taken and column not in fitting and called(column.path, names.LABEL) >= 5
    ]
    return [*named, *wide, *(column for column in ordinary if column not in named)]


def _one_column(draft: Draft, column: Column, responses: Series, aligned: list[Series]) -> Draft | None:
    found = deepcopy(draft)
    found.used.add(column.path)
    few = len(column.vocabulary) <= _MOST_WORDS
    scheme = comparative(column.vocabulary, responses.tokens, _proven(column, aligned)) if few else None
    if (scheme is None or scheme.sure == "edit") and (naming := _names_a_side(column, [responses, *aligned])):
        return _by_name(found, column, naming, responses.tokens)
    if scheme is None:
        return None
    if not called(column.path, names.LABEL) and (scheme.sure == "edit" or len(column.vocabulary) > 5):
        return None
    said = _seen(column.vocabulary, len(column.values))
    _say(found, scheme, said)
    named = called(column.path, names.LABEL) >= 3
    found.map("label", column.expression, f"{said}", "sure" if named else "likely")
    if scheme.terms["kind"] == "likert" and not scheme.terms.get("words") and not column.numbers:
        return None
    return found


def _seen(vocabulary: Counter[str], rows: int) -> str:
    shown = ", ".join(text[:40] for text, _ in vocabulary.most_common(8))
    return f"{len(vocabulary)} values in {rows:,} rows: {shown}{', …' if len(vocabulary) > 8 else ''}"


def _say(draft: Draft, scheme: Scheme, said: str) -> None:
    why = said + (f"; {scheme.why}" if scheme.why else "")
    draft.scheme(scheme.terms, why, "likely" if scheme.sure == "sure" and not scheme.why else scheme.sure)


def _proven(column: Column, aligned: list[Series]) -> dict[str, Side] | None:
    """What each word means, where scores beside the responses say so in nearly every row."""
    for series in aligned:
        if len(series.columns) != 2 or series.called(names.SCORE) < 3:
            continue
        wins: dict[str, Counter[Side]] = defaultdict(Counter)
        for label, first, second in zip(column.values, *(c.values for c in series.columns), strict=True):
            one, other = as_number(first), as_number(second)
            if not is_blank(label) and one is not None and other is not None:
                wins[word(label)]["a" if one > other else "b" if other > one else "tie"] += 1
        best = {text: count.most_common(1)[0] for text, count in wins.items()}
        if best and all(times >= 0.95 * wins[text].total() for text, (_, times) in best.items()):
            return {text: side for text, (side, _) in best.items()}
    return None


def _names_a_side(column: Column, every: list[Series]) -> Series | None:
    """The series whose values the label repeats: the winner by name, by id, or by its text."""
    for series in every:
        if len(series.columns) != 2 or {c.kind for c in series.columns} != {column.kind}:
            continue
        rows = list(zip(column.values, *(c.values for c in series.columns), strict=True))
        rows = [row for row in rows if not is_blank(row[0]) and row[1] != row[2]]
        hits = sum(label in (first, second) for label, first, second in rows)
        both = {row[0] == row[1] for row in rows if row[0] in row[1:]}
        if rows and hits >= 0.5 * len(rows) and len(both) == 2:
            return series
    return None


def _by_name(draft: Draft, column: Column, naming: Series, tokens: tuple[str, ...]) -> Draft | None:
    first, second = naming.columns
    sides = set(first.vocabulary) | set(second.vocabulary)
    rest = Counter({text: n for text, n in column.vocabulary.items() if text not in sides})
    known = {text: found for text in rest if (found := meaning(text, tokens))}
    ties = [text for text, found in known.items() if found.side == "tie"]
    bad = [text for text, found in known.items() if found.side == "both_bad"]
    label, a, b = column.expression, first.expression, second.expression
    draft.map(
        "label",
        f"if({label} == {a}, 'a', if({label} == {b}, 'b', {label}))",
        "the winner by its name",
        "sure",
    )
    if not rest:
        draft.scheme(
            {"kind": "binary", "a": ["a"], "b": ["b"]}, "the winner is named, no tie was seen", "sure"
        )
        return draft
    terms: dict[str, Any] = {"kind": "arena", "a": ["a"], "b": ["b"], "tie": ties or ["tie"]}
    if bad:
        terms["both_bad"] = bad
    why = f"besides the winner's name {_seen(rest, len(column.values))}"
    draft.scheme(terms, why, "sure" if len(known) == len(rest) else "edit")
    return draft


def _several_columns(draft: Draft, table: Table, votes: Series, tokens: tuple[str, ...]) -> Draft | None:
    """`annotator1` to `annotator3`: a judgement for each of them."""
    if votes.decided or not (votes.called(names.WORKER) >= 3 or votes.called(names.LABEL) >= 4):
        return None
    vocabulary: Counter[str] = sum((column.vocabulary for column in votes.columns), Counter())
    if not all(column.vocabulary for column in votes.columns) or len(vocabulary) > _MOST_WORDS:
        return None
    scheme = comparative(vocabulary, tokens)
    return None if scheme is None else split_columns(draft, table, votes, scheme, vocabulary)


def split_columns(
    draft: Draft, table: Table, votes: Series, scheme: Scheme, vocabulary: Counter[str]
) -> Draft:
    """`draft` with a judgement for each column of `votes`."""
    found = deepcopy(draft)
    found.used |= votes.paths
    name = free_name("vote", {path[0] for path in table.columns})
    members = ", ".join(f"{name_of('.'.join(c.path))}: {c.expression}" for c in votes.columns)
    each: dict[str, Any] = {"in": f"{{{members}}}", "as": name}
    if not all(column.full for column in votes.columns):
        each["where"] = f"{name}.value != null && {name}.value != ''"
    found.shape += ", several annotators in a row"
    found.part("each", each, f"{len(votes.columns)} columns, a judgement each", "sure")
    found.map("label", f"{name}.value", f"{_seen(vocabulary, len(table.rows))}", "sure")
    who = "the column's name; is it the same person in every row?"
    found.map("annotator_id", f"{name}.key", who, "edit")
    _say(found, scheme, _seen(vocabulary, len(table.rows)))
    return found


def _vote_list(draft: Draft, table: Table, column: Column, tokens: tuple[str, ...]) -> Draft | None:
    """A list of votes in each row: plain words, or objects with a label and a worker."""
    if column.kind != "list" or not called(column.path, {**names.LABEL, "votes": 6, "judgements": 5}) >= 3:
        return None
    inner = Table(elements(column))
    plain = [one for value in column.filled for one in value if not isinstance(one, dict | list)]
    label = next(iter(_label_columns(inner, set())), None) if inner.rows else None
    vocabulary = label.vocabulary if label else Counter(map(word, plain))
    if not vocabulary or len(vocabulary) > _MOST_WORDS or (plain and inner.rows):
        return None
    scheme = comparative(vocabulary, tokens)
    if scheme is None or (scheme.sure == "edit" and len(vocabulary) < 2):
        return None
    found = deepcopy(draft)
    found.used.add(column.path)
    name = free_name("vote", {path[0] for path in table.columns})
    found.shape += ", a list of votes in a row"
    found.part("each", {"in": column.expression, "as": name}, "a list of judgements", "sure")
    where = ("value", *label.path) if label else ("value",)
    found.map("label", expression((name, *where)), f"{_seen(vocabulary, len(table.rows))}", "sure")
    people = [c for c in inner.scalars if called(c.path, names.WORKER) >= 4]
    if people:
        worker = max(people, key=lambda c: called(c.path, names.WORKER))
        found.map("annotator_id", expression((name, "value", *worker.path)), "who voted", "sure")
    _say(found, scheme, _seen(vocabulary, len(table.rows)))
    return found
