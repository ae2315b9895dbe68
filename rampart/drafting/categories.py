"""Label-only tasks: an item, a worker, a label; perhaps the known answer and the seconds it took."""

import re
from collections import Counter
from collections.abc import Iterator

from rampart.drafting import names
from rampart.drafting.columns import LONGEST_WORD, Table
from rampart.drafting.details import map_gold
from rampart.drafting.draft import Draft
from rampart.drafting.meanings import Scheme, as_word
from rampart.drafting.names import called
from rampart.drafting.prompts import map_prompt
from rampart.drafting.series import series_in
from rampart.drafting.votes import split_columns

_MOST = 60  # categories; more are numbers or names


def as_categories(table: Table) -> Iterator[Draft]:
    """The rows as items that got one of several words."""
    fitting = [c for c in table.scalars if 2 <= len(c.vocabulary) <= _MOST and c.longest <= LONGEST_WORD]
    columns = [c for c in fitting if called(c.path, names.LABEL) >= 3 and not called(c.path, names.GOLD) >= 3]
    for column in sorted(columns, key=lambda c: -called(c.path, names.LABEL))[:2]:
        draft = Draft("an item and a label, no responses")
        draft.used.add(column.path)
        map_prompt(draft, table, draft.used)
        gold = map_gold(draft, table, column.vocabulary)
        vocabulary = column.vocabulary + (gold.vocabulary if gold else Counter())
        terms = {"kind": "category", "categories": _named(vocabulary)}
        draft.map("label", column.expression, _seen(column.vocabulary, len(column.values)), "sure")
        draft.scheme(terms, _seen(vocabulary, len(column.values)) + "; more may exist", "likely")
        yield draft
    yield from _several_workers(table)


def _several_workers(table: Table) -> Iterator[Draft]:
    for votes in series_in(table.columns.values()):
        vocabulary: Counter[str] = sum((column.vocabulary for column in votes.columns), Counter())
        named = votes.called(names.WORKER) >= 3 or votes.called(names.LABEL) >= 4
        if not named or votes.decided or not 2 <= len(vocabulary) <= _MOST:
            continue
        draft = Draft("an item and a label, no responses")
        map_prompt(draft, table, votes.paths)
        scheme = Scheme({"kind": "category", "categories": _named(vocabulary)}, "more may exist", "likely")
        yield split_columns(draft, table, votes, scheme, vocabulary)


def _seen(vocabulary: Counter[str], rows: int) -> str:
    shown = ", ".join(text[:40] for text, _ in vocabulary.most_common(8))
    return f"{len(vocabulary)} values in {rows:,} rows: {shown}{', …' if len(vocabulary) > 8 else ''}"


def _named(vocabulary: Counter[str]) -> dict[str, list[str | int]]:
    """Category → the words that mean it; the name is the word itself, made fit for one."""
    found: dict[str, list[str | int]] = {}
    for number, text in enumerate(sorted(vocabulary, key=_order), start=1):
        plain = re.sub(r"^-(?=[0-9])", "minus_", text.lower())
        name = re.sub(r"[^a-z0-9._-]+", "_", plain).strip("_.-")[:60] or f"category_{number}"
        found[name if name not in found else f"{name}_{number}"] = [as_word(text)]
    return found


def _order(text: str) -> tuple[bool, float, str]:
    word = as_word(text)
    return (isinstance(word, str), word if isinstance(word, int) else 0, text)
